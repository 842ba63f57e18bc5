"""Namespaces that a container shares with another one: `container:NAME` and `ns:PATH`, as paths to join.

Looked up at every start, as the other container must run by then, and is another process each time.
"""

from __future__ import annotations

from pod.engine import containers, spec
from pod.errors import UsageError, WrongState
from pod.linux.process import ProcessId
from pod.net import attach as network
from pod.net.attach import NetworkPlan
from pod.runtime import reaper
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.containers import Container
    from pod.engine.engine import Engine

_FILES = {  # in /proc/PID/ns (namespaces(7))
    "network": "net",
    "pid": "pid",
    "ipc": "ipc",
    "uts": "uts",
    "user": "user",
    "cgroup": "cgroup",
}


def modes(record: ContainerRecord) -> dict[str, str]:
    """Return the modes of the namespaces that can be shared, by their OCI type."""
    return {
        "network": record.network,
        "pid": record.pid_mode,
        "ipc": record.ipc_mode,
        "uts": record.uts_mode,
        "user": record.users.text,
        "cgroup": record.cgroup_mode,
    }


def check(engine: Engine, record: ContainerRecord) -> None:
    """Raise for modes that contradict other options, or that name a container which does not exist."""
    if record.uts_mode not in ("", "private") and record.hostname:
        raise UsageError(
            f"--hostname {record.hostname} and --uts {record.uts_mode} exclude each other",
            hint="a container that shares its names with others cannot have one of its own",
        )
    for mode in modes(record).values():
        if mode.startswith("container:"):
            containers.find(engine.layout, mode.partition(":")[2])


def paths(engine: Engine, record: ContainerRecord) -> dict[str, str]:
    """Return the namespaces to join, by type. Raises NoSuchContainer, WrongState."""
    joined = {}
    for kind, mode in modes(record).items():
        how, _, name = mode.partition(":")
        if how == "ns":
            joined[kind] = name
        elif how == "container":
            joined[kind] = f"/proc/{process_of(_running(engine, record, name)).pid}/ns/{_FILES[kind]}"
    return joined


def _running(engine: Engine, record: ContainerRecord, name: str) -> Container:
    other = containers.find(engine.layout, name)
    if not other.running or other.id == record.id:
        raise WrongState(
            f"cannot share a namespace with container {other.name}: it is not running",
            hint=f"start it first: pod start {other.name}",
        )
    return other


def process_of(container: Container) -> ProcessId:
    """Return the process of a running container whose namespaces can be joined. Raises WrongState.

    An init of ours is closed to everybody (reaper.py); the program that it started is not.
    """
    init = container.state.init
    found = reaper.program_of(init) if init is not None and container.record.init else init
    if found is None:
        raise WrongState(f"container {container.name} has just ended")
    return found


def network_plan(engine: Engine, record: ContainerRecord) -> NetworkPlan:
    """Return the network of a container; with another one's network, the addresses are that one's."""
    plan = network.plan(record.network)
    if plan.mode != "container":
        return plan
    other = _running(engine, record, record.network.partition(":")[2])
    state = other.state
    plan = network.plan_of(state.attachments) if state.attachments else network_plan(engine, other.record)
    return plan.replace(mode="container", shared_files=engine.layout.run_container(other.id))


def hostname(engine: Engine, record: ContainerRecord) -> str:
    """Return the name that the container finds in its uts namespace."""
    how, _, name = record.uts_mode.partition(":")
    return spec.hostname(_running(engine, record, name).record if how == "container" else record)
