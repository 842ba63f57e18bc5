"""A container's files, to be read and written by a command: a mount namespace that children of the command enter.

Of a running container it is its own, with its volumes and tmpfs. For a stopped one a child mounts the root and its
bind mounts in a namespace that ends with the view. In both, the container's root is the root of whoever enters: the
kernel resolves every path inside it, whatever links the container holds.

Entering is for forked children only. They import nothing afterwards, and see neither /proc nor /sys, whose links lead
to where they point, not to where they seem to.
"""

from __future__ import annotations

import contextlib
import os

from pod.engine import rootfs, sharing, spec
from pod.engine.monitor import ending
from pod.engine.mounts import plan as mount_plan
from pod.engine.mounts.plan import MountPlan
from pod.errors import PodError, WrongState
from pod.linux import files, process
from pod.linux import syscalls as sc
from pod.oci.runtime_spec import Linux
from pod.record import Record
from pod.runtime import channel, init, mounts, own_users
from pod.runtime.channel import Channel
from pod.runtime.launch import failure
from pod.storage import rootfs as storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord
    from pod.storage.rootfs import RootPlan

_KERNELS = (b"proc", b"sysfs", b"cgroup", b"cgroup2", b"mqueue", b"devpts")
_SIGKILL = 9


class View(Record):
    """Where a container's files are to be seen."""

    process: int  # descriptor of a process in its mount namespace
    flags: int  # which of that one's namespaces to join
    trees: tuple[str, ...] = ()  # what belongs to the root although it is mounted in it (the image `host`)

    def enter(self, *, root_only: bool = False) -> None:
        """Make this process, a child that has imported all it needs, see the container's root as its own.

        With `root_only` nothing is mounted in it: no volumes, no tmpfs, only the container's own files.
        """
        table = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        sc.prctl(sc.PR_SET_DUMPABLE, 0)
        sc.setns(self.process, self.flags)
        if self.flags & sc.CLONE_NEWUSER:
            own_users.become_first_user(table)
        init.seal_imports()
        sc.unshare(sc.CLONE_NEWNS)
        sc.mount(None, "/", None, sc.MS_REC | sc.MS_PRIVATE)
        for target in reversed(_mounted(table, self.trees if root_only else None)):
            with contextlib.suppress(OSError):  # it went with the one that it was mounted in
                sc.umount2(target, sc.MNT_DETACH)
        os.close(table)


def _mounted(table: int, kept: tuple[str, ...] | None) -> list[str]:
    """Return where those file systems are mounted that a child must not see (proc_pid_mountinfo(5)), outermost first.

    These are the kernel's own, or with `kept` all but the root and those.
    """
    fd = os.open("self/mountinfo", os.O_RDONLY | os.O_CLOEXEC, dir_fd=table)
    lines = files.read_all(fd).splitlines()
    os.close(fd)
    found = []
    for line in lines:
        fields, _, rest = line.partition(b" - ")
        target = os.fsdecode(_plain(fields.split(b" ")[4]))
        if target != "/" and (rest.split(b" ", 1)[0] in _KERNELS if kept is None else target not in kept):
            found.append(target)
    return found


def _plain(path: bytes) -> bytes:
    """Return a path of mountinfo as it is; a codec of Python's for this would have to be imported."""
    for escaped, byte in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\043", b"#"), (b"\\134", b"\\")):
        path = path.replace(escaped, byte)
    return path


@contextlib.contextmanager
def open_view(engine: Engine, container: Container, *, volumes: bool = True) -> Iterator[View]:
    """Give the block a view of a container's files; a stopped container cannot be started meanwhile."""
    engine.enter()
    plan = rootfs.plan_of(engine, container.record)
    trees = tuple(entry.target for entry in plan.mounts[1:])
    if container.running:
        yield from _of_running(container, trees)
        return
    with engine.lock("container", container.id):
        user_mounts = mount_plan.for_view(engine, container.record) if volumes else MountPlan()
        try:
            yield from _of_stopped(engine, container.record, plan, trees, user_mounts)
        finally:
            user_mounts.release()
            if user_mounts.steps:
                _tidy_up(engine.layout.run_container(container.id))
            ending.release_volumes(engine, container.record)


