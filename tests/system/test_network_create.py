"""What networks can be made, and what that means to their containers; mistakes, beside Podman."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest

from pod.net.attach import own_address
from tests.support import servers
from tests.support.commands import CommandLine
from tests.support.containers import eventually
from tests.support.networks import idle, interfaces_and_rules, network

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)


@pytest.fixture(scope="module")
def taken(pod: CommandLine) -> Iterator[CommandLine]:
    """The network `taken`, 10.201.1.0/24, with the container `user` at 10.201.1.9."""
    with network(pod, "taken", "--subnet", "10.201.1.0/24", "--label", "project=shop"):
        idle(pod, "busybox", "user", "--network", "taken:ip=10.201.1.9")
        yield pod


def shown(pod: CommandLine, name: str, *command: str) -> str:
    return pod("run", "--rm", "--network", name, "busybox", *command).ok().stdout


def test_subnet_gateway_and_range_of_both_versions(taken: CommandLine) -> None:
    four = ("--subnet", "10.202.0.0/24", "--gateway", "10.202.0.254", "--ip-range", "10.202.0.64/28")
    six = (
        "--ipv6",
        "--subnet",
        "fd00:202::/64",
        "--gateway",
        "fd00:202::fe",
        "--ip-range",
        "fd00:202::a0-fd00:202::af",
    )
    with network(taken, "ranged", *four, *six):
        addresses = shown(taken, "ranged", "ip", "-o", "addr", "show", "eth0")
        assert "inet 10.202.0.64/24" in addresses and "inet6 fd00:202::a0/64" in addresses
        routes = shown(taken, "ranged", "sh", "-c", "ip route; ip -6 route")
        assert "default via 10.202.0.254" in routes and "default via fd00:202::fe" in routes


def test_several_networks_give_several_interfaces_with_all_that_is_asked(taken: CommandLine) -> None:
    with network(taken, "one", "--subnet", "10.203.1.0/24"), network(taken, "two", "--subnet", "10.203.2.0/24"):
        words = ("--network", "one:ip=10.203.1.7,mac=02:00:00:00:00:07", "--network", "two:interface_name=lan0")
        addresses = taken("run", "--rm", *words, "busybox", "ip", "addr").ok().stdout
        assert "10.203.1.7/24" in addresses and "02:00:00:00:00:07" in addresses and "lan0" in addresses


def test_routes_interface_mtu_and_metric(taken: CommandLine) -> None:
    options = ("--route", "10.99.0.0/16,10.204.0.9,77", "--opt", "mtu=1300", "--opt", "metric=50")
    with network(taken, "routed", "--subnet", "10.204.0.0/24", "--interface-name", "mybridge", *options):
        routes = shown(taken, "routed", "sh", "-c", "ip route; cat /sys/class/net/eth0/mtu")
        assert "10.99.0.0/16 via 10.204.0.9 dev eth0  metric 77" in routes and "default via 10.204.0.1" in routes
        assert "metric 50" in routes and routes.endswith("1300\n")
        idle(taken, "busybox", "onbridge", "--network", "routed")
        assert "mybridge" in interfaces_and_rules(taken)[0]


def test_dockers_options(taken: CommandLine) -> None:
    options = {
        "com.docker.network.driver.mtu": "1234",
        "com.docker.network.bridge.name": "docked",
        "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1",
        "com.docker.network.bridge.enable_icc": "true",
        "com.docker.network.bridge.enable_ip_masquerade": "true",
    }
    with network(taken, "dockers", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))):
        idle(taken, "busybox", "bound", "--network", "dockers", "-p", "7")
        assert taken("port", "bound").ok().stdout.startswith("7/tcp -> 127.0.0.1:")
        assert taken("exec", "bound", "cat", "/sys/class/net/eth0/mtu").ok().stdout == "1234\n"
        assert "docked" in interfaces_and_rules(taken)[0]


def test_networks_are_isolated_unless_both_say_otherwise(taken: CommandLine) -> None:
    def answers(server: str) -> bool:
        address = taken("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", server).stdout
        return "hello" in taken("exec", "-i", "asker", "nc", "-w", "1", address.strip(), "7", input="hello\n").stdout

    listen = ("busybox", "sh", "-c", servers.TCP_ECHO.format(port=7))
    with network(taken, "open1", "-o", "isolate=false"), network(taken, "open2", "-o", "isolate=false"):
        taken("run", "-d", "--name", "opened", "--network", "open2", *listen).ok()
        taken("run", "-d", "--name", "closed", "--network", "taken", *listen).ok()
        idle(taken, "busybox", "asker", "--network", "open1")
        eventually(lambda: answers("opened"), "the server")
        assert not answers("closed")
        taken("network", "connect", "taken", "asker").ok()
        assert answers("closed")
        taken("rm", "-f", "-t", "0", "closed").ok()


def test_a_network_without_names_has_no_name_server(taken: CommandLine) -> None:
    with network(taken, "nameless", "--disable-dns"):
        gateway = taken("network", "inspect", "-f", "{{(index .Subnets 0).Gateway}}", "nameless").ok().stdout.strip()
        assert f"nameserver {gateway}" not in shown(taken, "nameless", "cat", "/etc/resolv.conf")
        refused = taken("run", "--rm", "--network", "nameless:alias=x", "busybox", "true")
        assert refused.code == 125 and "network nameless has no names for the alias x" in refused.stderr


def test_a_network_that_is_there_already_may_be_ignored(taken: CommandLine) -> None:
    assert taken("network", "create", "--ignore", "taken").ok().stdout == "taken\n"


def test_chosen_subnets_are_free(taken: CommandLine) -> None:
    """Free of other networks' and of what this machine has routes for."""
    with network(taken, "first"), network(taken, "second"):
        listed = taken("network", "inspect", "first", "second", "taken").ok().stdout
        subnets = [network["subnets"][0]["subnet"] for network in json.loads(listed)]
        assert len(set(subnets)) == 3
    if own_address():
        host = own_address().rpartition(".")[0] + ".0/24"
        refused = taken("network", "create", "--subnet", host, "clash")
        assert refused.code == 125 and "which this machine reaches through" in refused.stderr


