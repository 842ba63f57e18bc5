"""How much goes through a network: iperf3 into a published port, and between two containers, in Gbit/s.

The image is iperf3 of this machine with the libraries that it needs and busybox: no mirror is asked.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import memory
from tests.bench.report import Row
from tests.bench.sides import Side
from tests.support import busybox, images, servers

SECONDS = 2
ROUNDS = 5
_IMAGE = "docker.io/library/iperf3:latest"
_PATIENCE = 20.0
_OUT, _FOUR = ["-R"], ["-P", "4"]
_DATAGRAMS = ["-u", "-b", "300M", "-l", "1400"]


@dataclass(frozen=True)
class Throughput:
    """One way that data goes: `network` is that of the server, `client` are options of iperf3's.

    `inside` has the client in a container of the same network; else it comes through a published port.
    """

    name: str
    network: str
    client: Sequence[str] = ()
    inside: bool = False

    @property
    def published(self) -> Sequence[str]:
        return [] if self.inside else ["tcp", "udp"] if "-u" in self.client else ["tcp"]


_OWN = "bench-net"
_ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
_SERVER = "while :; do iperf3 -s -1; done"  # a server may end when a client comes and goes at once
CASES = [
    Throughput("throughput, network slirp4netns, in", "slirp4netns"),
    Throughput("throughput, network slirp4netns, out", "slirp4netns", _OUT),
    Throughput("throughput, network pasta, in", "pasta"),
    Throughput("throughput, network pasta, out", "pasta", _OUT),
    Throughput("throughput, own network, in", _OWN),
    Throughput("throughput, own network, out", _OWN, _OUT),
    Throughput("throughput, own network, in, 4 streams", _OWN, _FOUR),
    Throughput("throughput, own network, out, 4 streams", _OWN, [*_FOUR, *_OUT]),
    Throughput("throughput, own network, 300 Mb/s of datagrams", _OWN, _DATAGRAMS),
    Throughput("throughput, own network, between containers", _OWN, inside=True),
]


def image(folder: Path) -> Path:
    """Return a docker-archive with iperf3 in it. Raises FileNotFoundError where this machine has none."""
    program = shutil.which("iperf3")
    if program is None:
        raise FileNotFoundError("no iperf3 on this machine: apt-get install iperf3")
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    found = [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]
    found += map(str, Path("/usr/lib").glob("*/libgcc_s.so.1"))  # the C library loads it when a thread is cancelled
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in dict.fromkeys([program, *found]):
            tar.add(Path(name).resolve(), name)
        made = tarfile.TarInfo("tmp")
        made.type, made.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(made)
    layers = [*busybox.image().layers, buffer.getvalue()]
    path = folder / "iperf3.tar"
    return images.write_docker_archive(path, images.Image(layers, {"Cmd": ["sh"]}, [_IMAGE]))


def measure(case: Throughput, sides: Sequence[Side], folder: Path, rounds: int = 0) -> list[Row]:
    """Return what goes through in Gbit/s, and what one gigabyte costs in seconds of the processors; sides take turns.

    On a busy machine the second says more: it does not depend on who else wants the processors.
    """
    flow, cost = Row(case.name, "Gb/s", best=max), Row(f"{case.name}: cost", "s/GB")
    with ExitStack() as cleanup:
        clients: dict[str, Sequence[str]] = {}
        for side in sides:
            try:
                clients[side.name] = _serve(case, side, image(folder), cleanup)
            except (AssertionError, OSError) as err:
                flow.failures[side.name] = str(err)
        for _ in range(rounds or ROUNDS):
            for side in sides:
                if side.name not in clients or side.name in flow.failures:
                    continue
                try:
                    words = [*clients[side.name], *case.client, "-J", "-t", str(SECONDS)]
                    done = _run(words, side, inside=case.inside)
                except AssertionError as err:
                    flow.failures[side.name] = str(err)
                    continue
                flow.values.setdefault(side.name, []).append(done.gigabits)
                cost.values.setdefault(side.name, []).append(done.cost)
    return [flow, cost]


def _serve(case: Throughput, side: Side, archive: Path, cleanup: ExitStack) -> Sequence[str]:
    """Run the server; return the command of its client."""
    side.command("load", "-i", archive).ok()
    if case.network == _OWN:
        side.command("network", "create", _OWN)
        cleanup.callback(side.command, "network", "rm", "-f", _OWN)
    cleanup.callback(side.command, "rm", "-f", "-t", "0", "bench-server")
    port = servers.free_port()
    published = [f"--publish={port}:5201/{protocol}" for protocol in case.published]
    words = [
        "run",
        "-d",
        "--name",
        "bench-server",
        "--network",
        case.network,
        *published,
        "iperf3",
        "sh",
        "-c",
        _SERVER,
    ]
    side.command(*words).ok()
    if case.inside:
        client = ["iperf3", "iperf3", "-c", side.command("inspect", "-f", _ADDRESS, "bench-server").ok().stdout.strip()]
        return side.command.argv("run", "--rm", "--network", case.network, *client)
    return ["iperf3", "-c", "127.0.0.1", "-p", str(port)]


@dataclass(frozen=True)
class _Done:
    gigabits: float  # per second, of what came through
    cost: float


def _run(argv: Sequence[str], side: Side, *, inside: bool) -> _Done:
    deadline = time.monotonic() + _PATIENCE
    while True:
        before = _processor_seconds()
        done = subprocess.run(argv, env=dict(side.command.env), capture_output=True, text=True)
        spent = sum(used - before.get(pid, 0) for pid, used in _processor_seconds().items())
        document: dict[str, Any] = json.loads(done.stdout) if done.stdout[:1] == "{" else {"error": done.stderr}
        if "error" not in document:
            end = document["end"]
            received = end.get("sum_received") or end["sum"]
            lost = float(received.get("lost_percent", 0)) / 100
            size, seconds = float(received["bytes"]) * (1 - lost) / 1e9, float(received["seconds"])
            if inside:  # its client is a child of nobody here
                told = end["cpu_utilization_percent"]
                spent = (told["host_total"] + told["remote_total"]) / 100 * seconds
            return _Done(size * 8 / seconds, spent / size)
        assert time.monotonic() < deadline, f"{' '.join(argv)}: {document['error']}"
        time.sleep(0.1)


def _processor_seconds() -> dict[int, float]:
    """Return what this user's processes have used of the processors, by themselves and by the children they buried."""
    found = {}
    for pid in memory.processes():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # proc_pid_stat(5): utime to cstime
    return found