def _tidy_up(run_folder: str) -> None:
    """Remove the mount points of a view, and the run folder where the container had none."""
    files.remove_tree(f"{run_folder}/mounts")
    with contextlib.suppress(OSError):
        os.rmdir(run_folder)


def _of_running(container: Container, trees: tuple[str, ...]) -> Iterator[View]:
    target = sharing.process_of(container)
    try:
        fd = target.pidfd()
        theirs = os.stat(f"/proc/{target.pid}/ns/user")
    except (ProcessLookupError, FileNotFoundError) as err:
        raise WrongState(f"container {container.name} has just ended") from err
    other = os.stat("/proc/self/ns/user").st_ino != theirs.st_ino
    try:
        yield View(fd, sc.CLONE_NEWNS | (sc.CLONE_NEWUSER if other else 0), trees)
    finally:
        os.close(fd)


def _of_stopped(
    engine: Engine, record: ContainerRecord, plan: RootPlan, trees: tuple[str, ...], user_mounts: MountPlan
) -> Iterator[View]:
    ours, theirs = Channel.pair()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _keep(record, plan, f"{engine.layout.container(record.id)}/rootfs", theirs, parent, user_mounts)
    theirs.close()
    try:
        kind, content, _fd = ours.receive()
        if kind != channel.GO:
            raise failure(content) if kind == channel.FAILED else PodError(f"cannot mount container {record.name}")
        fd = os.pidfd_open(pid)
        try:
            yield View(fd, sc.CLONE_NEWNS | (sc.CLONE_NEWUSER if record.id_map else 0), trees)
        finally:
            os.close(fd)
    finally:
        ours.close()
        os.waitpid(pid, 0)


def _keep(
    record: ContainerRecord, plan: RootPlan, target: str, link: Channel, parent: int, user_mounts: MountPlan
) -> None:
    """Mount a stopped container's root, make it the root of a mount namespace, and stay until the parent is done."""
    try:
        sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        process.set_title(f"pod: files of {record.name}")
        linux = spec.with_users(record.id_map, Linux())
        users = -1 if record.id_map is None else own_users.open_namespace(linux)
        sc.unshare(sc.CLONE_NEWNS)
        sc.mount(None, "/", None, sc.MS_REC | sc.MS_SLAVE)
        storage.mount_root(plan, target)
        sc.unshare(sc.CLONE_NEWNS)  # what serves the mount (fuse-overlayfs) keeps the host's files as its root
        _mount_volumes(user_mounts, target)
        root = target if users < 0 else _take_root(users, target)
        init.seal_imports()
        init.change_root(root)
        link.send(channel.GO)
        link.receive()
    except PodError as err:
        link.fail(err.message, err.exit_code, err.hint)
    except BaseException as err:
        link.fail(f"cannot mount the files of container {record.name}: {err}")
    finally:
        os._exit(0)


def _take_root(users: int, target: str) -> int:
    """Go into the container's own user namespace, with a mount namespace that belongs to it; return its root."""
    os.chdir(target)
    sc.setns(users, sc.CLONE_NEWUSER)
    os.close(users)
    own_users.become_first_user()
    sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)  # the change of ids has cleared it (prctl(2))
    sc.prctl(sc.PR_SET_DUMPABLE, 1)  # or nobody could join us; no process of the container's is there to look
    sc.unshare(sc.CLONE_NEWNS)
    return own_users.take_root()


def _mount_volumes(user_mounts: MountPlan, target: str) -> None:
    user_mounts.before_mounts(target)
    root = os.open(target, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    mounts.mount_all(root, user_mounts.mounts, {})
    os.close(root)
