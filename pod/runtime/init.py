"""The container's first process, from its fork to the program's exec.

It runs on the host's side of the mount namespace until `change_root`; from `seal_imports` on it may import nothing,
because a hostile image would then answer. The process is not dumpable from the start: in a shared pid namespace
nobody inside may read its memory or reach the interpreter through /proc/PID/exe (CVE-2019-5736).
"""

from __future__ import annotations

import _signal
import _socket
import errno
import fcntl
import os
import resource
import struct
import sys

from pod.errors import CannotExecute, CommandNotFound, KernelRefused, PodError
from pod.linux import files, process
from pod.linux import syscalls as sc
from pod.oci.runtime_spec import Linux, Process, Spec
from pod.runtime import capabilities, channel, credentials, descriptors, devices, inroot, mounts, reaper, users
from pod.runtime.bundle import Bundle, bind_folder
from pod.runtime.channel import Channel
from pod.runtime.users import KEEP_GROUPS, User

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.runtime.seccomp import Filter

_NAMESPACE_FLAGS = {
    "mount": sc.CLONE_NEWNS,
    "network": sc.CLONE_NEWNET,
    "ipc": sc.CLONE_NEWIPC,
    "uts": sc.CLONE_NEWUTS,
    "cgroup": sc.CLONE_NEWCGROUP,
    "user": sc.CLONE_NEWUSER,
    "pid": sc.CLONE_NEWPID,
}


def run(
    bundle: Bundle, link: Channel, streams: tuple[int, int, int] | None, opened: dict[int, int] | None = None
) -> None:
    """Become the container's program; never returns. `streams` are its standard streams, None for a terminal.

    `opened` are mounts made ready for it, by their places in the list.
    """
    step = _Steps(link)
    try:
        _prepare(bundle, link, step, opened or {})
        if streams is None:
            _open_terminal(link)
        else:
            take_streams(streams)
        step.now = "change to the container's user"
        _execute(bundle, link)
    except PodError as err:
        link.fail(err.message, err.exit_code, err.hint)
    except OSError as err:
        link.fail(f"cannot {step.now}: {explain(err)}")
    except BaseException as err:
        link.fail(f"cannot {step.now}: {type(err).__name__}: {err}")
    finally:
        os._exit(125)


class _Steps:
    """Which step is being tried: the beginning of the sentence if it fails."""

    def __init__(self, link: Channel) -> None:
        self.link = link
        self.now = "start the container"


def explain(err: OSError) -> str:
    """Return the error's own words, with its object, without Python's number in brackets."""
    text = err.strerror or str(err)
    return f"{text}: {err.filename}" if err.filename else text


def _prepare(bundle: Bundle, link: Channel, step: _Steps, opened: dict[int, int]) -> None:
    """Make namespaces, mounts and limits: all that needs the full capabilities of the user's namespace."""
    spec = bundle.spec
    sc.prctl(sc.PR_SET_DUMPABLE, 0)
    step.now = "make the container's namespaces"
    if bundle.cgroup and spec.linux.namespace("user") is None:
        from pod.runtime import cgroups

        cgroups.join(bundle.cgroup, bundle.systemd)  # before there is a cgroup namespace, whose root it is to be
    if spec.linux.namespace("user") is not None:
        from pod.runtime import own_users

        own_users.become_first_user()
    enter_namespaces(spec.linux)
    sc.prctl(sc.PR_SET_PDEATHSIG, _signal.SIGKILL)
    sc.mount(None, "/", None, sc.MS_REC | sc.MS_SLAVE)
    if (own := spec.linux.namespace("network")) is not None and not own.path:
        _bring_loopback_up()
    network = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)  # nobody else may open it: we are not dumpable
    link.send(channel.UNSHARED, fd=network)
    os.close(network)
    step.now = "mount the root file system"
    root = _mount_root(bundle)
    step.now = "set up the container's file system"
    _fill_root(root, bundle, opened)
    step.now = "set the container's names and limits"
    _set_names(spec)
    _set_sysctls({key: value for key, value in spec.linux.sysctl.items() if not _is_of_interface(key)})
    _set_limits(spec.process)
    sc.keyctl_join_session_keyring("_ses.pod")
    step.now = "attach the container to its network"
    kind, _content, _fd = link.receive()
    if kind != channel.GO:
        os._exit(125)  # the monitor is gone, or has said itself what failed
    _set_sysctls({key: value for key, value in spec.linux.sysctl.items() if _is_of_interface(key)})
    step.now = "change the root folder"
    change_root(root)
    os.close(root)
    seal_imports()


