"""`--init`: a pid 1 of ours that passes signals on to the program and buries orphaned processes.

It is this very interpreter, forked before the program's exec, with the program's own privileges. It holds no
descriptor, and is not dumpable: nothing inside the container can look into it.
"""

from __future__ import annotations

import _signal
import os

from pod.linux import files, process
from pod.linux import syscalls as sc
from pod.linux.process import ProcessId
from pod.runtime.channel import Channel

TITLE = "/dev/init"
NAME = "init"


def program_of(init: ProcessId) -> ProcessId | None:
    """Return the program that an init of ours runs: its eldest child (proc(5), /proc/pid/task/tid/children)."""
    try:
        children = files.read_bytes(f"/proc/{init.pid}/task/{init.pid}/children").split()
        return process.identify(int(children[0])) if init.is_alive() else None
    except (OSError, IndexError):
        return None


def fork_and_reap(link: Channel) -> None:
    """Return in a child that is to execute the program; the caller itself becomes init and never returns."""
    everything = _signal.valid_signals()
    _signal.pthread_sigmask(_signal.SIG_SETMASK, everything)
    process.set_title(TITLE, NAME)  # before anybody else is there to see the old one
    child = os.fork()
    if child == 0:
        sc.prctl(sc.PR_SET_PDEATHSIG, _signal.SIGKILL)  # it need not be in a pid namespace that ends with us
        _signal.pthread_sigmask(_signal.SIG_SETMASK, ())
        return
    link.close()
    _let_go()
    os._exit(_reap(child, everything))


def _let_go() -> None:
    """Hold on to nothing."""
    sc.prctl(sc.PR_SET_DUMPABLE, 0)
    os.chdir("/")
    os.closerange(0, 1 << 20)


def _reap(child: int, signals: set[int]) -> int:
    while True:
        number = _signal.sigwait(signals)
        if number != _signal.SIGCHLD:
            try:
                os.kill(child, number)
            except ProcessLookupError:
                pass
            continue
        code = _bury(child)
        if code is not None:
            return code


def _bury(child: int) -> int | None:
    """Collect every dead child; return the program's exit code once it is among them."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if pid == 0:
            return code
        if pid == child:
            code = process.exit_code(status)
