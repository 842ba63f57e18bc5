"""User-defined networks: names, isolation, addresses, several at once, live changes, and nothing left at the end.

The three containers of an application live for the whole module; clients are Debian's C library and busybox.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

import dns.message
import dns.reversename
import pytest

from pod.net.attach import own_address
from tests.support import servers
from tests.support.aftermath import Store, descendants, wait_until_gone
from tests.support.commands import CommandLine
from tests.support.containers import eventually
from tests.support.networks import (
    addresses_in,
    ask,
    gateway,
    idle,
    interfaces_and_rules,
    keepers,
    network,
    resolves,
    uplink_of,
)

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)


@pytest.fixture(scope="module")
def app(pod: CommandLine, debian: str) -> Iterator[CommandLine]:
    """front: web, api (also svc); back, internal, with IPv6: api, db (also svc); side: stranger."""
    with network(pod, "front"), network(pod, "back", "--internal", "--ipv6"), network(pod, "side"):
        listen = servers.TCP_ECHO.format(port=7)
        idle(pod, debian, "web", "--network", "front", "--hostname", "www")
        pod(
            "run", "-d", "--name", "db", "--network", "back", "--network-alias", "svc", "busybox", "sh", "-c", listen
        ).ok()
        idle(pod, debian, "api", "--network", "front:alias=svc", "--network", "back")
        idle(pod, debian, "stranger", "--network", "side")
        yield pod
    eventually(lambda: not keepers(pod), "the end of the keeper and, with it, of the shared namespace")


def address(pod: CommandLine, container: str, name: str) -> str:
    return (
        pod("inspect", "-f", f'{{{{(index .NetworkSettings.Networks "{name}").IPAddress}}}}', container)
        .ok()
        .stdout.strip()
    )


def reaches(pod: CommandLine, container: str, host: str, port: int) -> bool:
    return pod("exec", container, "timeout", "2", "bash", "-c", f"exec 3<>/dev/tcp/{host}/{port}").code == 0


def connects(pod: CommandLine, container: str, host: str, port: int = 7) -> bool:
    script = f"exec 3<>/dev/tcp/{host}/{port} && echo hello >&3 && head -n 1 <&3"
    return pod("exec", container, "timeout", "1", "bash", "-c", script).stdout == "hello\n"


def test_containers_find_each_other_by_every_name(app: CommandLine) -> None:
    expected = {address(app, "web", "front")}
    short = app("inspect", "-f", "{{.Id}}", "web").ok().stdout[:12]
    for name in ("web", "WEB", "www", short):
        assert resolves(app, "api", name) == expected, name


def test_a_container_on_two_networks_reaches_both_and_others_only_their_own(app: CommandLine) -> None:
    assert connects(app, "api", "db")
    assert resolves(app, "api", "web") and not resolves(app, "web", "db") and not resolves(app, "stranger", "api")
    assert not connects(app, "web", address(app, "db", "back"))
    assert not connects(app, "stranger", address(app, "db", "back"))
    assert not connects(app, "stranger", gateway(app, "front"), 53)


def test_an_internal_network_reaches_nothing_outside(app: CommandLine) -> None:
    assert "default" not in app("exec", "db", "ip", "route").ok().stdout
    assert app("exec", "db", "nc", "-w", "1", gateway(app, "front"), "53").code != 0
    query = dns.message.make_query("outside.example", "A")
    answer = ask(app, "api", gateway(app, "back"), query)
    assert answer.id == query.id


def test_answers_are_of_the_right_kind(app: CommandLine) -> None:
    server = gateway(app, "front")
    web = address(app, "web", "front")
    assert addresses_in(ask(app, "api", server, dns.message.make_query("web", "A"))) == [web]
    empty = ask(app, "api", server, dns.message.make_query("web", "AAAA"))
    assert empty.rcode() == 0 and not empty.answer
    six = ask(app, "api", server, dns.message.make_query("db", "AAAA"))
    assert addresses_in(six, "AAAA")[0].startswith("fd")
    reverse = ask(app, "api", server, dns.message.make_query(dns.reversename.from_address(web), "PTR"))
    assert reverse.answer[0][0].to_text() == "web."
    over_tcp = ask(app, "api", server, dns.message.make_query("web", "A"), tcp=True)
    assert addresses_in(over_tcp) == [web]


def test_containers_with_one_alias_take_turns(app: CommandLine) -> None:
    query = dns.message.make_query("svc", "A")
    both = {address(app, "api", "back"), address(app, "db", "back"), address(app, "api", "front")}
    answers = [addresses_in(ask(app, "api", gateway(app, "back"), query)) for _ in range(3)]
    assert all(set(answer) <= both and len(answer) == 2 for answer in answers)
    assert len({answer[0] for answer in answers}) == 2


def test_forty_containers_started_at_once_find_all_others_and_leave_nothing(app: CommandLine, debian: str) -> None:
    """Their addresses do not fit into an answer of 512 bytes, which is cut; they do over TCP, and with EDNS."""
    before = interfaces_and_rules(app)
    names = [f"crowd{number}" for number in range(40)]
    with network(app, "crowd"):
        words = ("run", "-d", "--network", "crowd:alias=many", "-p", "127.0.0.1::7", "--name")
        started = [app.start(*words, name, debian, "sleep", "1000", stdout=DEVNULL) for name in names]
        assert [process.wait(60) for process in started] == [0] * 40
        shown = app("inspect", "-f", '{{(index .NetworkSettings.Networks "crowd").IPAddress}}', *names).ok().lines
        ports = [int(line.rpartition(":")[2]) for name in names for line in app("port", name).ok().lines]
        for name in names:
            found = app("exec", name, "getent", "ahostsv4", *names).ok().lines
            assert list(dict.fromkeys(line.split()[0] for line in found)) == shown, name
        server = gateway(app, "crowd")
        query = dns.message.make_query("many", "A")
        cut = ask(app, names[0], server, query)
        assert cut.flags & dns.flags.TC and not cut.answer
        assert len(addresses_in(ask(app, names[0], server, query, tcp=True))) == 40
        extended = dns.message.make_query("many", "A", use_edns=0, payload=4096)
        assert len(addresses_in(ask(app, names[0], server, extended))) == 40
        app("rm", "-f", "-t", "0", *names).ok()
        assert len(set(ports)) == 40 and all(map(servers.is_free, ports))
        eventually(lambda: interfaces_and_rules(app) == before, "nothing is left of the forty")


def test_answers_change_the_moment_a_container_starts_stops_or_is_renamed(app: CommandLine) -> None:
    app("run", "-d", "--name", "late", "--network", "front", "busybox", "sleep", "1000").ok()
    assert resolves(app, "web", "late")
    app("rename", "late", "later").ok()
    assert resolves(app, "web", "later") and not resolves(app, "web", "late")
    app("stop", "-t", "0", "later").ok()
    assert not resolves(app, "web", "later")
    app("rm", "later").ok()


def test_a_link_is_a_name_for_one_container_alone(app: CommandLine, debian: str) -> None:
    idle(app, debian, "linked", "--network", "front", "--link", "web:frontend")
    assert resolves(app, "linked", "frontend") == {address(app, "web", "front")}
    assert not resolves(app, "api", "frontend")
    app("rm", "-f", "linked").ok()


def test_addresses_and_names_that_were_asked_for_are_given(app: CommandLine) -> None:
    with network(
        app, "fixed", "--subnet", "10.123.4.0/24", "--gateway", "10.123.4.254", "--ipv6", "--subnet", "fd00:4::/64"
    ):
        words = ("--ip", "10.123.4.9", "--ip6", "fd00:4::9", "--mac-address", "02:00:00:00:00:09")
        shown = app(
            "run", "--rm", "--network", "fixed:interface_name=lan0", *words, "busybox", "ip", "addr", "show", "lan0"
        )
        for text in ("10.123.4.9/24", "fd00:4::9/64", "02:00:00:00:00:09"):
            assert text in shown.ok().stdout
        idle(app, "busybox", "holder", "--network", "fixed:ip=10.123.4.9")
        taken = app("run", "--rm", "--network", "fixed", "--ip", "10.123.4.9", "busybox", "true")
        assert taken.code == 125 and "address 10.123.4.9 on network fixed is taken by container" in taken.stderr
        outside = app("run", "--rm", "--network", "fixed", "--ip", "10.9.9.9", "busybox", "true")
        assert "address 10.9.9.9 is outside of 10.123.4.0/24, the subnet of network fixed" in outside.stderr


def test_a_full_network_says_so(app: CommandLine) -> None:
    with network(app, "tiny", "--subnet", "10.123.5.0/30"):
        idle(app, "busybox", "only", "--network", "tiny")
        second = app("run", "--rm", "--network", "tiny", "busybox", "true")
        assert second.code == 125 and "network tiny has no free address left in 10.123.5.0/30" in second.stderr


def test_networks_can_be_joined_and_left_while_a_container_runs(app: CommandLine, debian: str) -> None:
    idle(app, debian, "mover", "--network", "side")
    app("network", "connect", "--alias", "visitor", "front", "mover").ok()
    assert resolves(app, "web", "visitor") == {address(app, "mover", "front")} and resolves(app, "mover", "web")
    assert "nameserver " + gateway(app, "front") in app("exec", "mover", "cat", "/etc/resolv.conf").ok().stdout
    again = app("network", "connect", "front", "mover")
    assert again.code == 125 and "container mover is on network front already" in again.stderr
    app("network", "disconnect", "side", "mover").ok()
    assert resolves(app, "mover", "web")
    app("network", "disconnect", "front", "mover").ok()
    assert not resolves(app, "web", "visitor")
    app("network", "connect", "front", "mover").ok()
    app("restart", "-t", "0", "mover").ok()
    assert resolves(app, "mover", "web")
    app("rm", "-f", "mover").ok()


def test_a_container_without_networks_cannot_be_connected(app: CommandLine) -> None:
    app("create", "--name", "alone", "--network", "none", "busybox", "true").ok()
    result = app("network", "connect", "front", "alone")
    assert result.code == 125 and "container alone was made with --network none" in result.stderr
    app("rm", "alone").ok()


def test_the_host_is_reached_by_its_name_but_not_its_loopback(app: CommandLine) -> None:
    if not own_address():
        pytest.skip("this machine has no network but loopback")
    with socket.create_server((own_address(), 0)) as outer, socket.create_server(("127.0.0.1", 0)) as inner:
        assert reaches(app, "web", "host.docker.internal", outer.getsockname()[1])
        assert not reaches(app, "web", "10.0.2.2", inner.getsockname()[1])


def test_a_client_of_another_address_keeps_it_through_a_published_port(app: CommandLine, debian: str) -> None:
    if not own_address():
        pytest.skip("this machine has no network but loopback")
    port = servers.free_port()
    script = servers.ADDRESS_TELLER.format(port=80)
    app("run", "-d", "--name", "teller", "--network", "front", "-p", f"{port}:80", debian, "sh", "-c", script).ok()
    assert servers.tcp_says(own_address(), port).decode().strip() == own_address()
    assert servers.tcp_says("127.0.0.1", port).decode().strip() == address(app, "teller", "front")  # as with Podman
    app("rm", "-f", "teller").ok()


def test_a_killed_uplink_is_replaced(app: CommandLine) -> None:
    [keeper] = keepers(app)
    uplink = uplink_of(keeper)
    os.kill(uplink, signal.SIGKILL)
    wait_until_gone(uplink)
    eventually(lambda: uplink_of(keeper) not in (0, uplink), "another uplink")
    second = uplink_of(keeper)
    os.kill(second, signal.SIGKILL)  # so soon that the next one has to wait, which names do not
    assert resolves(app, "web", "web")
    eventually(lambda: uplink_of(keeper) not in (0, second), "the third uplink")
    if own_address():
        with socket.create_server((own_address(), 0)) as outer:
            eventually(lambda: reaches(app, "web", own_address(), outer.getsockname()[1]), "the way out")


def test_a_killed_keeper_is_replaced_and_containers_keep_their_addresses(app: CommandLine) -> None:
    before = {name: address(app, name, "front") for name in ("web", "api")}
    [keeper] = keepers(app)
    os.kill(keeper, signal.SIGKILL)
    wait_until_gone(keeper)
    eventually(lambda: keepers(app) not in ([], [keeper]), "another keeper")
    eventually(lambda: resolves(app, "web", "api"), "names again")
    assert len(keepers(app)) == 1
    assert {name: address(app, name, "front") for name in ("web", "api")} == before
    assert connects(app, "api", "db") and not connects(app, "stranger", address(app, "db", "back"))
    app("run", "--rm", "--network", "front", "busybox", "true").ok()


def test_a_container_that_is_started_right_after_the_keepers_end_finds_the_others(
    app: CommandLine, debian: str
) -> None:
    [keeper] = keepers(app)
    os.kill(keeper, signal.SIGKILL)
    idle(app, debian, "racer", "--network", "front")
    eventually(lambda: resolves(app, "racer", "web") == {address(app, "web", "front")}, "names")
    eventually(lambda: connects(app, "api", "db"), "the wires of the others")
    app("rm", "-f", "racer").ok()


def test_a_container_that_is_faster_than_all_others_after_the_keepers_end_takes_nobodys_address(
    app: CommandLine,
) -> None:
    """The new keeper hears of the others from their monitors, which may be late: here they sleep meanwhile."""
    before = {name: address(app, name, "front") for name in ("web", "api")}
    [keeper] = keepers(app)
    late = [Store.of(app).monitor(container_id(app, name)) for name in ("web", "api", "db", "stranger")]
    with stopped(late):
        os.kill(keeper, signal.SIGKILL)
        idle(app, "busybox", "faster", "--network", "front")
        assert address(app, "faster", "front") not in before.values()
        taken = app("run", "--rm", "--network", "front", "--ip", before["web"], "busybox", "true")
        assert f"address {before['web']} on network front is taken by container" in taken.stderr
        reload = app.start("network", "reload", "web", "api", stdout=PIPE, stderr=PIPE)
    said, complaints = reload.communicate(timeout=30)
    assert (reload.returncode, said.split(), complaints) == (0, [b"web", b"api"], b"")
    assert {name: address(app, name, "front") for name in ("web", "api")} == before
    assert resolves(app, "api", "web") == {before["web"]} and connects(app, "api", "db")
    app("rm", "-f", "-t", "0", "faster").ok()


@contextmanager
def stopped(processes: list[int]) -> Iterator[None]:
    """Let processes sleep."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_a_container_starts_right_after_the_users_namespace_was_made_anew(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path
) -> None:
    """The keeper waits a second for the next container, which may live in another user namespace by then."""
    pod = make_pod("nn")
    pod("load", "-i", busybox_archive).ok()
    idle(pod, "busybox", "last", "--network", "pod")
    [keeper] = keepers(pod)
    os.kill(keeper, signal.SIGSTOP)  # that second begins when it goes on
    pod("rm", "-f", "-t", "0", "last").ok()
    os.kill(Store.of(pod).holder(), signal.SIGKILL)
    next_one = pod.start("run", "--rm", "--network", "pod", "busybox", "true", stdout=DEVNULL, stderr=PIPE)
    eventually(clients_wait, "the next container's request")
    os.kill(keeper, signal.SIGCONT)
    _stdout, said = next_one.communicate(timeout=30)
    assert (next_one.returncode, said) == (0, b"")
    wait_until_gone(keeper)


