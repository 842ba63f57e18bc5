"""/etc/hosts and /etc/resolv.conf of containers on every kind of network, beside Podman's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.networks import gateway, idle, network

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)
SHOW = ("sh", "-c", "cat /etc/hosts; echo =====; cat /etc/resolv.conf")


@pytest.fixture(scope="module")
def two(pod: CommandLine) -> Iterator[CommandLine]:
    with network(pod, "here", "--ipv6"), network(pod, "there"):
        yield pod


def names_and_resolver(pod: CommandLine, *options: str) -> tuple[dict[str, set[str]], list[str]]:
    """Run a container and return the addresses of each name in its hosts file, and the lines of its resolv.conf."""
    hosts, _, resolv_conf = pod("run", "--rm", *options, "busybox", *SHOW).ok().stdout.partition("=====\n")
    found: dict[str, set[str]] = {}
    for line in hosts.splitlines():
        address, *names = line.split("#")[0].split() or [""]
        for name in names:
            found.setdefault(name, set()).add(address)
    return found, resolv_conf.splitlines()


@pytest.mark.parametrize("mode", ["slirp4netns", "slirp4netns:cidr=10.44.0.0/24", "host"])
def test_what_was_said_is_there_as_with_podman(pod: CommandLine, podman: CommandLine, mode: str) -> None:
    options = (
        "--hostname box --name nf --add-host far:192.0.2.9 --dns 192.0.2.53 --dns-search a.example --dns-option ndots:2"
    )
    words = (*options.split(), "--network", mode)
    ours, theirs = names_and_resolver(pod, *words), names_and_resolver(podman, *words)
    for name in ("far", "host.containers.internal") if mode != "host" else ("far",):
        assert ours[0][name] == theirs[0][name], name
    if mode != "host":
        assert ours[0]["box"] == theirs[0]["box"] == ours[0]["nf"]
    assert [line for line in ours[1] if line] == [line for line in theirs[1] if line]


def test_with_the_machines_network_its_names_are_known(pod: CommandLine) -> None:
    names, resolv_conf = names_and_resolver(pod, "--network", "host")
    for line in Path("/etc/hosts").read_text().splitlines():
        for name in line.split("#")[0].split()[1:]:
            assert name in names
    assert [line for line in resolv_conf if line.startswith("nameserver")] == [
        line for line in Path("/etc/resolv.conf").read_text().splitlines() if line.startswith("nameserver")
    ]


def test_a_container_knows_itself_by_all_its_addresses(two: CommandLine) -> None:
    words = ("--network", "here:ip6=" + gateway(two, "here", 1)[:-1] + "99", "--network", "there", "--name", "self")
    names, resolv_conf = names_and_resolver(two, *words)
    assert len(names["self"]) == 3 and any(address.endswith("::99") for address in names["self"])
    assert names["host.docker.internal"] == names["host.containers.internal"]
    servers = [line.split()[1] for line in resolv_conf if line.startswith("nameserver")]
    assert servers == [gateway(two, "here"), gateway(two, "there")]


def test_servers_that_were_asked_for_are_behind_that_of_the_network(two: CommandLine) -> None:
    """Podman's and Docker's way: names of containers are found whatever --dns says."""
    _names, resolv_conf = names_and_resolver(
        two, "--network", "there", "--dns", "192.0.2.53", "--dns-search", "a.example"
    )
    assert resolv_conf == ["search a.example", f"nameserver {gateway(two, 'there')}"]


def test_who_shares_a_network_shares_its_names(two: CommandLine) -> None:
    idle(two, "busybox", "owner", "--network", "there", "--add-host", "far:192.0.2.9", "--dns-search", "a.example")
    names, resolv_conf = names_and_resolver(
        two, "--network", "container:owner", "--name", "guest", "--add-host", "me:192.0.2.8"
    )
    assert names["far"] == {"192.0.2.9"} and names["me"] == {"192.0.2.8"}
    assert names["owner"] == names["guest"]
    assert resolv_conf == ["search a.example", f"nameserver {gateway(two, 'there')}"]


def test_without_a_network_names_are_the_containers_own(pod: CommandLine) -> None:
    names, _resolv_conf = names_and_resolver(pod, "--network", "none", "--hostname", "box")
    assert names["box"] == {"127.0.1.1"} and names["localhost"] == {"127.0.0.1", "::1"}
    assert "host.containers.internal" not in names
