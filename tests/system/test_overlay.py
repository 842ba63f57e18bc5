"""Overlay networks between two network namespaces that stand for two machines, each with a store of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import eventually
from tests.support.machines import NoMachines, two_machines
from tests.support.networks import idle, keepers, network, resolves

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


def greeter(pod: CommandLine, name: str, *options: str) -> str:
    """Run a server on the network and return its address."""
    pod("run", "-d", "--name", name, "--network", "over", *options, "busybox", "sh", "-c", GREET, name).ok()
    shown = pod("inspect", "-f", '{{(index .NetworkSettings.Networks "over").IPAddress}}', name)
    return shown.ok().stdout.strip()


def greeted(pod: CommandLine, address: str, name: str = "over") -> str:
    """What a container of a machine hears from an address."""
    words = ("run", "--rm", "--network", name, "busybox", "timeout", "3", "nc", "-w", "2", address, "80")
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


def test_networks_share_one_port_and_do_not_hear_each_other(cleared: list[CommandLine]) -> None:
    with ExitStack() as stack:
        for number, pod in enumerate(cleared, 1):
            make(pod, number)
            subnet = ("--subnet", "10.51.0.0/16", "--ip-range", f"10.51.{number}.0/24")
            peers = f"peers=192.0.2.{3 - number},key={KEY}"
            stack.enter_context(network(pod, "second", "-d", "overlay", *subnet, "--opt", peers))
        east, west = cleared
        there = greeter(east, "sun", "--network", "second")
        [other] = other_addresses(east, "sun", "second")
        assert greeted(west, there) == "hello from sun" and greeted(west, other, "second") == "hello from sun"
        assert greeted(west, there, "second") == ""


def test_containers_find_those_of_other_machines_by_name(cleared: list[CommandLine], debian_archive: Path) -> None:
    east, west = cleared
    west("load", "-i", debian_archive, timeout=300).ok()
    make(east, 1, "--opt", f"key={KEY}")
    make(west, 2, "--opt", f"key={KEY}")
    there = greeter(east, "sun", "--hostname", "star", "--network-alias", "day")
    idle(west, "debian:bookworm", "asker", "--network", "over")
    for name in ("sun", "star", "day"):
        assert resolves(west, "asker", name) == {there}, name
    assert not resolves(west, "asker", "nobody")
    assert west("exec", "asker", "getent", "hosts", there).ok().stdout.split()[1] == "sun"
    east("rename", "sun", "helios").ok()
    assert resolves(west, "asker", "helios") == {there} and not resolves(west, "asker", "sun")
    east("rm", "-f", "-t", "0", "helios").ok()
    assert not resolves(west, "asker", "helios")


def other_addresses(pod: CommandLine, container: str, name: str) -> list[str]:
    shown = pod("inspect", "-f", f'{{{{(index .NetworkSettings.Networks "{name}").IPAddress}}}}', container)
    return shown.ok().lines


def test_a_taken_port_is_named(cleared: list[CommandLine]) -> None:
    east = cleared[0]
    make(east, 1)
    holder = (
        "import socket, time; s = socket.socket(2, 2); s.bind(('', 4789)); print('ready', flush=True); time.sleep(60)"
    )
    words = [*east.prefix[: east.prefix.index("--root") - 1], sys.executable, "-c", holder]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        result = east("run", "--rm", "--network", "over", "busybox", "true")
        process.kill()
    assert result.code != 0 and "network over cannot have port 4789/udp of this machine" in result.stderr
    assert "--opt port=NUMBER" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "an overlay network needs 1 to 64 peers"),
        (("--opt", "peers=nowhere"), "option peers: nowhere is no ADDRESS[:PORT]"),
        (("--opt", "peers=192.0.2.2:99999"), "there is no such port"),
        (("--opt", "peers=192.0.2.2,192.0.2.3"), "needs --subnet, the same on all its machines"),
        (("--opt", "peers=192.0.2.2,key=short"), "option key: it has at least 8 characters"),
        (("--opt", "peers=192.0.2.2,vni=x"), "option vni=x: it is a number from 0 to 16777215"),
        (("--opt", "peers=192.0.2.2,port=0"), "option port=0: it is a number from 1 to 65535"),
    ],
)
def test_what_an_overlay_cannot_be_made_of_is_said(pod: CommandLine, options: tuple[str, ...], said: str) -> None:
    result = pod("network", "create", "-d", "overlay", *options, "over")
    assert result.code == 125 and said in result.stderr
