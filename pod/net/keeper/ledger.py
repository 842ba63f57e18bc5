"""Who has which addresses, written down for the next keeper: the end of this one may be a kill.

Every monitor tells the next keeper what its container has, but a container that is being started may be faster than
the monitors are. It must not be given the address of one that is still to be told of.
"""

from __future__ import annotations

import time

from pod.linux import jsonfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.net.keeper.names import Member

_NAME = "leases.json"
_PATIENCE = 30.0  # seconds for a monitor to come back; its longest pause between two tries is ten


class Ledger:
    """The addresses of the containers that are here, and of those that the keeper before this one had."""

    def __init__(self, folder: str) -> None:
        self._path = f"{folder}/{_NAME}"
        self._before = _read(self._path)
        self.until = time.monotonic() + _PATIENCE  # when those that have not come back by then are taken for dead

    def expected(self, network: str) -> dict[str, str]:
        """Return which containers are still to come back to a network, by their addresses there."""
        return {
            address: container
            for container, entries in self._awaited().items()
            for name, address in entries
            if name == network
        }

    def settle(self, container: str, members: Iterable[Member]) -> None:
        """Await a container no longer: it is here, with all that it has."""
        if self._before.pop(container, None) is not None:
            self.write(members)

    def write(self, members: Iterable[Member]) -> None:
        """Write down who has what now. Without it networks work as well, until the keeper is killed."""
        here = {
            member.id: [(entry.network, ip) for entry in member.attachments for ip in (entry.ip, entry.ip6) if ip]
            for member in members
        }
        try:
            jsonfile.write(self._path, {**here, **self._awaited()}, durable=False)
        except OSError:
            pass

    def _awaited(self) -> dict[str, list[tuple[str, str]]]:
        return self._before if time.monotonic() < self.until else {}


def _read(path: str) -> dict[str, list[tuple[str, str]]]:
    try:
        document = jsonfile.read(path)
        return {container: [(name, address) for name, address in entries] for container, entries in document.items()}
    except (OSError, ValueError, TypeError, AttributeError):  # there was no keeper before, or of another version
        return {}
