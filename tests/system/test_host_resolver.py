"""Where containers' questions for names of the world go: to the machine's own resolver, wherever that listens.

The machine is a network namespace whose resolver is, as systemd-resolved's, on 127.0.0.53; it is a real server that
answers over UDP and TCP.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import name_server
from tests.support.commands import CommandLine
from tests.support.machines import Machine, NoMachines, two_machines
from tests.support.networks import idle, network, resolves

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)
LOOPBACK = "127.0.0.53"
NETWORKS = ["slirp4netns", "pasta", "named"]


@pytest.fixture(scope="module")
def machines(scratch: Path, session_env: dict[str, str]) -> Iterator[tuple[Machine, Machine]]:
    try:
        with two_machines(scratch / "resolvers", session_env) as made:
            yield made
    except NoMachines as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def pod(
    machines: tuple[Machine, Machine], make_pod: Callable[[str], CommandLine], debian_archive: Path
) -> Iterator[CommandLine]:
    """A pod on the first machine, with a container on each kind of network."""
    here, there = machines
    here.resolv_conf.write_text(f"nameserver {LOOPBACK}\noptions ndots:0\n")
    with (
        here.with_pod(make_pod("hr")) as pod,
        here.serving("tests.support.name_server", LOOPBACK),
        there.serving("tests.support.name_server", there.ipv4),
    ):
        pod("load", "-i", debian_archive, timeout=300).ok()
        pod("network", "create", "named").ok()
        for name in NETWORKS:
            idle(pod, "debian:bookworm", name, "--network", name)
        yield pod


@pytest.mark.parametrize("mode", NETWORKS)
def test_a_resolver_on_the_machines_loopback_is_asked(pod: CommandLine, mode: str) -> None:
    assert resolves(pod, mode, "real.example") == {name_server.REAL}
    assert resolves(pod, mode, "no.example") == set()


@pytest.mark.parametrize("mode", NETWORKS)
def test_an_answer_that_is_too_large_for_a_datagram_comes_over_tcp(pod: CommandLine, mode: str) -> None:
    if mode == "pasta" and "--map-host-loopback" not in help_of_pasta():
        pytest.skip("this pasta, older than 2024, forwards questions over UDP alone")
    assert resolves(pod, mode, "large.example") == set(name_server.LARGE)


def help_of_pasta() -> str:
    return subprocess.run(["pasta", "--help"], capture_output=True, text=True).stdout


def test_a_change_of_the_machines_resolver_is_noticed(pod: CommandLine, machines: tuple[Machine, Machine]) -> None:
    """The other machine's server tells who asks: with that one it is the wire's address."""
    here, there = machines
    assert resolves(pod, "named", "whoami.example") == {"127.0.0.1"}
    before = here.resolv_conf.read_text()
    here.resolv_conf.write_text(f"nameserver {there.ipv4}\n")
    assert resolves(pod, "named", "whoami.example") == {here.ipv4}
    here.resolv_conf.write_text(f"nameserver 127.0.0.99\nnameserver {there.ipv4}\n")  # the first one is dead
    assert resolves(pod, "named", "whoami.example") == {here.ipv4}
    assert resolves(pod, "named", "large.example") == set(name_server.LARGE)
    here.resolv_conf.write_text(before)


def test_a_network_asks_the_servers_that_it_was_given(pod: CommandLine, machines: tuple[Machine, Machine]) -> None:
    """At its making, while it is in use, and for one container alone."""
    here, there = machines
    with network(pod, "picky", "--dns", there.ipv4):
        idle(pod, "debian:bookworm", "picky", "--network", "picky")
        assert resolves(pod, "picky", "whoami.example") == {here.ipv4}
        pod("network", "update", "picky", "--dns-drop", there.ipv4, "--dns-add", LOOPBACK).ok()
        assert resolves(pod, "picky", "whoami.example") == {"127.0.0.1"}
        pod("network", "update", "picky", "--dns-drop", LOOPBACK).ok()
        assert resolves(pod, "picky", "whoami.example") == {"127.0.0.1"}, "the machine's own again"
        wrong = pod("network", "update", "picky", "--dns-drop", "192.0.2.77")
        assert wrong.code == 125 and "network picky does not ask 192.0.2.77" in wrong.stderr
    idle(pod, "debian:bookworm", "own", "--network", "named", "--dns", there.ipv4)
    assert resolves(pod, "own", "whoami.example") == {here.ipv4}
    assert resolves(pod, "own", "named"), "names of containers are found all the same"


def test_without_a_resolver_names_fail_at_once_and_containers_still_have_theirs(
    pod: CommandLine, machines: tuple[Machine, Machine]
) -> None:
    """As in the C library, none at all is the one on 127.0.0.1, where nobody listens here."""
    before = machines[0].resolv_conf.read_text()
    machines[0].resolv_conf.write_text("")
    assert resolves(pod, "named", "named") and not resolves(pod, "named", "real.example")
    for mode in NETWORKS:
        pod("run", "--rm", "--network", mode, "debian:bookworm", "true").ok()
    machines[0].resolv_conf.write_text(before)
    assert resolves(pod, "named", "real.example") == {name_server.REAL}
