"""A container with a user namespace of its own, below the user's: `linux.namespaces` has a `user`, with its id maps.

Its first process is made by a helper, which does in the user's namespace what the container's own users may not:

    monitor   makes the namespace: a child that leaves again, and whose maps the monitor writes
    helper    mounts the root file system, opens what is to be bind-mounted, joins the namespaces that have a path,
              then the new user namespace, and clones the first process into it as a child of the monitor
    init      makes the other namespaces, which so belong to the new user namespace

Files that only the user can reach can thus be handed in, though nobody in the container is that user.
"""

from __future__ import annotations

import os

from pod.errors import KernelRefused, PodError
from pod.linux import files
from pod.linux import syscalls as sc
from pod.linux.held_child import HeldChild
from pod.oci.runtime_spec import IdMapping, Linux, Mount
from pod.runtime import cgroups, mounts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.runtime.bundle import Bundle
    from pod.runtime.channel import Channel

_SIGCHLD = 17
_JOINED = {
    "network": sc.CLONE_NEWNET,
    "ipc": sc.CLONE_NEWIPC,
    "uts": sc.CLONE_NEWUTS,
    "cgroup": sc.CLONE_NEWCGROUP,
    "pid": sc.CLONE_NEWPID,
}


def open_namespace(linux: Linux) -> int:
    """Return a descriptor of the container's user namespace, made or joined. Raises KernelRefused, OSError.

    The caller must be dumpable: else the files in which the maps are written belong to the machine's root.
    """
    namespace = linux.namespace("user")
    if namespace is not None and namespace.path:
        return os.open(namespace.path, os.O_RDONLY | os.O_CLOEXEC)
    with HeldChild(lambda: sc.unshare(sc.CLONE_NEWUSER)) as child:
        if not child.entered:
            raise KernelRefused(
                "cannot make a user namespace for the container",
                hint="sysctl user.max_user_namespaces may be used up, or namespaces are nested too deep",
            )
        _write_map(child.pid, "gid", linux.gid_mappings)
        _write_map(child.pid, "uid", linux.uid_mappings)
        return os.open(f"/proc/{child.pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)


def _write_map(pid: int, kind: str, mappings: Sequence[IdMapping]) -> None:
    """Write a map of a namespace below ours, in which we have all capabilities (user_namespaces(7))."""
    text = "".join(f"{part.container_id} {part.host_id} {part.size}\n" for part in mappings)
    try:
        fd = os.open(f"/proc/{pid}/{kind}_map", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, text.encode())
        finally:
            os.close(fd)
    except OSError as err:
        raise KernelRefused(
            f"the kernel refuses the {kind} map of the container: {os.strerror(err.errno or 0)}",
            hint="the map was " + text.strip().replace("\n", ", "),
        ) from err


def fork(bundle: Bundle, namespace: int, link: Channel) -> tuple[int, dict[int, int]]:
    """Fork the container's first process as our child; in it, return 0 and the mounts that were opened for it.

    Takes the descriptor of its user namespace. If the helper fails it says so over the link, and the pid is -1.
    """
    reader, writer = os.pipe()
    helper = os.fork()
    if helper != 0:
        os.close(writer)
        os.close(namespace)
        answer = files.read_all(reader)
        os.close(reader)
        os.waitpid(helper, 0)
        return int(answer or -1), {}
    try:
        os.close(reader)
        opened = _prepare(bundle)
        pid = _clone_into(bundle.spec.linux, namespace)
    except PodError as err:
        link.fail(err.message, err.exit_code, err.hint)
        os._exit(1)
    except BaseException as err:
        link.fail(f"cannot prepare the container's file system: {err}")
        os._exit(1)
    if pid != 0:
        os.write(writer, str(pid).encode())
        os._exit(0)
    os.close(writer)
    return 0, opened


def _prepare(bundle: Bundle) -> dict[int, int]:
    """Do in the user's namespace what needs the user: mount the root, open the sources of mounts."""
    if bundle.cgroup:
        cgroups.join(bundle.cgroup, bundle.systemd)
    sc.unshare(sc.CLONE_NEWNS)
    sc.mount(None, "/", None, sc.MS_REC | sc.MS_SLAVE)
    if bundle.mount_root is not None:
        bundle.mount_root(bundle.rootfs)
    os.chdir(bundle.rootfs)
    return _open_sources(bundle.spec.mounts)


def _open_sources(asked: Sequence[Mount]) -> dict[int, int]:
    """Return a copy of each mount that is to be bound, by its place in the list, for the first process to attach."""
    opened = {}
    for number, mount in enumerate(asked):
        options = mounts.MountOptions.parse(mount.options, mount.type)
        if options.bind:
            try:
                opened[number] = mounts.clone_tree(mount.source, options)
            except OSError as err:
                raise mounts.failure(mount, err) from err
    return opened


def _clone_into(linux: Linux, namespace: int) -> int:
    """Clone the first process into its user namespace and, where it has one, its pid namespace."""
    for other in linux.namespaces:  # they need not belong to the container's users: join them while we may
        if other.path and other.type in _JOINED:
            fd = os.open(other.path, os.O_RDONLY | os.O_CLOEXEC)
            sc.setns(fd, _JOINED[other.type])
            os.close(fd)
    sc.setns(namespace, sc.CLONE_NEWUSER)
    os.close(namespace)
    own = linux.namespace("pid")
    new = sc.CLONE_NEWPID if own is not None and not own.path else 0
    return sc.clone(sc.CLONE_PARENT | new | _SIGCHLD)


def take_root() -> int:
    """Mount the working folder, a root file system from outside, on itself once more; return its descriptor.

    The new mount is of this user namespace, as pivot_root(2) wants it. Names do not get there: the way to the folder
    may be closed to the container's users.
    """
    flags = sc.OPEN_TREE_CLONE | sc.OPEN_TREE_CLOEXEC | sc.AT_RECURSIVE
    tree = sc.open_tree(sc.AT_FDCWD, ".", flags)
    sc.move_mount(tree, "", sc.AT_FDCWD, ".", sc.MOVE_MOUNT_F_EMPTY_PATH)
    return tree


def become_first_user(table: int = sc.AT_FDCWD) -> None:
    """Take on the ids of root in the user namespace that was just joined, or of the first user that it has.

    What is made from here on, folders and file systems, belongs to that one. `table` is an open folder that leads to
    the host's /proc where that is not at /proc. Capabilities stay: nobody was root here before.
    """
    uid, gid = _first(table, "uid_map"), _first(table, "gid_map")
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def _first(table: int, name: str) -> int:
    path = f"/proc/self/{name}" if table == sc.AT_FDCWD else f"self/{name}"
    fd = sc.openat2(table, path, os.O_RDONLY)
    lines = files.read_all(fd).splitlines()
    os.close(fd)
    return min(int(line.split()[0]) for line in lines)
