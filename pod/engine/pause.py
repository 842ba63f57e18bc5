"""`pause` and `unpause`. Freezing takes a control group of the container's own, and containers have none yet.

Stopping every process with SIGSTOP would be no substitute: parents see their children stop, and a shell reacts to it.
"""

from __future__ import annotations

from pod.engine import containers
from pod.errors import KernelRefused, WrongState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def pause(engine: Engine, name: str) -> None:
    """Raise WrongState for a container that does not run, and KernelRefused for one that does."""
    container = containers.find(engine.layout, name)
    if not container.running:
        raise WrongState(f"cannot pause container {container.name}: it is not running")
    raise KernelRefused(
        f"cannot pause container {container.name}: it has no control group of its own to be frozen",
        hint=f"`pod kill -s STOP {container.name}` stops its first process, -s CONT lets it go on",
    )


def unpause(engine: Engine, name: str) -> None:
    """Raise WrongState: no container is paused."""
    container = containers.find(engine.layout, name)
    raise WrongState(f"cannot unpause container {container.name}: it is not paused")
