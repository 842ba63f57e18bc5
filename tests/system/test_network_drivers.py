"""Network drivers of one's own: Netavark's plugin protocol, and plugins that mean no good."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.aftermath import descendants
from tests.support.commands import CommandLine
from tests.support.containers import eventually
from tests.support.networks import idle, keepers, network, resolves

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)
INFO = """info) echo '{"version": "0.1", "api_version": "1.0.0"}' ;;"""
WIRE = f"""
{INFO}
create) cat ;;
setup)
    cat >"$0.tmp"; mv "$0.tmp" "$0.given"
    ip link add wire0 type veth peer name eth0 netns "$2"
    ip address add 10.77.0.1/24 dev wire0
    ip link set wire0 up
    nsenter --net="$2" sh -c 'ip address add 10.77.0.2/24 dev eth0; ip link set eth0 up'
    echo '{{"interfaces": {{"eth0": {{"mac_address": "02:00:00:00:00:07", "subnets": [
        {{"ipnet": "10.77.0.2/24", "gateway": "10.77.0.1"}}]}}}}}}' ;;
teardown) cat >"$0.tmp"; mv "$0.tmp" "$0.ended"; ip link del wire0 ;;
"""
"""A veth pair with fixed addresses: room for one container."""


@pytest.fixture
def install(pod: CommandLine) -> Iterator[Callable[[str, str], Path]]:
    """Install a driver: a name, and what it does for each verb."""
    folder = Path(pod.env["HOME"], ".config/pod/network-plugins")
    folder.mkdir(parents=True, exist_ok=True)

    def write(name: str, cases: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\ncase $1 in\n{cases}\nesac\n")
        path.chmod(0o755)
        return path

    yield write
    for path in folder.iterdir():
        path.unlink()


def test_a_driver_attaches_and_detaches_containers(pod: CommandLine, install: Callable[[str, str], Path]) -> None:
    driver = install("wire", WIRE)
    given, ended = driver.with_name("wire.given"), driver.with_name("wire.ended")
    with network(pod, "plugged", "-d", "wire", "-o", "colour=red"):
        idle(pod, "busybox", "wired", "--network", "plugged:alias=cable")
        assert "10.77.0.2/24" in pod("exec", "wired", "ip", "addr").ok().stdout
        asked = json.loads(given.read_text())
        assert asked["container_name"] == "wired" and asked["network_options"]["aliases"] == ["cable"]
        assert asked["network"]["options"] == {"colour": "red"} and asked["network"]["driver"] == "wire"
        [shown] = json.loads(pod("inspect", "wired").ok().stdout)
        assert shown["NetworkSettings"]["Networks"]["plugged"]["IPAddress"] == "10.77.0.2"
        pod("rm", "-f", "-t", "0", "wired").ok()
        eventually(ended.exists, "teardown")
        assert json.loads(ended.read_text())["container_id"] == asked["container_id"]


def test_a_container_keeps_its_driver_when_the_keeper_is_killed(
    pod: CommandLine, install: Callable[[str, str], Path]
) -> None:
    driver = install("wire", WIRE)
    with network(pod, "plugged", "-d", "wire"):
        idle(pod, "busybox", "wired", "--network", "plugged")
        driver.with_name("wire.given").unlink()
        [keeper] = keepers(pod)
        os.kill(keeper, 9)
        eventually(lambda: keepers(pod) not in ([], [keeper]), "another keeper")
        assert "10.77.0.2/24" in pod("exec", "wired", "ip", "addr").ok().stdout
        assert not driver.with_name("wire.given").exists()
        pod("network", "disconnect", "plugged", "wired").ok()
        assert driver.with_name("wire.ended").exists()
        assert "eth0" not in pod("exec", "wired", "ip", "addr").ok().stdout
        pod("network", "connect", "plugged", "wired").ok()
        assert "10.77.0.2/24" in pod("exec", "wired", "ip", "addr").ok().stdout


def test_an_unknown_driver_is_told_with_where_it_would_be(pod: CommandLine) -> None:
    result = pod("network", "create", "-d", "nobodys", "n")
    assert result.code == 125 and "there is no network driver 'nobodys'" in result.stderr
    assert ".config/pod/network-plugins/nobodys" in result.stderr


HOSTILE = {
    "endless": ("create) yes ;;", "answered with more than 1 MB"),
    "wordy": (r"""create) echo '{"error": "no\u001b[2J way"}'; exit 1 ;;""", "no [2J way"),
    "dumb": ("create) ;;", "did not answer create with a JSON object"),
    "deep": ("create) head -c 900000 /dev/zero | tr '\\0' '[' ;;", "did not answer create with a JSON object"),
    "thief": ("""create) echo '{"name": "pod", "id": "1", "driver": "thief"}' ;;""", "answered with another name"),
    "liar": ("""create) echo '{"subnets": [{"subnet": "10.0.0.0/99"}]}' ;;""", "answered with what is no network"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_driver_makes_no_network(pod: CommandLine, install: Callable[[str, str], Path], name: str) -> None:
    cases, said = HOSTILE[name]
    install(name, f"{INFO}\n{cases}")
    result = pod("network", "create", "-d", name, "hostile")
    assert result.code == 125 and said in result.stderr
    assert pod("network", "exists", "hostile").code == 1


def test_a_driver_of_another_protocol_is_refused(pod: CommandLine, install: Callable[[str, str], Path]) -> None:
    install("future", """info) echo '{"version": "9", "api_version": "2.0.0"}' ;;""")
    result = pod("network", "create", "-d", "future", "n")
    assert result.code == 125 and "speaks version '2.0.0' of the protocol, not 1" in result.stderr


def test_a_driver_that_hangs_or_refuses_stops_its_container_alone(
    pod: CommandLine, install: Callable[[str, str], Path], debian: str
) -> None:
    driver = install("slow", f"{INFO}\ncreate) cat ;;\nsetup) sleep 100 & wait ;;")
    with network(pod, "slowly", "-d", "slow"), network(pod, "fine"):
        idle(pod, debian, "bystander", "--network", "fine")
        words = ("run", "--rm", "--network", "slowly", "busybox", "true")
        hanging = pod.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        eventually(lambda: "network driver" in _titles_of_children(pod), "the call of the driver")
        assert resolves(pod, "bystander", "bystander")
        idle(pod, "busybox", "newcomer", "--network", "fine")
        assert resolves(pod, "bystander", "newcomer") and hanging.poll() is None
        _stdout, said = hanging.communicate(timeout=40)
        assert hanging.returncode != 0 and b"network driver slow did not answer in time" in said
        driver.write_text('#!/bin/sh\necho \'{"error": "no room"}\'; exit 1\n')
        result = pod(*words)
        assert result.code != 0 and "network driver slow: no room" in result.stderr
        assert pod("exec", "bystander", "true").code == 0


def _titles_of_children(pod: CommandLine) -> str:
    """What the processes below the keeper call themselves."""
    children = [child for keeper in keepers(pod) for child in descendants(keeper)]
    return " ".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in children)


def test_calls_of_a_driver_come_one_after_the_other(pod: CommandLine, install: Callable[[str, str], Path]) -> None:
    """The wire has room for one container: the next one gets it when the last has been taken off."""
    slow_end = WIRE.replace("teardown)", "teardown) sleep 0.5;")
    install("wire", slow_end)
    with network(pod, "plugged", "-d", "wire"):
        for number in range(3):
            shown = pod("run", "--rm", "--network", "plugged", "--name", f"wired{number}", "busybox", "ip", "addr")
            assert "10.77.0.2/24" in shown.ok().stdout
