"""Containers on networks, what they can reach, and what is left of it all."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.commands import CommandLine

if TYPE_CHECKING:
    import dns.message

ASK_UDP = """perl -MIO::Socket::INET -e '
$s = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => 53, Proto => "udp"); $s->send(pack("H*", $ARGV[1]));
eval { local $SIG{ALRM} = sub { die }; alarm 8; $s->recv($d, 65535); print unpack("H*", $d) }' "$0" "$1" """
ASK_TCP = """perl -MIO::Socket::INET -e '
$s = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => 53); $q = pack("H*", $ARGV[1]);
print $s pack("n", length $q), $q; read $s, $n, 2; read $s, $d, unpack("n", $n); print unpack("H*", $d)' "$0" "$1" """


@contextmanager
def network(pod: CommandLine, name: str, *options: str) -> Iterator[str]:
    """Make a network; it goes in the end, with the containers on it."""
    pod("network", "create", *options, name).ok()
    try:
        yield name
    finally:
        pod("network", "rm", "-f", "-t", "0", name).ok()


def idle(pod: CommandLine, image: str, name: str, *options: str) -> str:
    """Start a container that does nothing, to be asked by `exec`."""
    return pod("run", "-d", "--name", name, *options, image, "sleep", "1000").ok().stdout.strip()


def resolves(pod: CommandLine, container: str, name: str) -> set[str]:
    """Return the addresses that the C library of a Debian container finds for a name."""
    found = pod("exec", container, "getent", "ahosts", name)
    return {line.split()[0] for line in found.lines}


def ask(
    pod: CommandLine, container: str, server: str, query: dns.message.QueryMessage, *, tcp: bool = False
) -> dns.message.Message:
    """Send a query to a name server from within a Debian container and return the answer."""
    script = ASK_TCP if tcp else ASK_UDP
    answer = pod("exec", container, "sh", "-c", script, server, query.to_wire().hex()).ok().stdout
    import dns.message  # the benchmark, which has this module too, does without

    return dns.message.from_wire(bytes.fromhex(answer), ignore_trailing=True)


def addresses_in(answer: dns.message.Message, kind: str = "A") -> list[str]:
    """Return the addresses of an answer in their order."""
    import dns.rdatatype

    wanted = dns.rdatatype.from_text(kind)
    return [item.to_text() for rrset in answer.answer if rrset.rdtype == wanted for item in rrset]


def gateway(pod: CommandLine, name: str, index: int = 0) -> str:
    """Return the address of a network's gateway."""
    return pod("network", "inspect", "-f", f"{{{{(index .Subnets {index}).Gateway}}}}", name).ok().stdout.strip()


def keepers(pod: CommandLine) -> list[int]:
    """Return the processes that keep the networks of a store: one, or none."""
    runroot = pod.prefix[pod.prefix.index("--runroot") + 1]
    return [pid for pid in _titled("pod: networks") if _has_open(pid, f"{runroot}/network/keeper.log")]


def uplink_of(keeper: int) -> int:
    """Return the slirp4netns that is a keeper's child; 0 while there is none."""
    children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    return next((int(pid) for pid in children if "slirp4netns" in Path(f"/proc/{pid}/comm").read_text()), 0)


def shared_namespace(pod: CommandLine, keeper: int) -> list[str]:
    """Return the words that run a command in the network namespace of the bridges."""
    folder = Path(f"/proc/{keeper}/fd")
    [fd, *_] = sorted((fd for fd in folder.iterdir() if _leads_to(fd).startswith("net:")), key=lambda fd: int(fd.name))
    return pod.argv("unshare", "nsenter", f"--net={fd}")


def _leads_to(fd: Path) -> str:
    try:
        return os.readlink(fd)
    except FileNotFoundError:
        return ""  # closed since it was listed


def interfaces_and_rules(pod: CommandLine) -> tuple[set[str], int]:
    """Return the interfaces in the namespace of the bridges, and how many rules of nftables there are."""
    [keeper] = keepers(pod)
    inside = shared_namespace(pod, keeper)
    links = subprocess.run([*inside, "ip", "-o", "link"], capture_output=True, text=True, env=dict(pod.env), check=True)
    rules = subprocess.run([*inside, "nft", "-a", "list", "ruleset"], capture_output=True, text=True, env=dict(pod.env))
    names = {line.split(":")[1].strip().split("@")[0] for line in links.stdout.splitlines()}
    return names, rules.stdout.count("handle")


def _titled(title: str) -> list[int]:
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if command.startswith(title.encode()):
            found.append(int(pid))
    return found


def _has_open(pid: int, path: str) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/fd/2") == path
    except OSError:
        return False
