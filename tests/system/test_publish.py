"""Published ports: every form, both protocols, both versions of IP, taken and privileged ones, and their end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pod.net.attach import own_address
from tests.support import servers
from tests.support.commands import CommandLine
from tests.support.containers import eventually
from tests.support.networks import keepers

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)


@contextmanager
def echo(pod: CommandLine, *options: str) -> Iterator[str]:
    """Run a container that says what it hears on port 7."""
    script = servers.TCP_ECHO.format(port=7)
    with serving(pod, "busybox", script, *options) as container:
        yield container


@contextmanager
def serving(pod: CommandLine, image: str, script: str, *options: str) -> Iterator[str]:
    """Run a container with a server."""
    container = pod("run", "-d", *options, image, "sh", "-c", script).ok().stdout.strip()
    try:
        yield container
    finally:
        pod("rm", "-f", container).ok()


HANDLER_SLIRP = "slirp4netns:port_handler=slirp4netns"
NETWORKS = ["slirp4netns", "bridge", HANDLER_SLIRP]


def addresses(network: str) -> list[str]:
    """The addresses of this machine at which a published port is to be reached."""
    found = ["127.0.0.1", *([own_address()] if own_address() else [])]
    return found if network == HANDLER_SLIRP else [*found, "::1"]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_port_leads_in_from_every_address(pod: CommandLine, network: str) -> None:
    port = servers.free_port()
    with echo(pod, "--network", network, "-p", f"{port}:7"):
        for address in addresses(network):
            assert servers.tcp_says(address, port) == b"hello\n", address
        large = os.urandom(3_000_000)
        assert servers.tcp_says("127.0.0.1", port, large) == large
    assert servers.is_free(port)


@pytest.mark.parametrize("network", NETWORKS)
def test_datagrams_go_in_and_out(pod: CommandLine, debian: str, network: str) -> None:
    """slirp4netns itself takes answers to the host's loopback for what --disable-host-loopback forbids."""
    port = servers.free_port(socket.SOCK_DGRAM)
    script = servers.DATAGRAM_ECHO.format(port=7)
    with serving(pod, debian, script, "--network", network, "-p", f"{port}:7/udp"):
        for address in addresses(network)[network == HANDLER_SLIRP :]:
            assert servers.udp_says(address, port) == b"hello\n", address
        if network != HANDLER_SLIRP:
            assert servers.udp_says("127.0.0.1", port, b"x" * 60000) == b"x" * 60000
    assert servers.is_free(port, socket.SOCK_DGRAM)


def test_pasta_publishes_and_keeps_the_rest_closed(pod: CommandLine) -> None:
    port = servers.free_port()
    with echo(pod, "--network", "pasta", "-p", f"127.0.0.1:{port}:7") as container:
        assert servers.tcp_says("127.0.0.1", port) == b"hello\n"
        closed = socket.create_server(("127.0.0.1", 0))
        words = ("nc", "-w", "1", "127.0.0.1", str(closed.getsockname()[1]))
        assert pod("exec", container, *words).code != 0
        closed.close()
    assert servers.is_free(port)


def test_only_the_address_that_was_named_is_listened_on(pod: CommandLine) -> None:
    port = servers.free_port()
    with echo(pod, "-p", f"127.0.0.1:{port}:7"):
        assert servers.tcp_says("127.0.0.1", port) == b"hello\n"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), 2)
    with echo(pod, "-p", f"[::1]:{port}:7"):
        assert servers.tcp_says("::1", port) == b"hello\n"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 2)


def test_a_random_port_is_chosen_once_and_shown_everywhere(pod: CommandLine) -> None:
    with echo(pod, "-p", "7", "--expose", "8/udp", "--expose", "7") as container:
        shown = pod("port", container, "7").ok().stdout.strip()
        host, _, port = shown.rpartition(":")
        assert host == "0.0.0.0" and servers.tcp_says("127.0.0.1", int(port)) == b"hello\n"
        assert f"{shown}->7/tcp" in pod("ps", "--format", "{{.Ports}}", "--filter", f"id={container}").ok().stdout
        document = json.loads(pod("inspect", container).ok().stdout)[0]
        assert document["NetworkSettings"]["Ports"] == {
            "7/tcp": [{"HostIp": "0.0.0.0", "HostPort": port}],
            "8/udp": None,
        }
        assert document["HostConfig"]["PortBindings"] == {"7/tcp": [{"HostIp": "", "HostPort": port}]}
        pod("restart", "-t", "0", container).ok()
        assert servers.tcp_says("127.0.0.1", int(port)) == b"hello\n"
        assert pod("port", container, "7").ok().stdout.strip() == shown


def test_all_exposed_ports_are_published_with_one_option(pod: CommandLine) -> None:
    with echo(pod, "-P", "--expose", "7", "--expose", "9-10/udp") as container:
        lines = pod("port", container).ok().lines
        assert [line.split(" ")[0] for line in lines] == ["7/tcp", "9/udp", "10/udp"]
        assert servers.tcp_says("127.0.0.1", int(lines[0].rpartition(":")[2])) == b"hello\n"