def enter_namespaces(linux: Linux) -> None:
    """Join the namespaces that have a path, and make the others anew; the pid namespace is there already.

    With users of its own the container has joined them by now, and may not do so any more.
    """
    flags = 0
    joined = []
    own_users = linux.namespace("user") is not None
    for namespace in linux.namespaces:
        if namespace.path and own_users:
            continue
        if namespace.path and is_own(namespace.path):
            continue
        if namespace.path:
            joined.append((os.open(namespace.path, os.O_RDONLY | os.O_CLOEXEC), _NAMESPACE_FLAGS[namespace.type]))
        elif namespace.type not in ("pid", "user"):
            flags |= _NAMESPACE_FLAGS[namespace.type]
    for fd, kind in joined:
        if kind != sc.CLONE_NEWPID:  # joined by the monitor: it only counts for children
            sc.setns(fd, kind)
        os.close(fd)
    sc.unshare(flags)


def is_own(path: str) -> bool:
    """True for a namespace that we are in: that of a container which shares this machine's takes root to be joined."""
    own = f"/proc/self/ns/{os.path.basename(path)}"
    return os.path.exists(own) and os.path.samefile(path, own)


_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1


def _bring_loopback_up() -> None:
    sock = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
    try:
        request = fcntl.ioctl(sock.fileno(), _SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
        flags = struct.unpack("16sh22x", request)[1]
        fcntl.ioctl(sock.fileno(), _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | _IFF_UP))
    finally:
        sock.close()


def _mount_root(bundle: Bundle) -> int:
    """Mount the root file system and return its descriptor."""
    if bundle.spec.linux.namespace("user") is not None:
        from pod.runtime import own_users

        return own_users.take_root()
    if bundle.mount_root is None:
        bind_folder(bundle.rootfs)
    else:
        bundle.mount_root(bundle.rootfs)
    return os.open(bundle.rootfs, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)


def _fill_root(root: int, bundle: Bundle, opened: dict[int, int]) -> None:
    """Mount everything below the root, devices and masks included."""
    spec = bundle.spec
    null = os.open("/dev/null", os.O_PATH | os.O_CLOEXEC)
    try:
        if bundle.accounts is not None:
            from pod.runtime import accounts

            accounts.write(root, bundle.user, bundle.accounts)
        mounts.mount_all(root, spec.mounts, opened)
        if any(mount.destination == "/dev" and mount.type == "tmpfs" for mount in spec.mounts):
            devices.populate(root)
        if spec.process.cwd != "/":
            _make_working_folder(root, spec.process.cwd)
        mounts.make_read_only(root, spec.linux.readonly_paths)
        mounts.mask(root, spec.linux.masked_paths, null)
        if spec.root.readonly:
            _make_root_read_only(root)
    finally:
        os.close(null)


def _make_working_folder(root: int, path: str) -> None:
    try:
        os.close(inroot.make_folder(root, path))
    except OSError as err:
        if err.errno in (errno.ENOTDIR, errno.ELOOP):
            raise PodError(f"the working directory {path} of the container is not a folder") from err
        raise


def _make_root_read_only(root: int) -> None:
    sc.mount_setattr(root, "", sc.AT_EMPTY_PATH, attr_set=sc.MOUNT_ATTR_RDONLY)


def _set_names(spec: Spec) -> None:
    names = spec.linux.namespace("uts")
    if names is None or names.path:
        return
    try:
        if spec.hostname:
            _socket.sethostname(spec.hostname)
        if spec.domainname:
            sc.setdomainname(spec.domainname)
    except OSError as err:
        raise PodError(
            f"cannot set the host name {spec.hostname!r} and domain {spec.domainname!r}: {os.strerror(err.errno or 0)}",
            hint="the kernel takes names of up to 64 bytes",
        ) from err


