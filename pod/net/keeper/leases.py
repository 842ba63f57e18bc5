"""Which addresses of a network are taken by running containers, and which comes next."""

from __future__ import annotations

import time

from pod.errors import NetworkError
from pod.net import addresses
from pod.net.addresses import Subnet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pod.net.records import SubnetConfig


class Leases:
    """The addresses of one subnet. They are given out in turn: one that was just freed comes last."""

    def __init__(self, network: str, config: SubnetConfig) -> None:
        self._network = network
        self.subnet = Subnet.parse(config.subnet)
        self.gateway = config.gateway
        first, last = self.subnet.usable
        self._first = addresses.number(config.range_start) if config.range_start else first
        self._last = addresses.number(config.range_end) if config.range_end else last
        self._taken: dict[int, str] = {addresses.number(config.gateway): "the gateway"}
        self._expected: dict[int, str] = {}
        self._expected_until = 0.0
        self._next = self._first

    def expect(self, owners: Mapping[str, str], until: float) -> None:
        """Keep addresses for containers that have them already and are still to say so, until a moment (monotonic)."""
        here = {address: owner for address, owner in owners.items() if address in self.subnet}
        self._expected = {addresses.number(address): _label(owner) for address, owner in here.items()}
        self._expected_until = until

    def take(self, container: str, wanted: str = "") -> str:
        """Return an address for a container: the wanted one, or the next that is free. Raises NetworkError."""
        label = _label(container)
        number = self._check(wanted, label) if wanted else self._free(label)
        self._taken[number] = label
        return addresses.text(number, self.subnet.version)

    def _check(self, wanted: str, label: str) -> int:
        if wanted not in self.subnet:
            raise NetworkError(f"address {wanted} is outside of {self.subnet}, the subnet of network {self._network}")
        number = addresses.number(wanted)
        first, last = self.subnet.usable
        if not first <= number <= last:
            raise NetworkError(f"address {wanted} cannot be a container's: it stands for the whole subnet")
        if owner := self._owner(number, label):
            raise NetworkError(
                f"address {wanted} on network {self._network} is taken by {owner}",
                hint="choose another, or leave --ip away to be given one",
            )
        return number

    def _owner(self, number: int, label: str) -> str:
        """Return who keeps somebody from having an address; "" where nobody does."""
        if number in self._taken:
            return self._taken[number]
        expected = self._expected.get(number, "")
        return expected if expected != label and time.monotonic() < self._expected_until else ""

    def _free(self, label: str) -> int:
        at = self._next
        for _ in range(self._last - self._first + 1):
            if at > self._last:
                at = self._first
            if not self._owner(at, label):
                self._next = at + 1
                return at
            at += 1
        raise NetworkError(
            f"network {self._network} has no free address left in {self.subnet}",
            hint="stop containers on it, or make a network with a larger --subnet",
        )

    def free(self, address: str) -> None:
        """Give an address back."""
        self._taken.pop(addresses.number(address), None)


def _label(container: str) -> str:
    return f"container {container[:12]}"