def clients_wait() -> bool:
    """True where a keeper's socket has a connection that nobody has taken yet (state 2 in the kernel's list)."""
    lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    return any(fields[5] == "02" for fields in lines if fields[-1].endswith("/keeper.sock"))


def test_reload_makes_wires_and_rules_anew(app: CommandLine) -> None:
    before = address(app, "web", "front")
    app("network", "reload", "web", "api").ok()
    assert resolves(app, "api", "web") == {before} and connects(app, "api", "db")
    assert app("network", "reload", "--all").ok().lines


def test_connections_outlive_uplink_keeper_and_reload(app: CommandLine) -> None:
    """Through a published port and from container to container: only the forwarder's end is a connection's, too."""
    port = servers.free_port()
    listen = servers.TCP_ECHO.format(port=7)
    words = ("--network", "front", "-p", f"{port}:7", "busybox", "sh", "-c", f"({listen.replace('7', '8')}) & {listen}")
    app("run", "-d", "--name", "echoes", *words).ok()
    with connected(port) as outer:
        inner = app.start(
            "exec", "-i", "web", "bash", "-c", TALK.format(host="echoes", port=8), stdin=PIPE, stdout=PIPE
        )

        def both_answer() -> None:
            assert inner.stdin and inner.stdout
            inner.stdin.write(b"inner\n")
            inner.stdin.flush()
            outer.sendall(b"outer\n")
            assert (outer.recv(100), inner.stdout.readline()) == (b"outer\n", b"inner\n")

        both_answer()
        [keeper] = keepers(app)
        os.kill(uplink_of(keeper), signal.SIGKILL)
        both_answer()
        os.kill(keeper, signal.SIGKILL)
        both_answer()
        eventually(lambda: keepers(app) not in ([], [keeper]), "another keeper")
        both_answer()
        app("network", "reload", "echoes", "web").ok()
        both_answer()
        [forwarder] = [
            pid for pid in descendants(Store.of(app).monitor(container_id(app, "echoes"))) if is_forwarder(pid)
        ]
        os.kill(forwarder, signal.SIGKILL)
        assert outer.recv(100) == b""
    assert servers.tcp_says("127.0.0.1", port) == b"hello\n"
    inner.kill()
    inner.wait()
    app("rm", "-f", "-t", "0", "echoes").ok()