def _is_of_interface(key: str) -> bool:
    """True for a setting of one interface (net.ipv4.conf.eth0.…), which is there once the network is."""
    parts = key.split(".")
    return len(parts) > 4 and parts[2] in ("conf", "neigh") and parts[3] not in ("all", "default", "lo")


def _set_sysctls(settings: dict[str, str]) -> None:
    for key, value in settings.items():
        path = f"/proc/sys/{key.replace('.', '/')}"
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.write(fd, value.encode())
            finally:
                os.close(fd)
        except OSError as err:
            raise PodError(f"cannot set sysctl {key} to {value!r}: {err.strerror}") from err


def _set_limits(asked: Process) -> None:
    for limit in asked.rlimits:
        number = getattr(resource, limit.type, None)
        if number is None:
            raise PodError(f"unknown resource limit {limit.type}")
        try:
            resource.setrlimit(number, (limit.soft, limit.hard))
        except (ValueError, OSError) as err:
            hard = resource.getrlimit(number)[1]
            raise PodError(
                f"cannot set limit {limit.type} to {limit.soft}:{limit.hard}: {err}",
                hint=f"without root a limit cannot be raised above this session's own, {hard}",
            ) from err


def change_root(path: str | int) -> None:
    """Make a folder (path or descriptor) the root of this mount namespace and let go of the old one: pivot_root(2)."""
    os.chdir(path)
    sc.pivot_root(".", ".")
    sc.umount2(".", sc.MNT_DETACH)
    os.chdir("/")


def seal_imports() -> None:
    """From here on the file system is the image's: no module may be loaded from it into this process."""
    sys.path.clear()
    sys.meta_path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()


def _open_terminal(link: Channel) -> None:
    main, terminal = devices.open_terminal()
    link.send(channel.TERMINAL, fd=main)
    os.close(main)
    devices.make_console(terminal)
    os.setsid()
    devices.take_terminal(terminal)


def take_streams(streams: tuple[int, int, int]) -> None:
    """Make the descriptors our standard streams, in a session of our own."""
    os.setsid()
    for number, fd in enumerate(streams):
        os.dup2(fd, number)


def _execute(bundle: Bundle, link: Channel) -> None:
    """Give up privileges and execute the program."""
    asked = bundle.spec.process
    user = look_up_user(bundle.user, asked, bundle.group_add)
    environment = environment_of(asked, user.home)
    if not bundle.foreign_streams:
        own_streams(user.uid)
    descriptors.arrange(link, bundle.preserved)
    os.umask(0o022 if asked.user.umask is None else asked.user.umask)
    change_folder(asked.cwd)
    set_personality(bundle.spec.linux)
    become(asked, user, bundle.cap_add, bundle.seccomp, death_signal=_signal.SIGKILL)
    if not link.is_open():
        os._exit(125)  # the monitor was killed just before that
    if bundle.init:
        reaper.fork_and_reap(link)
    execute(asked.args, environment)


def look_up_user(user: str, asked: Process, group_add: tuple[str, ...]) -> User:
    """Return who the program runs as, by the image's own files: the root folder has changed by now.

    With the group `keep-groups` (crun's word) the caller's own supplementary groups stay: files that a group of the
    host may read can be read inside, though the groups have no names there.
    """
    kept = KEEP_GROUPS in group_add
    groups = tuple(group for group in group_add if group != KEEP_GROUPS)
    found = users.resolve_user("/", user or f"{asked.user.uid}:{asked.user.gid}", groups)
    return found.replace(groups=None) if kept else found


_PERSONALITIES = {"LINUX": 0, "LINUX32": 8}  # linux/personality.h


def set_personality(linux: Linux) -> None:
    """Take on the execution domain that the configuration names (personality(2))."""
    if linux.personality is not None:
        if linux.personality.domain not in _PERSONALITIES:
            raise PodError(f"unknown personality {linux.personality.domain}", hint="there are LINUX and LINUX32")
        sc.personality(_PERSONALITIES[linux.personality.domain])


