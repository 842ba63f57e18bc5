"""Overlay networks between two network namespaces that stand for two machines, each with a store of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import eventually
from tests.support.machines import NoMachines, two_machines
from tests.support.networks import keepers, network

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)
GREET = 'while true; do echo "hello from $0" | nc -l -p 80; done'
KEY = "correct horse battery"


@pytest.fixture(scope="module")
def machines(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, scratch: Path, session_env: dict[str, str]
) -> Iterator[list[CommandLine]]:
    """A pod on each of two machines, 192.0.2.1 and 192.0.2.2."""
    try:
        with (
            two_machines(scratch / "overlays", session_env) as (first, second),
            first.with_pod(make_pod("east")) as east,
            second.with_pod(make_pod("west")) as west,
        ):
            for pod in (east, west):
                pod("load", "-i", busybox_archive).ok()
            yield [east, west]
    except NoMachines as reason:
        pytest.skip(str(reason))


def make(pod: CommandLine, number: int, *options: str, name: str = "over") -> None:
    """Make a machine's part of an overlay network: 10.50.NUMBER.0/24 of 10.50.0.0/16, unless the options say more."""
    subnet = ("--subnet", "10.50.0.0/16", "--ip-range", f"10.50.{number}.0/24")
    pod("network", "create", "-d", "overlay", *subnet, "--opt", f"peers=192.0.2.{3 - number}", *options, name).ok()


def greeter(pod: CommandLine, name: str) -> str:
    """Run a server on the network and return its address."""
    pod("run", "-d", "--name", name, "--network", "over", "busybox", "sh", "-c", GREET, name).ok()
    shown = pod("inspect", "-f", '{{(index .NetworkSettings.Networks "over").IPAddress}}', name)
    return shown.ok().stdout.strip()


def greeted(pod: CommandLine, address: str) -> str:
    """What a container of a machine hears from an address."""
    words = ("run", "--rm", "--network", "over", "busybox", "timeout", "3", "nc", "-w", "2", address, "80")
    return pod(*words).stdout.strip()


@pytest.fixture
def cleared(machines: list[CommandLine]) -> Iterator[list[CommandLine]]:
    yield machines
    for pod in machines:
        pod("network", "rm", "-f", "-t", "0", "over")


@pytest.mark.parametrize("options", [(), ("--opt", f"key={KEY}")], ids=["plain", "key"])
def test_containers_of_two_machines_reach_each_other(cleared: list[CommandLine], options: tuple[str, ...]) -> None:
    east, west = cleared
    make(east, 1, *options)
    make(west, 2, *options)
    there, here = greeter(east, "sun"), greeter(west, "moon")
    assert there.startswith("10.50.1.") and here.startswith("10.50.2.")
    assert greeted(west, there) == "hello from sun" and greeted(east, here) == "hello from moon"


def test_a_machine_without_the_key_is_not_heard(cleared: list[CommandLine]) -> None:
    east, west = cleared
    make(east, 1, "--opt", f"key={KEY}")
    make(west, 2, "--opt", "key=something else")
    assert greeted(west, greeter(east, "sun")) == ""


def test_a_machine_that_is_no_peer_is_not_heard(cleared: list[CommandLine]) -> None:
    east, west = cleared
    subnet = ("--subnet", "10.50.0.0/16", "--ip-range", "10.50.1.0/24", "--opt", "peers=192.0.2.77")
    east("network", "create", "-d", "overlay", *subnet, "over").ok()
    make(west, 2)
    assert greeted(west, greeter(east, "sun")) == ""


def test_a_killed_tunnel_or_keeper_is_replaced(cleared: list[CommandLine]) -> None:
    east, west = cleared
    make(east, 1)
    make(west, 2)
    there = greeter(east, "sun")
    [keeper] = keepers(east)
    os.kill(tunnel_of(keeper), signal.SIGKILL)
    eventually(lambda: greeted(west, there) == "hello from sun", "the tunnel")
    os.kill(keeper, signal.SIGKILL)
    eventually(lambda: keepers(east) not in ([], [keeper]), "another keeper")
    eventually(lambda: greeted(west, there) == "hello from sun", "the tunnel")


def tunnel_of(keeper: int) -> int:
    """Return the process of a keeper's that carries an overlay network."""
    children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    return next(int(pid) for pid in children if "pod-overlay" in Path(f"/proc/{pid}/comm").read_text())


def test_the_key_is_shown_to_nobody(cleared: list[CommandLine]) -> None:
    make(cleared[0], 1, "--opt", f"key={KEY}")
    assert KEY not in cleared[0]("network", "inspect", "over").ok().stdout


def test_a_taken_port_is_named(cleared: list[CommandLine]) -> None:
    east = cleared[0]
    make(east, 1)
    with network(east, "second", "-d", "overlay", "--subnet", "10.51.0.0/16", "--ip-range", "10.51.1.0/24",
                 "--opt", "peers=192.0.2.2"):  # fmt: skip
        greeter(east, "sun")
        result = east("run", "--rm", "--network", "second", "busybox", "true")
        assert result.code != 0 and "network second cannot have port 4789/udp of this machine" in result.stderr
        assert "--opt port=NUMBER" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "an overlay network needs 1 to 64 peers"),
        (("--opt", "peers=nowhere"), "option peers: nowhere is no ADDRESS[:PORT]"),
        (("--opt", "peers=192.0.2.2:99999"), "there is no such port"),
        (("--opt", "peers=192.0.2.2,192.0.2.3"), "needs --subnet, the same on all its machines"),
        (("--opt", "peers=192.0.2.2,key=short"), "option key: it has at least 8 characters"),
        (("--opt", "peers=192.0.2.2,port=0"), "option port=0: it is a number from 1 to 65535"),
    ],
)
def test_what_an_overlay_cannot_be_made_of_is_said(pod: CommandLine, options: tuple[str, ...], said: str) -> None:
    result = pod("network", "create", "-d", "overlay", *options, "over")
    assert result.code == 125 and said in result.stderr
