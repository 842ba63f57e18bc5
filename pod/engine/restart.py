"""`restart`: stop and start in one go."""

from __future__ import annotations

from pod.engine import containers, events
from pod.engine.start import start
from pod.engine.stop import stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def restart(engine: Engine, name: str, timeout: int | None = None, *, signal: int | None = None) -> str:
    """Stop a container if it runs, and start it. Returns its id. Raises what stop and start raise."""
    container_id = stop(engine, name, timeout, signal=signal)
    start(engine, container_id)
    events.container(engine.layout, "restart", containers.load(engine.layout, container_id).record)
    return container_id
