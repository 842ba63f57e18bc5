"""`pause` and `unpause`: the kernel freezes the control group of a container, where it has one of its own.

Stopping every process with SIGSTOP would be no substitute: parents see their children stop, and a shell reacts to it.
"""

from __future__ import annotations

import contextlib

from pod.engine import containers, events
from pod.errors import KernelRefused, WrongState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.containers import Container
    from pod.engine.engine import Engine


def pause(engine: Engine, name: str) -> None:
    """Freeze a container. Raises WrongState for one that does not run, KernelRefused for one that cannot be frozen."""
    container = containers.find(engine.layout, name)
    if not container.running or container.state.status == "paused":
        state = "paused already" if container.state.status == "paused" else "not running"
        raise WrongState(f"cannot pause container {container.name}: it is {state}")
    if not container.state.cgroup:
        raise KernelRefused(
            f"cannot pause container {container.name}: it has no control group of its own to be frozen",
            hint=f"`pod kill -s STOP {container.name}` stops its first process, -s CONT lets it go on",
        )
    _set(engine, container, frozen=True)


def unpause(engine: Engine, name: str) -> None:
    """Let a container go on. Raises WrongState for one that is not paused."""
    container = containers.find(engine.layout, name)
    if container.state.status != "paused" or not container.running:
        raise WrongState(f"cannot unpause container {container.name}: it is not paused")
    _set(engine, container, frozen=False)


@contextlib.contextmanager
def paused(engine: Engine, container: Container) -> Iterator[None]:
    """Keep a container frozen for the block; one that does not run, or is paused already, is left alone.

    Raises KernelRefused for one that cannot be frozen, as Podman refuses it.
    """
    if not container.running or container.state.status == "paused":
        yield
        return
    pause(engine, container.id)
    try:
        yield
    finally:
        with contextlib.suppress(WrongState):  # it was killed meanwhile, or somebody else has let it go on
            unpause(engine, container.id)


def _set(engine: Engine, container: Container, *, frozen: bool) -> None:
    from pod.runtime import cgroups

    word = "pause" if frozen else "unpause"
    with engine.lock("container", container.id):
        state = containers.load(engine.layout, container.id).state
        try:
            cgroups.freeze(state.cgroup, frozen=frozen)
        except OSError as err:
            raise KernelRefused(f"cannot {word} container {container.name}: {err.strerror}: {state.cgroup}") from err
        containers.save_state(engine.layout, container.id, state.replace(status="paused" if frozen else "running"))
    events.container(engine.layout, word, container.record)
