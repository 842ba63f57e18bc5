"""How a container gets its network: what is wanted, what that means for its files, and making it so."""

from __future__ import annotations

from pod.errors import UsageError
from pod.linux import process
from pod.record import Record

SLIRP = "slirp4netns"


class NetworkPlan(Record):
    """One container's network: its mode, and the addresses that its files name."""

    mode: str
    address: str = ""  # of the container
    host_address: str = ""  # of the host as seen from the container
    name_server: str = ""


def default_mode() -> str:
    """Return the network of containers for which none is asked: the best one that this machine has the helper for."""
    return SLIRP if process.find_program("slirp4netns") else "none"


def plan(network: str, container_id: str) -> NetworkPlan:
    """Return the plan for a --network value. Raises UsageError for one that does not exist."""
    del container_id
    mode, _, _options = network.partition(":")
    if mode in ("none", "ns", "container"):
        return NetworkPlan(mode)
    if mode == "host":
        return NetworkPlan(mode, host_address="127.0.0.1")
    if mode in (SLIRP, ""):
        return NetworkPlan(SLIRP, "10.0.2.100", "10.0.2.2", "10.0.2.3")
    raise UsageError(
        f"no such network: {network}",
        hint="networks are: slirp4netns (the default), host, none, container:NAME and ns:PATH",
    )


def connect(plan: NetworkPlan, namespace: int, run_folder: str) -> None:
    """Attach a network namespace, given as a descriptor, as planned. Raises NetworkError."""
    if plan.mode == SLIRP:
        from pod.net import slirp

        slirp.start(namespace, f"{run_folder}/slirp4netns.log")
