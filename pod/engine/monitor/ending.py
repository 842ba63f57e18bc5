"""What a monitor does when the program has ended: the last state, the clean-up, the word to whoever waits."""

from __future__ import annotations

from pod.engine import containers
from pod.linux import files, times
from pod.storage.container_records import ContainerRecord, ContainerState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.monitor.supervise import Supervisor


def finish(engine: Engine, record: ContainerRecord, state: ContainerState, supervisor: Supervisor, code: int) -> None:
    """Write the exit code, remove what does not outlive the run, and tell the attached commands."""
    if supervisor.log is not None:
        supervisor.log.close()
    final = state.replace(status="exited", exit_code=code, finished_at=times.now())
    try:
        containers.save_state(engine.layout, record.id, final, durable=not record.auto_remove)
        with engine.lock("container", record.id):
            tidy_up(engine, record)
    finally:
        supervisor.say_goodbye()


def tidy_up(engine: Engine, record: ContainerRecord) -> None:
    """Remove the run folder, and the container itself where --rm was asked for. The caller holds its lock."""
    if record.auto_remove:
        from pod.engine import remove

        remove.discard(engine, record)
    else:
        files.remove_tree(engine.layout.run_container(record.id))
