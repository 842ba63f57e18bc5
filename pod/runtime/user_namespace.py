"""The user's namespace: one user and mount namespace that all of this user's commands and containers live in.

It is held open by a sleeping process (`sleep`, 0.2 MB), which ends by itself after HOLD_SECONDS: whatever runs in the
namespace keeps it alive, and the next command finds it again through a running container. Joining is one setns(2).

With subordinate ids the user is root inside and they are 1…; without them the user is alone in the map.
"""

from __future__ import annotations

import errno
import os

from pod.errors import KernelRefused
from pod.linux import files, idmap, jsonfile, locks, process
from pod.linux import syscalls as sc
from pod.linux.idmap import IdMap
from pod.linux.process import ProcessId
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HOLD_SECONDS = 3600


class UserNamespace(Record):
    """The document namespace.json: who holds the namespace open, and what its map is."""

    holder: ProcessId
    boot_id: str
    inode: int  # of /proc/HOLDER/ns/user
    stamp: str  # of /etc/subuid and /etc/subgid when it was made
    map: IdMap
    permanent: bool = False  # something is mounted in it: its holder does not end by itself

    @property
    def single(self) -> bool:
        """True without subordinate ids: every file belongs to the user."""
        return self.map.single


def enter(path: str, lock: str, running: Callable[[], Iterable[ProcessId]]) -> tuple[UserNamespace, bool]:
    """Make this single-threaded process join the user's namespace; make that first where it is missing.

    `path` is namespace.json, `lock` its lock file; `running` lists processes of containers that live in the namespace.
    Returns the namespace and whether it is new. Raises KernelRefused.
    """
    for _attempt in range(5):
        current = read(path)
        if current is None or current.stamp != idmap.stamp():
            with locks.Lock(lock):
                namespace, new = _renew(path, list(running()))
        else:
            namespace, new = current, False
        try:
            _join(namespace)
        except ProcessLookupError:
            continue  # the holder's time was up between reading and joining
        return namespace, new
    raise KernelRefused("cannot join the user's namespace: its holder ends as soon as it is started")


def read(path: str) -> UserNamespace | None:
    """Return the namespace that the document names, if its holder still lives."""
    try:
        namespace = UserNamespace.from_json(jsonfile.read(path))
    except (OSError, ValueError):
        return None
    return namespace if namespace.holder.is_alive() and namespace.boot_id == process.boot_id() else None


def _join(namespace: UserNamespace) -> None:
    if os.stat("/proc/self/ns/user").st_ino == namespace.inode:
        return
    folder = os.getcwd()
    fd = namespace.holder.pidfd()
    try:
        sc.setns(fd, sc.CLONE_NEWUSER | sc.CLONE_NEWNS)
    except OSError as err:
        if err.errno == errno.ESRCH:
            raise ProcessLookupError(err.errno, "holder is gone") from err
        raise KernelRefused(f"cannot join the user's namespace: {err.strerror}") from err
    finally:
        os.close(fd)
    try:
        os.chdir(folder)  # setns(2) has moved us to the root folder
    except OSError:
        pass


def _renew(path: str, running: list[ProcessId]) -> tuple[UserNamespace, bool]:
    """Return the namespace to use from now on, and whether it was made just now. The caller holds the lock."""
    current = read(path)
    changed = current is not None and current.stamp != idmap.stamp()
    if current is not None and (not changed or running):
        return current, False  # a changed map waits until nothing runs in the old one
    if current is not None:
        current.holder.send_signal(9)
    if running and current is None and (found := _adopt(running, path)):
        return found, False
    holder, real = _make(idmap.wanted(os.getuid(), os.getgid()))
    return _establish(path, holder, real, idmap.stamp()), True


def _establish(path: str, holder: Holder, real: IdMap, stamp: str, *, permanent: bool = False) -> UserNamespace:
    """Write the document, and only then let its holder live without us: no holder exists that nobody knows of."""
    inode = os.stat(f"/proc/{holder.pid}/ns/user").st_ino
    namespace = UserNamespace(process.identify(holder.pid), process.boot_id(), inode, stamp, real, permanent)
    try:
        files.make_folders(os.path.dirname(path))
        jsonfile.write(path, namespace.to_json(), durable=False)
    except OSError:
        holder.dismiss()
        raise
    holder.release()
    return namespace


def keep(path: str, lock: str) -> None:
    """Give the namespace that we are in a holder that never ends by itself, because something is mounted there."""
    with locks.Lock(lock):
        current = read(path)
        if current is None or current.permanent:
            return
        _establish(path, Holder(lambda: None, "infinity"), current.map, current.stamp, permanent=True)
        current.holder.send_signal(9)


def _adopt(running: list[ProcessId], path: str) -> UserNamespace | None:
    """Put a new holder into the user namespace that running containers live in.

    It gets a mount namespace of its own: a monitor's may be private, with a file system of its container's in it.
    """
    for candidate in running:
        try:
            fd = candidate.pidfd()
        except ProcessLookupError:
            continue
        holder = Holder(lambda fd=fd: _join_user_namespace(fd))  # type: ignore[misc]
        os.close(fd)
        if holder.errno == 0:
            return _establish(path, holder, _map_of(holder.pid), _last_stamp(path))
        holder.dismiss()
    return None


