"""The shared network namespace: made or taken over, its settings, its rules, and its uplink."""

from __future__ import annotations

import os
import time
from _socket import AF_INET, AF_INET6

from pod.errors import NetworkError
from pod.net import namespaces, nftables, slirp
from pod.net.keeper import rules
from pod.net.links import Links

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from pod.net.keeper.bridges import Bridge
    from pod.net.keeper.foreign import ForeignNetwork
    from pod.net.keeper.overlay import Carrier

UPLINK = "tap0"
_LOOPBACK = 1  # its index in every network namespace
_SIGKILL = 9
_PAUSE = 1.0  # seconds between two starts of an uplink that does not stay
_LONG_PAUSE = 10.0  # after a start that failed


class SharedNamespace:
    """What is there once per user. Every failure is an OSError, or a NetworkError where the uplink is concerned."""

    def __init__(self, folder: str, namespace: int = -1) -> None:
        self._log = f"{folder}/slirp4netns.log"
        taken_over = namespace >= 0
        self.namespace = namespace if taken_over else namespaces.make()
        self.links = namespaces.run_in(self.namespace, Links)
        self._nftables = namespaces.run_in(self.namespace, nftables.open_netlink)
        if not taken_over:
            namespaces.use_addresses_at_once(self.namespace)
            namespaces.run_in(self.namespace, _prepare)
            self.links.set_up(_LOOPBACK)
            for family in (AF_INET, AF_INET6):
                self.links.deliver_marked(family, rules.MARK, rules.ROUTING_TABLE, _LOOPBACK)
        self.carriers: dict[int, Carrier] = {}  # of overlay networks, by their ports
        self.uplink = -1  # a descriptor of its process
        self.uplink_pid = 0
        self._starting: slirp.Helper | None = None
        self._started = 0.0
        self.due: float | None = None  # when another uplink is to be started (monotonic)

    def set_rules(self, bridges: Collection[Bridge | ForeignNetwork]) -> None:
        """Replace the rules by those for these bridges."""
        nftables.replace_table(self._nftables, rules.TABLE, rules.chains(bridges, UPLINK))

    def begin_uplink(self) -> None:
        """Start the way out, unless it is there; `finish_uplink` waits for it."""
        if self.uplink >= 0:
            return
        self._started = time.monotonic()
        self._starting = slirp.start(self.namespace, self._log)
        self.uplink_pid = self._starting.pid
        self.uplink = os.pidfd_open(self.uplink_pid)

    def finish_uplink(self) -> None:
        """Wait until the way out is there. Raises NetworkError, and then there is none until it is begun again."""
        if self._starting is None:
            return
        starting, self._starting = self._starting, None
        try:
            starting.wait_until_ready()
        except NetworkError:
            self._bury_uplink()
            raise

    def lose_uplink(self) -> None:
        """Bury the uplink, which has ended; another one is started at once, or a second after the last start."""
        self._bury_uplink()
        self.due = max(time.monotonic(), self._started + _PAUSE)

    def retry_if_due(self) -> None:
        """Start another uplink when it is time to, and again later where that fails: its log says why."""
        if self.due is None or time.monotonic() < self.due:
            return
        self.due = None
        try:
            self.begin_uplink()
            self.finish_uplink()
        except NetworkError:
            self.due = time.monotonic() + _LONG_PAUSE

    def _bury_uplink(self) -> None:
        os.close(self.uplink)
        self.uplink = -1
        self._starting = None
        try:
            os.kill(self.uplink_pid, _SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.uplink_pid, 0)


def _prepare() -> None:
    for key, value in (
        ("ipv4/ip_forward", "1"),
        ("ipv4/conf/all/rp_filter", "0"),
        ("ipv4/conf/default/rp_filter", "0"),
        ("ipv6/conf/all/forwarding", "1"),
        ("ipv6/conf/default/accept_ra", "2"),  # the uplink announces its prefix, and forwarding would not listen
    ):
        namespaces.set_sysctl(key, value)
