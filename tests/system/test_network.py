"""Networks of containers: none, host, slirp4netns, and those of other containers; other shared namespaces."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pod.net.attach import own_address
from tests.support.commands import CommandLine
from tests.support.containers import eventually, run, shell, sleeping


def links(lines: list[str]) -> set[str]:
    """The interfaces that `ip -o link` lists."""
    return {line.split(":")[1].strip().split("@")[0] for line in lines}


def _runs(pid: str) -> bool:
    """Zombies do not count: a container's init may be slow to bury them."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return False


@pytest.fixture
def server() -> Iterator[int]:
    """A server on this machine's loopback that says hello; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"hello from the host\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture
def slirp() -> None:
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("this user may not open /dev/net/tun")


def test_none_has_loopback_alone_and_it_works(pod: CommandLine) -> None:
    assert links(shell(pod, "ip -o link").ok().lines) <= {
        "lo",
        "sit0",
        "tunl0",
        "ip6tnl0",
        "gre0",
        "gretap0",
        "erspan0",
    }
    script = "(echo hi | nc -l -p 7777 &) ; sleep 0.2; nc 127.0.0.1 7777 </dev/null"
    assert shell(pod, script).ok().stdout == "hi\n"
    assert shell(pod, "nc -w 1 192.0.2.1 80 </dev/null").code != 0


def test_host_shares_the_machines_network(pod: CommandLine, server: int) -> None:
    shown = pod("run", "--rm", "--network", "host", "busybox", "nc", "127.0.0.1", str(server)).ok().stdout
    assert shown == "hello from the host\n"
    assert pod("run", "--rm", "--network", "host", "busybox", "hostname").ok().stdout.strip() == socket.gethostname()


def test_host_network_leaves_sys_read_only(pod: CommandLine) -> None:
    shown = pod("run", "--rm", "--network", "host", "busybox", "cat", "/proc/mounts").ok().lines
    of_sys = [line.split() for line in shown if line.split()[1] == "/sys" or line.split()[1].startswith("/sys/")]
    assert of_sys and all("ro" in fields[3].split(",") for fields in of_sys)


@pytest.mark.usefixtures("slirp")
def test_default_network_has_an_address_a_way_out_and_a_name_server(pod: CommandLine) -> None:
    script = "ip -o -4 addr show tap0; ip route; cat /etc/resolv.conf; cat /etc/hosts"
    shown = pod("run", "--rm", "busybox", "sh", "-c", script).ok().stdout
    assert "inet 10.0.2.100/24" in shown and "default via 10.0.2.2" in shown
    assert "nameserver 10.0.2.3" in shown and f"{own_address() or '10.0.2.2'}\thost.containers.internal" in shown


@pytest.mark.usefixtures("slirp")
def test_default_network_does_not_reach_the_machines_loopback(pod: CommandLine, server: int) -> None:
    result = pod("run", "--rm", "busybox", "nc", "-w", "3", "10.0.2.2", str(server), timeout=20)
    assert "hello" not in result.stdout


@pytest.mark.usefixtures("slirp")
def test_default_network_reaches_other_addresses_of_the_machine(pod: CommandLine) -> None:
    """A server on the address that this machine has in its own network, where it has one."""
    address = own_address()
    if not address:
        pytest.skip("this machine has no network but loopback")
    with socket.create_server((address, 0)) as listener:
        thread = threading.Thread(target=lambda: listener.accept()[0].sendall(b"reached\n"), daemon=True)
        thread.start()
        port = str(listener.getsockname()[1])
        result = pod("run", "--rm", "busybox", "nc", "-w", "5", address, port, timeout=30)
    assert result.stdout == "reached\n", str(result)


@pytest.mark.usefixtures("slirp")
def test_host_gateway_is_the_address_of_the_machine(pod: CommandLine) -> None:
    shown = pod("run", "--rm", "--add-host", "gw:host-gateway", "busybox", "cat", "/etc/hosts").ok().stdout
    assert f"{own_address() or '10.0.2.2'}\tgw\n" in shown
    script = "grep -c 10.0.2.2.gw /etc/hosts"
    asked = ("run", "--rm", "--network", "slirp4netns:allow_host_loopback=true", "--add-host", "gw:host-gateway")
    assert pod(*asked, "busybox", "sh", "-c", script).ok().stdout == "1\n"
    refused = run(pod, "--add-host", "gw:host-gateway", "busybox", "true")
    assert refused.code == 125 and "gw:host-gateway" in refused.stderr


@pytest.mark.usefixtures("slirp")
def test_helper_of_the_network_ends_with_the_container(pod: CommandLine) -> None:
    container = pod("run", "-d", "busybox", "sleep", "1000").ok().stdout.strip()
    pid = int(pod("inspect", "--format", "{{.State.ConmonPid}}", container).ok().stdout)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    names = {child: Path(f"/proc/{child}/comm").read_text().strip() for child in children}
    [helper] = [child for child, name in names.items() if name == "slirp4netns"]
    pod("rm", "-f", container).ok()
    eventually(lambda: not _runs(helper), "the helper's end")


@pytest.mark.usefixtures("slirp")
def test_network_of_another_container_is_shared(pod: CommandLine) -> None:
    container = pod("run", "-d", "--name", "first", "busybox", "nc", "-l", "-p", "8080", "-e", "echo", "yes").ok()
    try:
        shown = pod(
            "run", "--rm", "--network", "container:first", "busybox", "sh", "-c", "ip -o -4 addr; cat /etc/hosts"
        )
        assert "10.0.2.100/24" in shown.ok().stdout and "first" not in shown.stdout.split()[0]
        words = ("run", "--rm", "--network", "container:first", "busybox", "nc", "127.0.0.1", "8080")
        assert pod(*words).ok().stdout == "yes\n"
    finally:
        pod("rm", "-f", container.stdout.strip()).ok()


@pytest.mark.parametrize("init", [(), ("--init",)], ids=["plain", "init"])
def test_pid_ipc_and_uts_namespaces_of_another_container_are_shared(pod: CommandLine, init: tuple[str, ...]) -> None:
    with sleeping(pod, "--name", "shared", "--hostname", "theirs", *init):
        words = ("--pid", "container:shared", "--ipc", "container:shared", "--uts", "container:shared")
        shown = shell(pod, "hostname; cat /etc/hostname; ps -o args", *words).ok().lines
        assert shown[:2] == ["theirs", "theirs"] and "sleep 1000" in shown
        own = shell(pod, "readlink /proc/self/ns/ipc", "--ipc", "container:shared").ok().stdout
        assert own == pod("exec", "shared", "readlink", "/proc/self/ns/ipc").ok().stdout


def test_shared_memory_comes_with_the_ipc_namespace(pod: CommandLine) -> None:
    with sleeping(pod, "--name", "memory", "--shm-size", "2m"):
        pod("exec", "memory", "sh", "-c", "echo written >/dev/shm/segment").ok()
        script = "cat /dev/shm/segment; df -k /dev/shm | tail -n 1 | awk '{print $2}'; echo back >/dev/shm/answer"
        assert shell(pod, script, "--ipc", "container:memory").ok().lines == ["written", "2048"]
        assert pod("exec", "memory", "cat", "/dev/shm/answer").ok().stdout == "back\n"
        assert shell(pod, "ls /dev/shm").ok().stdout == ""


def test_shared_container_goes_on_when_the_other_ends(pod: CommandLine) -> None:
    with sleeping(pod, "--name", "host-of-pids") as container:
        assert shell(pod, "exit 5", "--pid", "container:host-of-pids").code == 5
        assert pod("exec", container, "true").code == 0


@pytest.mark.parametrize("option", ["--pid", "--ipc", "--uts", "--network"])
def test_namespace_of_an_unknown_or_ended_container_is_refused(pod: CommandLine, option: str) -> None:
    unknown = pod("run", "--rm", option, "container:nobody-knows", "busybox", "true")
    assert unknown.code == 125 and unknown.stderr.startswith('Error: no such container: "nobody-knows"')
    pod("create", "--name", f"ended{option}", "--network", "none", "busybox", "true").ok()
    ended = pod("run", "--rm", option, f"container:ended{option}", "busybox", "true")
    assert ended.code == 125
    assert ended.stderr.startswith(f"Error: cannot share a namespace with container ended{option}: it is not running")


@pytest.mark.parametrize(
    ("option", "name"), [("--pid", "pid"), ("--ipc", "ipc"), ("--uts", "uts"), ("--network", "net")]
)
def test_host_namespaces_are_the_machines(pod: CommandLine, option: str, name: str) -> None:
    words = ("run", "--rm", "--network", "host") if option == "--network" else ("run", "--rm", option, "host")
    shown = pod(*words, "busybox", "readlink", f"/proc/self/ns/{name}")
    assert shown.ok().stdout.strip() == os.readlink(f"/proc/self/ns/{name}")


@pytest.mark.parametrize("name", ["pid", "ipc", "uts", "net", "mnt", "cgroup", "user"])
def test_every_other_namespace_is_the_containers_own(pod: CommandLine, name: str) -> None:
    shown = run(pod, "busybox", "readlink", f"/proc/self/ns/{name}").ok().stdout.strip()
    assert shown.startswith(f"{name}:[") and shown != os.readlink(f"/proc/self/ns/{name}")


def test_hostname_and_a_shared_uts_namespace_exclude_each_other(pod: CommandLine) -> None:
    result = run(pod, "--uts", "host", "--hostname", "box", "busybox", "true")
    assert result.code == 125 and "--hostname box and --uts host exclude each other" in result.stderr


def test_unknown_network_is_named(pod: CommandLine) -> None:
    result = pod("run", "--rm", "--network", "no-such-network", "busybox", "true")
    assert result.code == 125
    assert result.stderr.splitlines()[0] == "Error: no such network: no-such-network"


def test_missing_slirp4netns_is_said_with_the_ways_out(pod: CommandLine, tmp_path: Path) -> None:
    """PATH has python3 alone; the rest of the machine is as it is."""
    for name in ("python3", "newuidmap", "newgidmap", "sleep", "env"):
        for folder in ("/usr/local/bin", "/usr/bin", "/bin"):
            if os.path.exists(f"{folder}/{name}"):
                (tmp_path / name).symlink_to(f"{folder}/{name}")
                break
    asked = pod("run", "--rm", "--network", "slirp4netns", "busybox", "true", env={"PATH": str(tmp_path)})
    assert asked.code == 125
    assert asked.stderr.splitlines()[0].startswith("Error: slirp4netns is not installed")
    assert "--network none" in asked.stderr
    default = pod("run", "--rm", "busybox", "true", env={"PATH": str(tmp_path)}).ok()
    assert "slirp4netns is not installed: the container has no network" in default.stderr


def test_a_network_namespace_is_joined_by_its_path(pod: CommandLine) -> None:
    words = pod.argv(
        "unshare",
        "unshare",
        "--net",
        "sh",
        "-c",
        "ip link add given type veth peer name other; echo $$; exec sleep 100",
    )
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=dict(pod.env)) as process:
        assert process.stdout
        pid = int(process.stdout.readline())
        shown = pod("run", "--rm", "--network", f"ns:/proc/{pid}/ns/net", "busybox", "ip", "-o", "link").ok().lines
        os.kill(pid, 9)
    assert "given" in links(shown)


def test_the_full_name_of_a_container_is_in_its_hosts_file(pod: CommandLine) -> None:
    options = ("--hostname", "box", "--domainname", "there.example")
    assert "\tbox.there.example box" in shell(pod, "cat /etc/hosts", *options).ok().stdout
