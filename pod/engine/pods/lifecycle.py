"""Starting, stopping, killing and freezing all containers of a pod, each after those that it needs."""

from __future__ import annotations

import time

from pod.engine import containers, events, pause, stop
from pod.engine.pods import store
from pod.engine.start import start as start_container
from pod.errors import KernelRefused, NoSuchContainer, PodError, WrongState
from pod.linux.signals import SIGKILL, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.engine.pods.store import Pod


def start(engine: Engine, wanted: str) -> str:
    """Start the containers of a pod: the infra container, those that prepare (--init-ctr), the others. Return its id.

    Raises NoSuchPod, and PodError where a container does not start; the others are started all the same.
    """
    pod = store.get(engine, wanted)
    if pod.infra is not None:
        start_container(engine, pod.infra.id)
    if not any(one.active for one in pod.members):
        for one in pod.members:
            if one.record.pod.init:
                _run_first(engine, pod, one)
    _each(pod, [one for one in pod.members if not one.record.pod.init], lambda one: start_container(engine, one.id))
    events.pod(engine.layout, "start", pod.record)
    return pod.id


def _run_first(engine: Engine, pod: Pod, container: Container) -> None:
    """Run a container to its end before the others start; one that is to run once goes then."""
    from pod.engine.remove import remove

    start_container(engine, container.id)
    stop.until_ended(engine, containers.find(engine.layout, container.id), None)
    code = containers.find_settled(engine, container.id).state.exit_code
    if code != 0:
        raise PodError(
            f"pod {pod.name} does not start: container {container.name}, which is to run first, ended with {code}",
            hint=f"`pod logs {container.name}` shows what it said",
        )
    if container.record.pod.init == "once":
        remove(engine, container.id)


def _each(pod: Pod, chosen: Iterable[Container], act: Callable[[Container], object]) -> None:
    """Act on every container, then raise the first error with how many there were."""
    errors = []
    for one in chosen:
        try:
            act(one)
        except NoSuchContainer:
            continue  # it was removed meanwhile
        except PodError as err:
            errors.append(err)
    if errors:
        more = f" ({len(errors) - 1} more like it)" if len(errors) > 1 else ""
        raise PodError(f"pod {pod.name}: {errors[0].message}{more}", hint=errors[0].hint)


def stop_pod(engine: Engine, wanted: str, timeout: int | None = None) -> str:
    """Stop the containers of a pod, the infra container last. Returns its id. Raises NoSuchPod, WrongState."""
    pod = store.get(engine, wanted)
    stop_containers(engine, pod.containers, timeout)
    events.pod(engine.layout, "stop", pod.record)
    return pod.id


def stop_containers(engine: Engine, chosen: Sequence[Container], timeout: int | None) -> None:
    """Stop containers, those first that no other one needs; those of a round at the same time."""
    left = {one.id: one for one in chosen if one.active}
    while left:
        needed = {containers.find_id(engine.layout, name) for one in left.values() for name in one.record.needs}
        round_ = [one for one in left.values() if one.id not in needed] or list(left.values())
        _stop_together(engine, round_, timeout)
        for one in round_:
            del left[one.id]


def _stop_together(engine: Engine, chosen: Sequence[Container], timeout: int | None) -> None:
    begun = time.monotonic()
    in_vain = set()
    for one in chosen:
        if one.running and one.state.init is not None:
            signal = number(one.record.stop_signal)
            if stop.will_ignore(one.state.init, signal):
                in_vain.add(one.id)
            stop.mark_stopped(engine, one.id)
            one.state.init.send_signal(signal)
    for one in chosen:
        patience = one.record.stop_timeout if timeout is None else timeout
        hopeless = one.state.status == "restarting" or one.state.init is None or one.id in in_vain
        left = None if patience < 0 else max(0.0, begun + patience - time.monotonic())
        if hopeless or not stop.until_ended(engine, one, left):
            stop.kill_and_wait(engine, one)
        events.container(engine.layout, "stop", one.record)


def restart(engine: Engine, wanted: str) -> str:
    """Stop and start a pod. Returns its id. Raises what these raise."""
    pod_id = stop_pod(engine, wanted)
    start(engine, pod_id)
    events.pod(engine.layout, "restart", store.load(engine.layout, pod_id))
    return pod_id


def kill(engine: Engine, wanted: str, signal: int = SIGKILL) -> str:
    """Send a signal to the first process of every container that runs. Returns the pod's id. Raises NoSuchPod."""
    pod = store.get(engine, wanted)
    running = [one for one in pod.containers if one.running]
    _each(pod, reversed(running), lambda one: stop.kill(engine, one.id, signal))
    if signal == SIGKILL:
        for one in running:
            stop.until_ended(engine, one, 10.0)
    events.pod(engine.layout, "kill", pod.record)
    return pod.id


def pause_pod(engine: Engine, wanted: str) -> str:
    """Freeze the containers of a pod. Returns its id. Raises NoSuchPod, WrongState, KernelRefused."""
    pod = store.get(engine, wanted)
    running = [one for one in pod.containers if one.state.status == "running"]
    if not running:
        raise WrongState(f"cannot pause pod {pod.name}: none of its containers runs")
    if any(not one.state.cgroup for one in running):
        raise KernelRefused(
            f"cannot pause pod {pod.name}: its containers have no control groups of their own to be frozen",
            hint="`pod info` shows which step would give them some",
        )
    _each(pod, running, lambda one: pause.pause(engine, one.id))
    events.pod(engine.layout, "pause", pod.record)
    return pod.id


def unpause_pod(engine: Engine, wanted: str) -> str:
    """Let the containers of a pod go on. Returns its id. Raises NoSuchPod, WrongState."""
    pod = store.get(engine, wanted)
    paused = [one for one in pod.containers if one.state.status == "paused"]
    if not paused:
        raise WrongState(f"cannot unpause pod {pod.name}: none of its containers is paused")
    _each(pod, paused, lambda one: pause.unpause(engine, one.id))
    events.pod(engine.layout, "unpause", pod.record)
    return pod.id
