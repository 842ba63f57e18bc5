"""`--network` and what belongs to it: modes, networks by name, addresses, aliases, exposed ports."""

from __future__ import annotations

from typing import Any

import pytest

from pod.cli.commands.container.create_flags import CreateFlags
from pod.cli.parsers import networks, ports
from pod.errors import UsageError
from pod.net import pasta, slirp
from pod.network_values import NetworkJoin, PortMapping


def parse(*values: str, **flags: Any) -> tuple[str, tuple[NetworkJoin, ...]]:
    return networks.parse_network(CreateFlags("busybox", network=values, **flags))


def test_the_default_network_may_be_named() -> None:
    assert [parse(*words) for words in ((), ("default",), ("host",))] == [("", ()), ("", ()), ("host", ())]


def test_bridge_is_the_network_pod() -> None:
    assert parse("bridge:ip=10.88.0.9") == ("bridge", (NetworkJoin("pod", ip="10.88.0.9"),))


def test_everything_can_be_said_of_each_network() -> None:
    options = "ip=10.0.0.9,ip6=fd00::9,mac=02-42-0A-00-00-09,alias=db,alias=sql,interface_name=front0"
    front = NetworkJoin("front", ("db", "sql"), "10.0.0.9", "fd00::9", "02:42:0a:00:00:09", "front0")
    assert parse(f"front:{options}", "back") == ("bridge", (front, NetworkJoin("back")))


def test_aliases_are_for_every_network() -> None:
    _mode, joins = parse("front:alias=a", "back", network_alias=("b,c",))
    assert [join.aliases for join in joins] == [("a", "b", "c"), ("b", "c")]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("host:x", 'invalid value "host:x" for --network: host has no options'),
        ("container:", 'invalid value "container:" for --network: it is written container:NAME'),
        ("a:ip=fd00::1", 'invalid value "fd00::1" for --ip: it is an IPv4 address'),
        ("a:mac=03:00:00:00:00:01", "its first byte is odd, which means a group and not one interface"),
        ("a:alias=b_!", "it is a host name"),
        ("a:interface_name=lo", "'lo' is no name of an interface"),
    ],
)
def test_a_wrong_network_is_one_clear_line(value: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(value)
    assert message in caught.value.message


def test_slirp4netns_takes_podmans_options() -> None:
    text = "mtu=1500,cidr=10.3.0.0/24,allow_host_loopback=true,enable_ipv6=false,port_handler=slirp4netns"
    options = slirp.parse(text)
    assert (options.mtu, options.container_address, options.host(3)) == (1500, "10.3.0.100", "10.3.0.3")
    assert options.allow_host_loopback and not options.enable_ipv6 and options.port_handler == "slirp4netns"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mtu=1", "slirp4netns option mtu=1: it is a number from 68 to 65521"),
        ("cidr=10.0.0.0/26", "slirp4netns option cidr=10.0.0.0/26: it is an IPv4 subnet with a prefix of at most 25"),
        ("cidr=x", "slirp4netns option cidr=x: 'x' is no IP address"),
        ("enable_ipv6=1", "slirp4netns option enable_ipv6=1: it is true or false"),
        ("port_handler=x", "slirp4netns option port_handler=x: it is rootlesskit or slirp4netns"),
        ("speed=9", "unknown option 'speed' of slirp4netns"),
    ],
)
def test_wrong_options_of_slirp4netns_are_named(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        slirp.parse(text)
    assert caught.value.message == message


def test_pasta_opens_nothing_that_was_not_asked_for() -> None:
    words = pasta.arguments("", ())
    assert words[:8] == ["-t", "none", "-u", "none", "-T", "none", "-U", "none"] and "--no-map-gw" in words
    published = pasta.arguments("--mtu,1500,-T,5432", (PortMapping(80, "tcp", "127.0.0.1", 8080),))
    assert published[:7] == ["--mtu", "1500", "-T", "5432", "-t", "127.0.0.1/8080:80", "-u"]


def test_exposed_ports_are_spelled_out() -> None:
    assert networks.parse_expose(("80", "53/udp", "90-91")) == ("80/tcp", "53/udp", "90/tcp", "91/tcp")


def test_one_port_of_a_range_is_chosen_by_the_engine() -> None:
    assert ports.parse_ports(["8000-8010:80"]) == (PortMapping(80, "tcp", "", 8000, 8010),)
    assert ports.parse_ports(["0:80"]) == (PortMapping(80),)


def test_links_are_a_name_and_what_to_call_it() -> None:
    assert networks.parse_links(("db", "/db:sql")) == ("db:db", "db:sql")
