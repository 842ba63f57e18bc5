"""Containers as other machines see them, and what they see of this one: two network namespaces on one wire."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import eventually
from tests.support.machines import Machine, NoMachines, two_machines
from tests.support.networks import network

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)
ECHO = """
perl -MIO::Socket::IP -e '
$s = IO::Socket::IP->new(LocalHost => "::", V6Only => 0, LocalPort => 7, Proto => "udp");
while ($s->recv($d, 65535)) { $s->send($d) }' &
exec perl -MIO::Socket::IP -e '
$s = IO::Socket::IP->new(LocalHost => "::", V6Only => 0, LocalPort => 7, Listen => 9);
while ($c = $s->accept) { print $c $c->peerhost; close $c }'
"""
"""Says over TCP who the client is, and over UDP what it has heard."""
SAYS = "import sys; from tests.support import servers; a, p = sys.argv[2:]; "
SAYS += "print(getattr(servers, sys.argv[1] + '_says')(a, int(p), timeout=5).decode(), end='')"
PORTS = {"slirp4netns": 8001, "slirp4netns:port_handler=slirp4netns": 8002, "pasta": 8003, "both": 8004}
HANDLER = "slirp4netns:port_handler=slirp4netns"
SECRET, OUTSIDE = "9999", "7777"  # ports of a server on this machine's loopback, and of one on the other machine


@pytest.fixture(scope="module")
def machines(scratch: Path, session_env: dict[str, str]) -> Iterator[tuple[Machine, Machine]]:
    """Two machines; the first has two addresses more."""
    try:
        with two_machines(scratch / "others", session_env) as made:
            made[0].privileged("ip address add 192.0.2.11/24 dev wire; ip address add 2001:db8::11/64 dev wire nodad")
            yield made
    except NoMachines as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def pod(
    machines: tuple[Machine, Machine], make_pod: Callable[[str], CommandLine], debian_archive: Path
) -> Iterator[CommandLine]:
    """A pod on the first machine, with servers on both that tell their clients' addresses."""
    here, there = machines
    tell = "tests.support.address_teller"
    with ExitStack() as stack:
        stack.enter_context(there.serving(tell, "::", OUTSIDE))
        for address in ("127.0.0.1", "::1"):
            stack.enter_context(here.serving(tell, address, SECRET))
        pod = stack.enter_context(here.with_pod(make_pod("om")))
        pod("load", "-i", debian_archive, timeout=300).ok()
        yield pod


@pytest.fixture(scope="module")
def published(pod: CommandLine) -> Iterator[CommandLine]:
    """A server with a published port on each kind of network; `both` has IPv4 and IPv6."""
    with network(pod, "both", "--ipv6"):
        for name, port in PORTS.items():
            ports = ("-p", f"{port}:7", "-p", f"{port}:7/udp")
            pod("run", "-d", "--network", name, *ports, "debian:bookworm", "sh", "-c", ECHO).ok()
        yield pod
        pod("rm", "-af", "-t", "0").ok()


def listening(machine: Machine) -> set[tuple[str, int]]:
    """Return the protocols and ports that something listens on at a machine (proc(5): 0A is LISTEN, 07 is UDP)."""
    found = set()
    for protocol, state in (("tcp", "0A"), ("udp", "07")):
        for line in machine("cat", f"/proc/net/{protocol}", f"/proc/net/{protocol}6").ok().lines:
            fields = line.split()
            if len(fields) > 3 and fields[3] == state:
                found.add((protocol, int(fields[1].rpartition(":")[2], 16)))
    return found


def told(pod: CommandLine, address: str, port: str, *options: str) -> str:
    """What a container hears from a server that tells addresses; "" where it does not reach it."""
    script = f"exec 3<>/dev/tcp/{address}/{port} && head -n 1 <&3"
    words = ("run", "--rm", *options, "debian:bookworm", "timeout", "3", "bash", "-c", script)
    return pod(*words).stdout.strip()


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", PORTS)
def test_another_machine_reaches_a_published_port(machines: tuple[Machine, Machine], name: str) -> None:
    here, there = machines
    for address in (here.ipv4, *([here.ipv6] if name != HANDLER else [])):
        assert there.python(SAYS, "udp", address, str(PORTS[name])) == "hello\n", address
        client = there.python(SAYS, "tcp", address, str(PORTS[name]))
        assert client, address
        if name in ("both", HANDLER, "pasta") and address == here.ipv4:
            assert client.removeprefix("::ffff:") == there.ipv4, "the client has lost its address"