def connected(port: int) -> socket.socket:
    """Return a connection with the echo server behind a published port, which listens again only after each client."""
    found: list[socket.socket] = []

    def echoes() -> bool:
        connection = socket.create_connection(("127.0.0.1", port), 20)
        connection.sendall(b"hello\n")
        if connection.recv(100) == b"hello\n":
            found.append(connection)
            return True
        connection.close()
        return False

    eventually(echoes, "the server")
    return found[0]


TALK = "exec 3<>/dev/tcp/{host}/{port}; while read -r line; do echo $line >&3; read -r line <&3; echo $line; done"


def container_id(pod: CommandLine, name: str) -> str:
    return pod("inspect", "-f", "{{.Id}}", name).ok().stdout.strip()


def is_forwarder(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").read_text().startswith("pod: ports of container")


def test_a_killed_monitor_takes_its_names_along(app: CommandLine, debian: str) -> None:
    idle(app, debian, "victim", "--network", "front")
    assert resolves(app, "web", "victim")
    os.kill(int(app("inspect", "-f", "{{.State.ConmonPid}}", "victim").ok().stdout), signal.SIGKILL)
    eventually(lambda: not resolves(app, "web", "victim"), "the name's end")
    app("rm", "-f", "victim").ok()


def test_who_is_on_a_network_is_shown(app: CommandLine) -> None:
    [shown] = json.loads(app("network", "inspect", "back").ok().stdout)
    assert {member["name"] for member in shown["containers"].values()} == {"api", "db"}
    assert shown["internal"] and shown["ipv6_enabled"] and shown["dns_enabled"] and len(shown["subnets"]) == 2
    assert app("ps", "--format", "{{.Networks}}", "--filter", "name=api").ok().stdout.strip() == "front,back"
    assert app("ps", "-q", "--filter", "network=back").ok().stdout.count("\n") == 2
    in_use = app("network", "rm", "side")
    assert in_use.code == 2 and "network side is being used by container stranger (" in in_use.stderr


def test_a_program_looks_into_the_namespace_of_the_networks(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "tn-look", "--network", "pod", "busybox", "sleep", "100").ok()
    assert "pod0" in pod("unshare", "--rootless-netns", "cat", "/proc/net/dev").ok().stdout
    pod("rm", "-f", "-t", "0", "tn-look").ok()


@pytest.mark.parametrize("name", ["bridge", "podman"])
def test_the_default_network_answers_to_the_names_that_the_peers_have_for_it(pod: CommandLine, name: str) -> None:
    assert pod("network", "inspect", "-f", "{{.Name}}", name).ok().stdout == "pod\n"
