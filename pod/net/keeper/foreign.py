"""Networks of a driver plugin: it makes the wires, in the shared network namespace and in the container's."""

from __future__ import annotations

import os

from pod.errors import PluginError
from pod.linux import syscalls as sc
from pod.net import namespaces, plugin_documents, plugins
from pod.net.keeper.calls import Call
from pod.net.links import Links
from pod.network_values import Attachment, NetworkJoin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import Any

    from pod.net.keeper.bridges import Stay
    from pod.net.records import Network


class ForeignNetwork:
    """One network of somebody else's that containers are on; the keeper uses it as it uses a Bridge."""

    process = -1
    has_names = False  # a gateway, where there is one, is the driver's

    def __init__(self, network: Network, shared: int) -> None:
        self.network = network
        self.name = network.interface
        self.containers: set[str] = set()
        self.gateways: list[str] = []
        self._shared = shared
        self._last: Call | None = None

    def expect(self, owners: Mapping[str, str], until: float) -> None:
        """Addresses are the driver's to give."""

    def attach(
        self, stay: Stay, join: NetworkJoin, given: Attachment | None = None
    ) -> Generator[int, None, Attachment]:
        """Have a container connected, as `Bridge.attach` does. Raises PluginError."""
        wanted = given.interface if given else join.interface
        interface = wanted or next(name for number in range(1000) if (name := f"eth{number}") not in stay.interfaces)
        if given:
            join = join.replace(aliases=given.aliases, ip=given.ip, ip6=given.ip6, mac=given.mac)
        try:
            answer = yield from self._call("setup", stay, join, interface)
            return plugin_documents.attached(self.network, join, interface, answer)
        except PluginError:
            yield from self._tear_down(stay, join, interface)
            raise

    def note(self, stay: Stay, attachment: Attachment) -> bool:
        """Take note of what a container has already; False where that is gone."""
        inside = namespaces.run_in(stay.namespace, Links)
        try:
            return attachment.interface in inside.names()
        finally:
            inside.close()

    def detach(self, stay: Stay, attachment: Attachment) -> Generator[int, None, None]:
        """Have a container's wires removed. What a driver has to say of that changes nothing."""
        join = NetworkJoin(
            self.network.name, attachment.aliases, attachment.ip, attachment.ip6, attachment.mac, attachment.interface
        )
        yield from self._tear_down(stay, join, attachment.interface)

    def begin_tunnel(self) -> None:
        """There is no process."""

    def close(self) -> None:
        """The driver is told of containers alone: it ends with the last of them what it has begun."""
        if self._last is not None:
            self._last.close()

    def _tear_down(self, stay: Stay, join: NetworkJoin, interface: str) -> Generator[int, None, None]:
        try:
            yield from self._call("teardown", stay, join, interface)
        except PluginError:
            pass

    def _call(self, verb: str, stay: Stay, join: NetworkJoin, interface: str) -> Generator[int, None, dict[str, Any]]:
        """Call the driver from a process of its own: nobody but this container waits for it."""
        document = plugin_documents.to_set_up(self.network, stay.container, stay.name, join, interface)

        def ask() -> dict[str, Any]:
            words = (verb, f"/proc/{os.getpid()}/fd/{stay.namespace}")
            answers = verb == "setup"
            return plugins.call(self.network.plugin, words, document, before_exec=self._enter_shared, answers=answers)

        call = Call(ask, {stay.namespace, self._shared}, self._last)
        if self._last is not None:
            self._last.close()
        self._last = call
        yield call.answer
        return call.result()

    def _enter_shared(self) -> None:
        sc.setns(self._shared, sc.CLONE_NEWNET)