def test_a_free_port_of_a_range_is_taken(pod: CommandLine) -> None:
    first = servers.free_port()
    with socket.create_server(("", first)), echo(pod, "-p", f"{first}-{first + 50}:7") as container:
        assert first < int(pod("port", container, "7").ok().stdout.rpartition(":")[2]) <= first + 50


def test_a_taken_port_is_told_before_anything_is_started(pod: CommandLine) -> None:
    port = servers.free_port()
    with socket.create_server(("", port)):
        result = pod("run", "--name", "pb-taken", "-p", f"{port}:80", "busybox", "true")
    assert result.code == 125
    first, hint = result.stderr.splitlines()
    assert first == f"Error: cannot publish port 0.0.0.0:{port}/tcp: it is taken by another program or container"
    assert f"sport = :{port}" in hint and "-p 80" in hint
    assert pod("inspect", "-f", "{{.State.Status}}", "pb-taken").ok().stdout == "created\n"
    pod("start", "-a", "pb-taken").ok()
    pod("rm", "pb-taken").ok()


def test_a_privileged_port_names_the_limit_and_the_remedy(pod: CommandLine) -> None:
    limit = int(open("/proc/sys/net/ipv4/ip_unprivileged_port_start").read())
    if limit < 81:
        pytest.skip("this machine lets everybody open port 80")
    result = pod("run", "--rm", "-p", "80:80", "busybox", "true")
    assert result.code == 125 and f"without root only ports from {limit} on can be opened" in result.stderr
    assert "-p 8080:80" in result.stderr and "sysctl -w net.ipv4.ip_unprivileged_port_start=80" in result.stderr


def test_an_address_that_the_machine_has_not_is_named(pod: CommandLine) -> None:
    result = pod("run", "--rm", "-p", "203.0.113.9:8080:80", "busybox", "true")
    assert result.code == 125 and "this machine has no address 203.0.113.9" in result.stderr


def test_ports_of_a_shared_network_belong_to_its_owner(pod: CommandLine) -> None:
    shared = pod("run", "--rm", "--network", "container:nobody", "-p", "8080:80", "busybox", "true")
    assert shared.code == 125 and "cannot publish ports with --network container:nobody" in shared.stderr
    none = pod("run", "--rm", "--network", "none", "-p", "8080:80", "busybox", "true").ok()
    assert "published ports mean nothing with --network none" in none.stderr


@pytest.mark.parametrize("network", ["slirp4netns", "bridge"])
def test_a_port_is_free_again_after_its_monitor_was_killed(pod: CommandLine, network: str) -> None:
    port = servers.free_port()
    with echo(pod, "--network", network, "-p", f"{port}:7") as container:
        assert servers.tcp_says("127.0.0.1", port) == b"hello\n"
        os.kill(int(pod("inspect", "-f", "{{.State.ConmonPid}}", container).ok().stdout), signal.SIGKILL)
        eventually(lambda: servers.is_free(port), "the port's freedom")
        pod("start", container).ok()
        assert servers.tcp_says("127.0.0.1", port) == b"hello\n"


def test_the_forwarder_is_started_by_the_first_client_and_again_when_it_is_killed(pod: CommandLine) -> None:
    port = servers.free_port()
    with echo(pod, "-p", f"{port}:7") as container:
        assert not forwarders(container)
        assert servers.tcp_says("127.0.0.1", port) == b"hello\n"
        [pid] = forwarders(container)
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: pid not in forwarders(container), "the forwarder's end")
        assert servers.tcp_says("127.0.0.1", port) == b"hello\n"


def test_what_stays_alive_for_an_idle_container_gives_back_its_memory(pod: CommandLine) -> None:
    with echo(pod, "--network", "bridge", "-p", f"{(port := servers.free_port())}:7") as container:
        monitor = int(pod("inspect", "-f", "{{.State.ConmonPid}}", container).ok().stdout)
        for pid in (monitor, *keepers(pod)):
            eventually(lambda pid=pid: _resident(pid) < 7e6, f"process {pid} to keep less than 7 MB")  # type: ignore[misc]
        assert servers.tcp_says("127.0.0.1", port) == b"hello\n"


def _resident(pid: int) -> int:
    """Return the resident set size in bytes (proc_pid_statm(5))."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def forwarders(container: str) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-f", f"^pod: ports of container {container[:12]}"], capture_output=True, text=True
    )
    return [int(line) for line in found.stdout.split()]


def test_many_connections_at_once_are_all_served(pod: CommandLine) -> None:
    """busybox's httpd forks for each; the forwarder has all of them open at the same time."""
    port = servers.free_port()
    script = "echo served >/tmp/index.html; httpd -f -p 80 -h /tmp"
    container = pod("run", "-d", "-p", f"{port}:80", "busybox", "sh", "-c", script).ok().stdout.strip()
    try:
        assert b"served" in servers.tcp_says("127.0.0.1", port, b"GET /index.html HTTP/1.0\r\n\r\n")
        connections = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(30)]
        for connection in connections:
            connection.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
        for connection in connections:
            assert b"served" in b"".join(iter(lambda connection=connection: connection.recv(4096), b""))  # type: ignore[misc]
            connection.close()
    finally:
        pod("rm", "-f", container).ok()