@pytest.mark.usefixtures("published")
def test_nothing_listens_on_this_machine_but_the_published_ports(machines: tuple[Machine, Machine]) -> None:
    mine = {("tcp", int(SECRET))}
    expected = {(protocol, port) for port in PORTS.values() for protocol in ("tcp", "udp")}
    eventually(lambda: listening(machines[0]) - mine == expected, "the end of sockets for what was asked outside")
    assert {port for _protocol, port in listening(machines[1])} == {int(OUTSIDE)}


@pytest.mark.parametrize("name", ["slirp4netns", "pasta", "two"])
def test_the_loopback_of_this_machine_is_out_of_reach(pod: CommandLine, name: str) -> None:
    """Neither by its own address nor by those that stand for the machine."""
    with network(pod, "two", "--ipv6"):
        assert told(pod, "192.0.2.2", OUTSIDE, "--network", name)
        for address in ("127.0.0.1", "10.0.2.2", "192.0.2.1", "host.containers.internal", "::1", "fd00::2"):
            assert not told(pod, address, SECRET, "--network", name), address


def test_the_loopback_of_this_machine_is_reached_by_who_asks_for_it(pod: CommandLine) -> None:
    allowed = ("--network", "slirp4netns:allow_host_loopback=true")
    assert told(pod, "10.0.2.2", SECRET, *allowed) and told(pod, "host.containers.internal", SECRET, *allowed)
    assert told(pod, "192.0.2.2", SECRET, "--network", "pasta:--map-gw")
    assert told(pod, "127.0.0.1", SECRET, "--network", f"pasta:-T,{SECRET}")
    assert told(pod, "127.0.0.1", SECRET, "--network", "host")


@pytest.mark.parametrize(
    ("option", "address", "seen"),
    [
        ("outbound_addr=192.0.2.11", "192.0.2.2", "192.0.2.11"),
        ("outbound_addr=wire", "192.0.2.2", "192.0.2.1"),
        ("outbound_addr6=2001:db8::11", "2001:db8::2", "2001:db8::11"),
    ],
)
def test_connections_go_out_by_the_address_that_was_asked_for(
    pod: CommandLine, option: str, address: str, seen: str
) -> None:
    assert told(pod, address, OUTSIDE, "--network", f"slirp4netns:{option}") == seen


def test_slirp4netns_is_set_up_as_asked(pod: CommandLine) -> None:
    options = "slirp4netns:cidr=10.33.0.0/24,mtu=1400,enable_ipv6=false"
    script = "cat /sys/class/net/tap0/mtu /etc/hosts /etc/resolv.conf; hostname -I; cat /proc/net/route"
    shown = pod("run", "--rm", "--network", options, "debian:bookworm", "sh", "-c", script).ok()
    assert shown.lines[0] == "1400" and "10.33.0.100 " in shown.stdout and "nameserver 10.33.0.3" in shown.stdout
    assert told(pod, "192.0.2.2", OUTSIDE, "--network", options) == "192.0.2.1"
    assert not told(pod, "2001:db8::2", OUTSIDE, "--network", options)
    assert told(pod, "2001:db8::2", OUTSIDE, "--network", "slirp4netns")


def test_pasta_is_set_up_as_asked(pod: CommandLine) -> None:
    script = "cat /sys/class/net/*/mtu; hostname -I"
    plain = pod("run", "--rm", "--network", "pasta", "debian:bookworm", "sh", "-c", script).ok().stdout
    assert "192.0.2.1" in plain and "2001:db8::1" in plain
    other = pod("run", "--rm", "--network", "pasta:--mtu,1400,-a,10.9.8.7,-4", "debian:bookworm", "sh", "-c", script)
    assert "1400" in other.ok().lines and "10.9.8.7" in other.stdout and "2001:" not in other.stdout
    wrong = pod("run", "--rm", "--network", "pasta:--no-such-option", "debian:bookworm", "true")
    assert wrong.code == 125 and "pasta did not start" in wrong.stderr


def test_a_named_network_reaches_the_world_over_both_protocols(pod: CommandLine) -> None:
    with network(pod, "two", "--ipv6"):
        assert told(pod, "192.0.2.2", OUTSIDE, "--network", "two") == "192.0.2.1"
        assert told(pod, "2001:db8::2", OUTSIDE, "--network", "two") in ("2001:db8::1", "2001:db8::11")