def test_prune_removes_what_no_container_is_on_and_the_default_stays(taken: CommandLine) -> None:
    taken("network", "create", "--label", "old", "unused").ok()
    taken("network", "create", "--label", "old", "reserved").ok()
    taken("create", "--name", "later", "--network", "reserved", "busybox", "true").ok()
    assert taken("network", "prune", "-f", "--filter", "label=old").ok().lines == ["unused"]
    assert [taken("network", "exists", name).code for name in ("unused", "reserved", "taken", "pod")] == [1, 0, 0, 0]
    assert "it is the one that exists always" in taken("network", "rm", "pod").stderr
    taken("network", "rm", "-f", "reserved").ok()
    assert taken("container", "exists", "later").code == 1


def test_listing_as_the_peers_do(taken: CommandLine, podman: CommandLine) -> None:
    podman("network", "create", "--subnet", "10.201.7.0/24", "--label", "project=shop", "taken").ok()
    for words in (
        ("--filter", "label=project=shop", "--format", "{{.Name}} {{.Driver}} {{.Labels}}"),
        ("--filter", "name=take", "-q"),
        ("--filter", "driver=bridge", "--filter", "label=project", "--format", "{{.Name}}"),
        ("--filter", "label=project=other", "-q"),
    ):
        assert taken("network", "ls", *words).ok().stdout == podman("network", "ls", *words).ok().stdout, words
    [ours], [theirs] = (json.loads(program("network", "inspect", "taken").ok().stdout) for program in (taken, podman))
    assert set(theirs) <= set(ours)
    for key in set(theirs) - {"id", "created", "network_interface", "subnets"}:
        assert ours[key] == theirs[key], key
    podman("network", "rm", "taken").ok()


MISTAKES = {
    "overlap": (
        "network create --subnet 10.201.1.128/25 x",
        "overlaps with 10.201.1.0/24, the subnet of network taken",
    ),
    "no subnet": ("network create --subnet 10.201.1.0 x", "'10.201.1.0' is no subnet"),
    "gateway": ("network create --subnet 10.205.0.0/24 --gateway 10.9.0.1 x", "--gateway 10.9.0.1 is outside of"),
    "lonely range": ("network create --ip-range 10.205.0.0/25 x", "belongs to no --subnet"),
    "name taken": ("network create taken", "network name taken is taken"),
    "option": ("network create -o nosuch=1 x", "unknown option 'nosuch' of a network of bridge"),
    "in use": ("network rm taken", "network taken is being used by container user ("),
    "unknown rm": ("network rm nosuch", "no such network: nosuch"),
    "unknown run": ("run --rm --network nosuch busybox true", "no such network: nosuch"),
    "unknown connect": ("network connect nosuch user", "no such network: nosuch"),
    "bad address": ("run --rm --network taken --ip x busybox true", "'x' is no IP address"),
    "none": ("run --rm --network none --ip 10.1.1.1 busybox true", "--ip 10.1.1.1 needs a network of pod's own"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_clear_line_with_podmans_exit_code(
    taken: CommandLine, podman_taken: Callable[..., int], mistake: str
) -> None:
    words, said = MISTAKES[mistake]
    result = taken(*words.split())
    first, *hints = result.stderr.splitlines()
    assert first.startswith("Error: ") and said in first and len(hints) <= 1
    assert result.code == podman_taken(*words.split())


@pytest.fixture(scope="module")
def podman_taken(podman: CommandLine) -> Iterator[Callable[..., int]]:
    """Podman with the same network and, as it never runs, a container; gives the exit codes of commands."""
    podman("network", "create", "--subnet", "10.201.1.0/24", "taken").ok()
    podman("create", "--name", "user", "--network", "taken", "busybox", "true").ok()
    yield lambda *words: podman(*words).code
    podman("network", "rm", "-f", "taken").ok()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("10.201.1.9", "address 10.201.1.9 on network taken is taken by container"),
        ("10.201.9.9", "address 10.201.9.9 is outside of 10.201.1.0/24"),
        ("10.201.1.1", "address 10.201.1.1 is the gateway of network taken"),
        ("10.201.1.255", "address 10.201.1.255 cannot be a container's"),
    ],
)
def test_an_address_that_cannot_be_had_is_told(taken: CommandLine, address: str, said: str) -> None:
    result = taken("run", "--rm", "--network", "taken", "--ip", address, "busybox", "true")
    assert result.code == 125 and said in result.stderr.splitlines()[0]
