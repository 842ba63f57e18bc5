"""`stop` and `kill`: end a container's program, politely or at once."""

from __future__ import annotations

import time

from pod.engine import containers, events
from pod.engine.containers import Container
from pod.errors import NoSuchContainer, StorageError, WrongState
from pod.linux import files
from pod.linux.process import ProcessId
from pod.linux.signals import SIGKILL, SIGTERM, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

_KILLED_SECONDS = 30.0  # how long the kernel and the monitor may take after SIGKILL
# rt_sigtimedwait(2) on x86-64, aarch64 and 32-bit machines: while it waits, the kernel shows what it waits for as not
# blocked. Such is tini's way to wait, and that of most small init programs.
_RUNNING_OR_FOR_A_SIGNAL = (b"running", b"128", b"137", b"177", b"421")
_LOOK_SECONDS = 0.25  # between looks at the container's state


def stop(engine: Engine, name: str, timeout: int | None = None, *, signal: int | None = None) -> str:
    """Send the stop signal (the container's, or `signal`), wait `timeout` seconds (-1: for ever), kill.

    Returns the id. Stopping twice is no error.
    """
    container = containers.find_settled(engine, name)
    if container.state.status == "restarting":
        kill_and_wait(engine, container)
    if not container.running or container.state.init is None:
        return container.id
    signal = number(container.record.stop_signal) if signal is None else signal
    seconds = container.record.stop_timeout if timeout is None else timeout
    mark_stopped(engine, container.id)
    patience = None if seconds < 0 else float(seconds)
    in_vain = will_ignore(container.state.init, signal)
    container.state.init.send_signal(signal)
    if not in_vain and until_ended(engine, container, patience):
        events.container(engine.layout, "stop", container.record)
        return container.id
    kill_and_wait(engine, container)
    events.container(engine.layout, "stop", container.record)
    return container.id


def will_ignore(init: ProcessId, signal: int) -> bool:
    """True where a signal would be lost: pid 1 never gets one that it has no handler for (pid_namespaces(7)).

    Peers wait ten seconds for nothing then. False wherever it is not certain. To be asked before the signal is sent.
    """
    try:
        waits_in = _system_call(init.pid)
        deaf = is_deaf(init, signal)
        return deaf and waits_in not in _RUNNING_OR_FOR_A_SIGNAL and _system_call(init.pid) == waits_in
    except OSError:
        return False


def is_deaf(init: ProcessId, signal: int) -> bool:
    """True where a process is pid 1 and, at this moment, neither catches a signal nor keeps it for later."""
    try:
        status = files.read_bytes(f"/proc/{init.pid}/status", 1 << 16)
    except OSError:
        return False
    fields = dict(line.split(b":", 1) for line in status.splitlines() if b":" in line)
    is_pid_one = fields.get(b"NSpid", b"").split()[-1:] == [b"1"]
    caught = int(fields.get(b"SigCgt", b"0").strip(), 16)
    blocked = int(fields.get(b"SigBlk", b"0").strip(), 16)  # kept for a signalfd(2), or for another thread
    return is_pid_one and not (caught | blocked) >> (signal - 1) & 1


def _system_call(pid: int) -> bytes:
    """Return the number of the call in which a process waits, as text. Raises OSError."""
    return files.read_bytes(f"/proc/{pid}/syscall", 1 << 10).split(maxsplit=1)[0]


def kill(engine: Engine, name: str, signal: int = SIGKILL) -> str:
    """Send a signal to the container's first process. Returns the id. Raises WrongState when it does not run."""
    container = containers.find(engine.layout, name)
    if not container.running or container.state.init is None:
        raise WrongState(f"cannot kill container {container.name}: it is not running")
    if signal == SIGKILL:
        mark_stopped(engine, container.id)
    events.container(engine.layout, "kill", container.record, signal=str(signal))
    if not container.state.init.send_signal(signal):
        raise WrongState(f"cannot kill container {container.name}: it has just ended")
    return container.id


def mark_stopped(engine: Engine, container_id: str) -> None:
    """Tell the monitor that the coming end is the user's wish, so that no restart policy applies."""
    try:
        files.write_atomic(engine.layout.stop_mark(container_id), b"", durable=False)
    except OSError:
        pass  # it has just ended, and its run folder with it


def kill_and_wait(engine: Engine, container: Container) -> None:
    """Kill the container's program and wait until its monitor has tidied up. Raises WrongState if it will not go."""
    mark_stopped(engine, container.id)
    if container.state.init is not None:
        container.state.init.send_signal(SIGKILL)
    if container.state.status == "restarting" and container.state.monitor is not None:
        container.state.monitor.send_signal(SIGTERM)  # it pauses before the next start
    if not until_ended(engine, container, _KILLED_SECONDS):
        raise WrongState(
            f"container {container.name} does not end: its process hangs in the kernel",
            hint="a broken file system (NFS, FUSE) below one of its mounts is the usual cause",
        )


def until_ended(engine: Engine, container: Container, seconds: float | None) -> bool:
    """Wait until the monitor has written its last document; false when time is up.

    It ends then, unless somebody attached does not take the last output: so a look at the document counts, too.
    """
    monitor = container.state.monitor
    deadline = None if seconds is None else time.monotonic() + seconds
    while monitor is not None:
        left = _LOOK_SECONDS if deadline is None else min(_LOOK_SECONDS, deadline - time.monotonic())
        if monitor.wait(max(0.0, left)) or not _is_active(engine, container.id):
            return True
        if left <= 0:
            return False
    return True


def _is_active(engine: Engine, container_id: str) -> bool:
    try:
        return containers.load(engine.layout, container_id).active
    except (NoSuchContainer, StorageError):
        return False
