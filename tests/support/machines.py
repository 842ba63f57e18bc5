"""Network namespaces that stand for machines on one wire, made without root; each `pod` in them has its own store.

A machine has a loopback, the wire with an address of IPv4 and IPv6, a default route to its neighbour, and a
/etc/resolv.conf of its own. In their user namespace a person is alone: containers there have one id.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import stores
from tests.support.aftermath import Store
from tests.support.commands import CommandLine, Result
from tests.support.containers import eventually
from tests.support.networks import keepers

IPV4, IPV6 = "192.0.2.{}", "2001:db8::{}"
_SET_UP = """
set -e
unshare --net --mount sleep 1000 & other=$!
while [ "$(readlink /proc/$other/ns/mnt)" = "$(readlink /proc/self/ns/mnt)" ]; do sleep 0.01; done
for number in 1 2; do : >"$0/resolv$number.conf"; done
ip link add wire type veth peer name wire netns $other
cat >"$0/configure" <<'END'
mount --bind "$1/resolv$2.conf" /etc/resolv.conf
echo 53 >/proc/sys/net/ipv4/ip_unprivileged_port_start
ip link set lo up
ip address add 192.0.2.$2/24 dev wire
ip address add 2001:db8::$2/64 dev wire nodad
ip link set wire up
ip route add default via 192.0.2.$3
ip -6 route add default via 2001:db8::$3
END
sh -e "$0/configure" "$0" 1 2
nsenter --net=/proc/$other/ns/net --mount=/proc/$other/ns/mnt sh -e "$0/configure" "$0" 2 1
echo $other
while read -r line; do sh -c "$line"; echo done; done
"""


class NoMachines(Exception):
    """Network namespaces cannot be made by this user here."""


@dataclass(frozen=True)
class Machine:
    """One of them: number 1 or 2, the words that run a command in it, and its resolv.conf as seen from outside."""

    number: int
    prefix: Sequence[str]
    resolv_conf: Path
    env: dict[str, str]
    shell: subprocess.Popen[str]

    @property
    def ipv4(self) -> str:
        return IPV4.format(self.number)

    @property
    def ipv6(self) -> str:
        return IPV6.format(self.number)

    @contextmanager
    def with_pod(self, pod: CommandLine) -> Iterator[CommandLine]:
        """Give the program as a person on this machine calls it; nothing of it is left in the end."""
        ours = CommandLine([*self.prefix, *pod.prefix], pod.env)
        yield ours
        ours("rm", "-af", "-t", "0").ok()
        eventually(lambda: keepers(ours) == [], "the end of the keeper")
        stores.end_namespace(Store.of(ours).runroot)

    def __call__(self, *words: str, input: str | None = None) -> Result:
        return CommandLine(self.prefix, self.env)(*words, input=input)

    def privileged(self, line: str) -> None:
        """Run a line of shell as who may change the machine's network; for the first machine."""
        assert self.shell.stdin and self.shell.stdout
        print(line, file=self.shell.stdin, flush=True)
        assert self.shell.stdout.readline() == "done\n"

    def python(self, script: str, *words: str) -> str:
        """Run a Python program with this checkout's modules on the machine and return what it prints."""
        return self(sys.executable, "-c", script, *words).ok().stdout

    @contextmanager
    def serving(self, module: str, *words: str) -> Iterator[None]:
        """Run a server of ours, `python -m MODULE WORDS`, from the moment that it says `ready`."""
        argv = [*self.prefix, sys.executable, "-m", module, *words]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=self.env) as server:
            assert server.stdout and server.stdout.readline() == "ready\n"
            try:
                yield
            finally:
                server.kill()


@contextmanager
def two_machines(folder: Path, env: dict[str, str]) -> Iterator[tuple[Machine, Machine]]:
    """Make two machines on one wire. Raises NoMachines."""
    folder.mkdir(exist_ok=True)
    words = ["unshare", "--map-current-user", "--keep-caps", "--net", "--mount", "sh", "-c", _SET_UP, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as first:
        assert first.stdout
        second = first.stdout.readline().strip()
        if not second:
            raise NoMachines("no network namespaces can be made in a user namespace of this user's")
        try:
            yield (_machine(1, str(first.pid), folder, env, first), _machine(2, second, folder, env, first))
        finally:
            os.killpg(first.pid, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{second}").exists(), "the end of the second machine")


def _machine(number: int, pid: str, folder: Path, env: dict[str, str], shell: subprocess.Popen[str]) -> Machine:
    entering = [
        "nsenter",
        "--target",
        pid,
        "--user",
        "--net",
        "--mount",
        "--preserve-credentials",
        f"--wdns={os.getcwd()}",
    ]
    return Machine(number, entering, folder / f"resolv{number}.conf", env, shell)