def own_streams(uid: int) -> None:
    """Give the program's user its standard streams, so that it may open /dev/stdout again (as runc does)."""
    if uid == 0:
        return
    for fd in (0, 1, 2):
        try:
            os.fchown(fd, uid, -1)
        except OSError as err:
            if err.errno not in (errno.EPERM, errno.EINVAL, errno.EROFS):
                raise


def become(
    asked: Process, user: User, cap_add: tuple[str, ...], program: Filter | None, *, death_signal: int = 0
) -> None:
    """Take on the user's ids, the capabilities that are its due, and the filter. Raises KernelRefused.

    `death_signal` is what the kernel sends us when our parent ends.
    """
    bounding = asked.capabilities.bounding if asked.capabilities is not None else capabilities.all_known()
    sets = capabilities.for_process(bounding, root=user.uid == 0, cap_add=cap_add)
    try:
        credentials.assume(
            user.uid,
            user.gid,
            user.groups,
            sets,
            no_new_privs=asked.no_new_privileges,
            filter=program,
            death_signal=death_signal,
        )
    except OSError as err:
        if err.errno != errno.EINVAL:
            raise
        raise KernelRefused(
            f"cannot become user {user.uid}:{user.gid}: the id does not exist in this user namespace",
            hint=_hint_on_ids(),
        ) from err


def _hint_on_ids() -> str:
    """Say which ids there are: stretches of the map that touch each other count as one."""
    try:
        lines = files.read_bytes("/proc/self/uid_map", 1 << 16).splitlines()
    except OSError:
        lines = []
    stretches: list[list[int]] = []
    for first, count in sorted((int(line.split()[0]), int(line.split()[2])) for line in lines):
        if stretches and stretches[-1][1] == first:
            stretches[-1][1] += count
        else:
            stretches.append([first, first + count])
    text = ", ".join(str(first) if end == first + 1 else f"{first} to {end - 1}" for first, end in stretches)
    if text in ("", "0"):
        return "without subordinate ids only root exists in a container; `pod info` shows the ids that are mapped"
    if text.isdecimal():
        return f"only {text} exists in this container"
    return f"{text} exist in this container: no more than /etc/subuid and /etc/subgid give"


def environment_of(asked: Process, home: str) -> dict[str, str]:
    """Return the program's environment: what was asked, with HOME from the image's user where nobody set it."""
    environment = dict(item.partition("=")[::2] for item in asked.env)
    environment.setdefault("HOME", home or "/")
    if asked.terminal:
        environment.setdefault("TERM", "xterm")
    return environment


def change_folder(path: str) -> None:
    """Change to the working folder as whoever we are."""
    try:
        os.chdir(path)
    except OSError as err:
        raise PodError(f"cannot change to the working directory {path}: {err.strerror}") from err


def execute(args: tuple[str, ...], environment: dict[str, str]) -> None:
    """Execute a program found on its own PATH. Raises CommandNotFound (127) or CannotExecute (126)."""
    process.restore_signals()
    name = args[0]
    folders = environment.get("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").split(":")
    candidates = [name] if "/" in name else [f"{folder or '.'}/{name}" for folder in folders]
    refusal: OSError | None = None
    for path in candidates:
        try:
            os.execve(path, args, environment)
        except (FileNotFoundError, NotADirectoryError) as err:
            if os.path.isfile(path):  # the script's interpreter or the program's loader is missing
                refusal = refusal or OSError(err.errno, "its interpreter does not exist in the container", path)
        except OSError as err:
            refusal = refusal or err
    if refusal is None:
        where = "" if "/" in name else f" in PATH ({environment.get('PATH', '')})"
        raise CommandNotFound(f"command not found in the container: {name!r}{where}") from None
    raise CannotExecute(
        f"cannot execute {name!r} in the container: {refusal.strerror}", hint=_hint_on_exec(refusal)
    ) from None


def _hint_on_exec(err: OSError) -> str:
    return {
        errno.EACCES: "the file is no program (its x bit is missing, or it is a folder)",
        errno.ENOEXEC: "the file has no format that this machine executes: another architecture, or a missing #! line",
    }.get(err.errno or 0, "")
