"""Restart policies: whether an ended container is started again, after which pause, and by whom.

The monitor that saw the end waits, and starts the container as `start` does: with a new monitor, so that nothing of
the last run (its network's helper, its mounts) is carried into the next. Pauses are Docker's: 100 ms, doubled each
time up to a minute, from the beginning again after a run of ten seconds.
"""

from __future__ import annotations

import _signal
import os

from pod.errors import PodError
from pod.linux import times
from pod.storage.container_records import ContainerRecord, ContainerState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

_FIRST_PAUSE = 0.1  # seconds
_LONGEST_PAUSE = 60.0
_GOOD_RUN = 10 * 1_000_000_000  # nanoseconds


def wanted(record: ContainerRecord, state: ContainerState, code: int, *, stopped: bool) -> bool:
    """True where the policy has the container started again. `stopped`: it ended because the user wished so."""
    policy = record.restart
    if stopped or record.auto_remove or policy.name == "no":
        return False
    if policy.name == "on-failure":
        return code != 0 and (policy.maximum_retries == 0 or state.restart_count < policy.maximum_retries)
    return True


def count(state: ContainerState) -> int:
    """Return how many starts in a row the policy has made so far; a good run makes a new beginning."""
    ran = times.to_ns(state.finished_at) - times.to_ns(state.started_at)
    return 0 if ran >= _GOOD_RUN else state.restart_count


def pause(restarts: int) -> float:
    """Return the seconds before the next start."""
    return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(restarts, 20)))


def start_again(engine: Engine, record: ContainerRecord, state: ContainerState) -> None:
    """Wait, then start the container; `stop` ends the pause with SIGTERM. Errors are in the container's state."""
    from pod.engine import start

    _signal.pthread_sigmask(_signal.SIG_BLOCK, (_signal.SIGTERM,))
    # Whoever stops the container has left its mark before the signal: one that came too early is not missed.
    told = is_stopped(engine, record.id) or _signal.sigtimedwait((_signal.SIGTERM,), pause(state.restart_count))
    if told or is_stopped(engine, record.id):
        give_up(engine, record)
        return
    try:
        sock, _pid = start.launch_monitor(engine, record.id, b"", again=True)
        sock.close()
    except PodError:
        pass


def is_stopped(engine: Engine, container_id: str) -> bool:
    """True where the user has asked for the container's end (stop.mark_stopped)."""
    return os.path.exists(engine.layout.stop_mark(container_id))


def give_up(engine: Engine, record: ContainerRecord) -> None:
    """Leave a container that was to be started again as an ended one."""
    from pod.engine import containers
    from pod.linux import files

    with engine.lock("container", record.id):
        state = containers.load(engine.layout, record.id).state
        containers.save_state(engine.layout, record.id, state.replace(status="exited"), durable=True)
        files.remove_tree(engine.layout.run_container(record.id))
