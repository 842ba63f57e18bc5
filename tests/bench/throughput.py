"""How much goes through a network: iperf3 into a published port, and between two containers, in Gbit/s.

The image is iperf3 of this machine with the libraries that it needs and busybox: no mirror is asked.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.sides import Side
from tests.support import busybox, images, servers

SECONDS = 3
_ROUNDS = 3
_IMAGE = "docker.io/library/iperf3:latest"
_PATIENCE = 20.0


@dataclass(frozen=True)
class Throughput:
    """One way that data goes: `options` are those of the server's container, `inside` has the client in a container."""

    name: str
    options: Sequence[str]
    inside: bool = False
    network: str = ""


CASES = [
    Throughput("throughput, published, slirp4netns", ["--network", "slirp4netns"]),
    Throughput("throughput, published, pasta", ["--network", "pasta"]),
    Throughput("throughput, published, user-defined network", ["--network", "bench-net"], network="bench-net"),
    Throughput("throughput, container to container", ["--network", "bench-net"], inside=True, network="bench-net"),
]


def image(folder: Path) -> Path:
    """Return a docker-archive with iperf3 in it. Raises FileNotFoundError where this machine has none."""
    program = shutil.which("iperf3")
    if program is None:
        raise FileNotFoundError("no iperf3 on this machine: apt-get install iperf3")
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    found = [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]
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


def measure(case: Throughput, side: Side, archive: Path) -> Iterator[float]:
    """Yield the Gbit/s of several rounds."""
    side.command("load", "-i", archive).ok()
    with _server(case, side) as client:
        for _ in range(_ROUNDS):
            yield client()


@contextmanager
def _server(case: Throughput, side: Side) -> Iterator[Callable[[], float]]:
    """Run the server; give a function that measures once."""
    port = servers.free_port()
    if case.network:
        side.command("network", "create", case.network)
    published = [] if case.inside else ["-p", f"{port}:5201"]
    words = ["run", "-d", "--name", "bench-server", *case.options, *published, "iperf3", "iperf3", "-s"]
    try:
        side.command(*words).ok()
        if case.inside:
            client = side.command.argv("run", "--rm", *case.options, "iperf3", "iperf3", "-c", "bench-server")
        else:
            client = ["iperf3", "-c", "127.0.0.1", "-p", str(port)]
        yield lambda: _run([*client, "-J", "-t", str(SECONDS)], side)
    finally:
        side.command("rm", "-f", "bench-server")
        if case.network:
            side.command("network", "rm", "-f", case.network)


def _run(argv: Sequence[str], side: Side) -> float:
    deadline = time.monotonic() + _PATIENCE
    while True:
        done = subprocess.run(argv, env=dict(side.command.env), capture_output=True, text=True)
        document: dict[str, Any] = json.loads(done.stdout) if done.stdout[:1] == "{" else {"error": done.stderr}
        if "error" not in document:
            return float(document["end"]["sum_received"]["bits_per_second"]) / 1e9
        assert time.monotonic() < deadline, f"{' '.join(argv)}: {document['error']}"
        time.sleep(0.1)
