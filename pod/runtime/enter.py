"""Running another program in a running container: setns(2) into its namespaces, then as its first process does.

The caller joins the user and pid namespaces itself, which leaves it on the host's files; only the child goes where the
image's files are, and imports nothing there.
"""

from __future__ import annotations

import os

from pod.errors import PodError, WrongState
from pod.linux import syscalls as sc
from pod.linux.process import ProcessId
from pod.oci.runtime_spec import Linux, Process
from pod.record import Record
from pod.runtime import channel, descriptors, devices, init
from pod.runtime.channel import Channel
from pod.runtime.launch import Launched, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.runtime.seccomp import Filter

_FLAGS = {
    "mount": sc.CLONE_NEWNS,
    "network": sc.CLONE_NEWNET,
    "ipc": sc.CLONE_NEWIPC,
    "uts": sc.CLONE_NEWUTS,
    "cgroup": sc.CLONE_NEWCGROUP,
}


class Entry(Record):
    """What to run, in which container."""

    target: ProcessId  # the container's first process
    linux: Linux  # of its config.json: which namespaces are its own
    process: Process
    user: str = ""
    group_add: tuple[str, ...] = ()
    cap_add: tuple[str, ...] = ()
    seccomp: Filter | None = None
    preserved: tuple[tuple[int, int], ...] = ()  # descriptors for the program: its number, and ours
    cgroup: str = ""  # the folder of the container's control group
    systemd: tuple[str, ...] = ()  # the sockets of the user's systemd, which can move processes into it


def enter(entry: Entry, streams: tuple[int, int, int] | None) -> Launched:
    """Start the program and return once it has been executed. `streams` None gives it a terminal.

    Moves this single-threaded process into the container's user and pid namespaces. Raises RuntimeFailure, WrongState.
    """
    try:
        target = entry.target.pidfd()
    except ProcessLookupError as err:
        raise WrongState("the container has just ended") from err
    sc.prctl(sc.PR_SET_DUMPABLE, 0)  # not even for a moment may the container look into this interpreter
    other_users = _join_outer(entry, target)
    ours, theirs = Channel.pair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _run(entry, target, theirs, streams, other_users=other_users)
    theirs.close()
    os.close(target)
    terminal = -1
    try:
        while True:
            kind, content, fd = ours.receive()
            if kind == channel.TERMINAL and fd is not None:
                terminal = fd
            elif kind == channel.FAILED:
                os.waitpid(pid, 0)
                raise failure(content)
            elif not kind:
                return Launched(pid, terminal)
    finally:
        ours.close()


def _join_outer(entry: Entry, target: int) -> bool:
    """Join what only counts for children, or must come first; true where the container has users of its own."""
    own, theirs = os.stat("/proc/self/ns/user"), os.stat(f"/proc/{entry.target.pid}/ns/user")
    other_users = own.st_ino != theirs.st_ino
    flags = sc.CLONE_NEWUSER if other_users else 0
    if entry.linux.namespace("pid") is not None:
        flags |= sc.CLONE_NEWPID
    if flags:
        sc.setns(target, flags)
    return other_users


def _run(entry: Entry, target: int, link: Channel, streams: tuple[int, int, int] | None, *, other_users: bool) -> None:
    try:
        if entry.cgroup:
            from pod.runtime import cgroups

            cgroups.join(entry.cgroup, entry.systemd, entry.target.pid)
        if other_users:
            from pod.runtime.own_users import become_first_user

            become_first_user()
        flags = 0
        for namespace in entry.linux.namespaces:
            flags |= _FLAGS.get(namespace.type, 0)
        sc.setns(target, flags)
        init.seal_imports()
        os.chdir("/")
        if streams is None:
            terminal, program_end = devices.open_terminal()
            link.send(channel.TERMINAL, fd=terminal)
            os.close(terminal)
            os.setsid()
            devices.take_terminal(program_end)
        else:
            init.take_streams(streams)
        _execute(entry, link)
    except PodError as err:
        link.fail(err.message, err.exit_code, err.hint)
    except OSError as err:
        link.fail(f"cannot enter the container: {init.explain(err)}")
    except BaseException as err:
        link.fail(f"cannot enter the container: {type(err).__name__}: {err}")
    finally:
        os._exit(125)


def _execute(entry: Entry, link: Channel) -> None:
    asked = entry.process
    user = init.look_up_user(entry.user, asked, entry.group_add)
    environment = init.environment_of(asked, user.home)
    init.own_streams(user.uid)
    descriptors.arrange(link, entry.preserved)
    os.umask(0o022 if asked.user.umask is None else asked.user.umask)
    init.change_folder(asked.cwd)
    init.set_personality(entry.linux)
    init.become(asked, user, entry.cap_add, entry.seccomp)
    init.execute(asked.args, environment)
