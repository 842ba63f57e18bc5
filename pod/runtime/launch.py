"""Starting a bundle: the monitor's side of the conversation with the container's first process."""

from __future__ import annotations

import os

from pod.errors import CannotExecute, CommandNotFound, KernelRefused, RuntimeFailure
from pod.linux import files, jsonfile
from pod.linux import syscalls as sc
from pod.oci.runtime_spec import Namespace
from pod.record import Record
from pod.runtime import channel, init
from pod.runtime.bundle import Bundle
from pod.runtime.channel import Channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_SIGCHLD = 17


class Launched(Record):
    """A container whose program runs: its first process (a child of ours), and its terminal's other end, if any."""

    pid: int
    terminal: int = -1


def launch(
    bundle: Bundle, streams: tuple[int, int, int] | None, connect: Callable[[int], None] | None = None
) -> Launched:
    """Start the container and return once its program has been executed.

    `streams` become the program's standard streams; with None it gets a terminal. `connect` is called with the
    descriptor of the container's network namespace as soon as that exists. Raises RuntimeFailure.
    """
    ours, theirs = Channel.pair()
    pid, opened = _fork_closed(bundle, theirs)
    if pid == 0:
        ours.close()
        init.run(bundle, theirs, streams, opened)
    theirs.close()
    try:
        terminal = _converse(ours, connect)
    except BaseException:
        if pid > 0:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
        raise
    finally:
        ours.close()
    return Launched(pid, terminal)


def _fork_closed(bundle: Bundle, link: Channel) -> tuple[int, dict[int, int]]:
    """Fork the first process with what it must have from its first moment on; return also mounts opened for it.

    Not dumpable, so that nobody in a shared pid namespace can look into it; and with its out-of-memory score, which
    a process that is not dumpable may not write itself (proc(5)).
    """
    linux = bundle.spec.linux
    users = -1
    if linux.namespace("user") is not None:
        from pod.runtime import own_users

        users = own_users.open_namespace(linux)
    before = _set_oom_score(bundle.spec.process.oom_score_adj)
    sc.prctl(sc.PR_SET_DUMPABLE, 0)
    opened: dict[int, int] = {}
    if users < 0:
        pid = _fork(linux.namespace("pid"))
    else:
        pid, opened = own_users.fork(bundle, users, link)
    if pid != 0:
        sc.prctl(sc.PR_SET_DUMPABLE, 1)
        _set_oom_score(before)
    return pid, opened


def _set_oom_score(value: int | None) -> int | None:
    """Set this process's out-of-memory score, where one is given; return what it was. Raises KernelRefused."""
    if value is None:
        return None
    fd = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
    try:
        before = int(os.read(fd, 16))
        os.write(fd, str(value).encode())
    except PermissionError as err:
        raise KernelRefused(
            f"cannot set the out-of-memory score to {value}: without root it can only be raised",
            hint=f"this session's own is {before}: choose that or more",
        ) from err
    finally:
        os.close(fd)
    return before


def _fork(namespace: Namespace | None) -> int:
    """Fork the first process into its pid namespace: a new one, another container's, or ours.

    unshare(2) and setns(2) would move all our later children too, and there is no way back without root; so a new
    namespace is made by clone(2), and another one is joined by a helper that leaves its child to us (CLONE_PARENT).
    """
    if namespace is None or (namespace.path and init.is_own(namespace.path)):
        return sc.clone(_SIGCHLD)
    if not namespace.path:
        return sc.clone(sc.CLONE_NEWPID | _SIGCHLD)
    reader, writer = os.pipe()
    helper = os.fork()
    if helper == 0:
        fd = os.open(namespace.path, os.O_RDONLY | os.O_CLOEXEC)
        sc.setns(fd, sc.CLONE_NEWPID)
        os.close(fd)
        pid = sc.clone(sc.CLONE_PARENT | _SIGCHLD)
        if pid == 0:
            os.close(reader)
            os.close(writer)
            return 0
        os.write(writer, str(pid).encode())
        os._exit(0)
    os.close(writer)
    answer = files.read_all(reader)
    os.close(reader)
    os.waitpid(helper, 0)
    if not answer:
        raise RuntimeFailure(f"cannot join the pid namespace {namespace.path}")
    return int(answer)


def _converse(link: Channel, connect: Callable[[int], None] | None) -> int:
    """Speak with the first process until it is the program; return its terminal, -1 for none."""
    terminal = -1
    while True:
        kind, content, fd = link.receive()
        if kind == channel.UNSHARED and fd is not None:
            try:
                if connect is not None:
                    connect(fd)
            finally:
                os.close(fd)
            link.send(channel.GO)
        elif kind == channel.TERMINAL and fd is not None:
            terminal = fd
        elif kind == channel.FAILED:
            raise failure(content)
        elif not kind:
            return terminal


def failure(content: bytes) -> RuntimeFailure:
    """Return the error that the other side reported."""
    report = jsonfile.loads(content)
    kinds = {126: CannotExecute, 127: CommandNotFound}
    kind = kinds.get(report["exit_code"], RuntimeFailure)
    return kind(report["message"], hint=report["hint"], exit_code=report["exit_code"])