def _join_user_namespace(fd: int) -> None:
    sc.setns(fd, sc.CLONE_NEWUSER)
    sc.unshare(sc.CLONE_NEWNS)


def _last_stamp(path: str) -> str:
    """Return what the ids of the living namespace were made from; "" where that is lost, so that it is seen as old."""
    try:
        return UserNamespace.from_json(jsonfile.read(path)).stamp
    except (OSError, ValueError):
        return ""


def _map_of(pid: int) -> IdMap:
    def ranges(kind: str) -> tuple[idmap.IdRange, ...]:
        lines = files.read_bytes(f"/proc/{pid}/{kind}_map", 1 << 16).decode().splitlines()
        return tuple(idmap.IdRange(*map(int, line.split())) for line in lines)

    return IdMap(ranges("uid"), ranges("gid"))


def _make(wanted: IdMap) -> tuple[Holder, IdMap]:
    """Start a holder in new namespaces with the wanted map, or with the single-id map where that is refused."""
    alone = IdMap(wanted.uids[:1], wanted.gids[:1])
    for real in (wanted, alone):
        holder = Holder(lambda real=real: _make_namespaces(real))  # type: ignore[misc]
        if holder.errno == 0 and (real.single or _write_map(holder.pid, real)):
            return holder, real
        holder.dismiss()
        if holder.errno:
            raise _refusal(holder.errno)
    raise KernelRefused("cannot make a user namespace: its id map was refused", hint=_hint_on_user_namespaces())


def _make_namespaces(wanted: IdMap) -> None:
    uid, gid = os.getuid(), os.getgid()
    sc.unshare(sc.CLONE_NEWUSER | sc.CLONE_NEWNS)
    if wanted.single:
        # user_namespaces(7): without privilege one may map the own id only, and must give up setgroups(2) first
        files.write_kernel("/proc/self/setgroups", "deny")
        files.write_kernel("/proc/self/uid_map", f"0 {uid} 1")
        files.write_kernel("/proc/self/gid_map", f"0 {gid} 1")


class Holder:
    """A holder to be: a child that has gone where it is to sleep, and ends with us unless it is released.

    `go_there` runs in the child; `errno` is how that failed, 0 if it did not.
    """

    def __init__(self, go_there: Callable[[], None], seconds: str = str(HOLD_SECONDS)) -> None:
        ready_read, ready_write = os.pipe()
        go_read, self._go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self._go)
                _hold(go_there, ready_write, go_read, seconds)
            finally:
                os._exit(1)
        os.close(ready_write)
        os.close(go_read)
        answer = files.read_all(ready_read)
        os.close(ready_read)
        self.errno = 0 if answer == b"+" else int(answer or errno.EAGAIN)

    def release(self) -> None:
        """Let it sleep on, whatever becomes of us."""
        try:
            os.write(self._go, b"+")
        except BrokenPipeError:
            pass  # killed meanwhile: whoever joins notices
        os.close(self._go)

    def dismiss(self) -> None:
        """End it."""
        os.close(self._go)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)


def _hold(go_there: Callable[[], None], ready: int, go: int, seconds: str) -> None:
    """The holder's own steps: to the namespaces, word to the parent, the parent's word, sleep."""
    try:
        go_there()
    except OSError as err:
        os.write(ready, str(err.errno).encode())
        os._exit(1)
    os.write(ready, b"+")
    os.close(ready)
    if os.read(go, 1) == b"+":
        _sleep(seconds)


def _sleep(seconds: str) -> None:
    """Become the sleeping program, free of our descriptors, folder and session."""
    os.setsid()
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    process.restore_signals()
    os.execvpe("sleep", ["sleep", seconds], {"PATH": os.environ.get("PATH", "/usr/bin:/bin")})


def _write_map(pid: int, wanted: IdMap) -> bool:
    """Write the maps of a child, as root directly, else through the setuid helpers newuidmap(1) and newgidmap(1)."""
    maps = (("uid", "newuidmap", wanted.uids), ("gid", "newgidmap", wanted.gids))
    for kind, helper, ranges in maps:
        if os.geteuid() == 0:
            try:
                files.write_kernel(
                    f"/proc/{pid}/{kind}_map", "\n".join(f"{r.inside} {r.outside} {r.count}" for r in ranges)
                )
                continue
            except OSError:
                return False
        numbers = [str(n) for r in ranges for n in (r.inside, r.outside, r.count)]
        try:
            if process.run([helper, str(pid), *numbers]).code != 0:
                return False
        except OSError:
            return False
    return True


def _refusal(number: int) -> KernelRefused:
    return KernelRefused(f"cannot make a user namespace: {os.strerror(number)}", hint=_hint_on_user_namespaces())


def _hint_on_user_namespaces() -> str:
    """Say which switch of this machine forbids user namespaces, and the line that an administrator would run."""
    switches = (
        ("/proc/sys/user/max_user_namespaces", b"0", "sysctl -w user.max_user_namespaces=15000"),
        ("/proc/sys/kernel/unprivileged_userns_clone", b"0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        (
            "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
            b"1",
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    )
    for path, forbidding, remedy in switches:
        try:
            if files.read_bytes(path, 64).strip() == forbidding:
                return f"{path} is {forbidding.decode()}; an administrator allows it with: {remedy}"
        except OSError:
            continue
    return (
        "inside another container or a chroot the kernel may forbid it; `pod doctor` of a later version will tell more"
    )
