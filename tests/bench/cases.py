"""What is compared: each case says, for a side, what is run and what has to be there first."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import build_cases, density, files, output
from tests.bench.sides import Side
from tests.bench.timing import Command
from tests.support import debian, servers


@dataclass(frozen=True)
class Case:
    """A command to time. `make` prepares a side and returns its command; what it puts on the stack undoes that."""

    name: str
    make: Callable[[Side, ExitStack], Command]
    runs: int = 20


def _plain(*args: str) -> Callable[[Side, ExitStack], Command]:
    return lambda side, _cleanup: Command(side.command.argv(*args), side.command.env)


def _version(side: Side, _cleanup: ExitStack) -> Command:
    return Command([side.command.prefix[0], "--version"], side.command.env)


def _exec(side: Side, cleanup: ExitStack) -> Command:
    cleanup.callback(side.command, "rm", "-f", "bench-exec")
    _make(side, "bench-exec", "run", "-d")
    return Command(side.command.argv("exec", "bench-exec", "true"), side.command.env)


def _make(side: Side, name: str, *verb: str) -> None:
    side.command(*verb, "--name", name, "--network", "none", "busybox", "sleep", "1000").ok()


def _on_network(side: Side, cleanup: ExitStack) -> Command:
    cleanup.callback(side.command, "network", "rm", "-f", "bench-net")
    side.command("network", "create", "bench-net").ok()
    return Command(side.command.argv("run", "--rm", "--network", "bench-net", "busybox", "true"), side.command.env)


_OWN = "bench-port"
_SERVE = "while true; do echo served | nc -l -p 80; done"
_FIRST_BYTE = 'port=$1; shift; "$@" >/dev/null && until read -r _ </dev/tcp/127.0.0.1/"$port"; do :; done 2>/dev/null'


def _first_byte(network: str) -> Callable[[Side, ExitStack], Command]:
    """From `run -d -p` to the first line that a client gets."""

    def make(side: Side, cleanup: ExitStack) -> Command:
        def forget() -> None:
            side.command("rm", "-f", "-t", "0", "bench-port")

        if network == _OWN:
            cleanup.callback(side.command, "network", "rm", "-f", network)
            side.command("network", "create", network)
        cleanup.callback(forget)
        port = str(servers.free_port())
        words = ("run", "-d", "--name", "bench-port", "--network", network, "-p", f"{port}:80")
        run = side.command.argv(*words, "busybox", "sh", "-c", _SERVE)
        return Command(["bash", "-c", _FIRST_BYTE, "bash", port, *run], side.command.env, before=forget)

    return make


def _load_debian(side: Side, cleanup: ExitStack) -> Command:
    archive: Path = debian.image_archive()
    load = side.command.argv("load", "-i", archive)

    def forget() -> None:
        side.command("rmi", "-f", "debian:bookworm")
        os.sync()  # what the other side has left to be written is not to be paid for by this one

    cleanup.callback(forget)
    return Command(load, side.command.env, before=forget)


CASES = [
    Case("--version", _version),
    Case("run, network none", _plain("run", "--rm", "--network", "none", "busybox", "true")),
    Case("run, default network", _plain("run", "--rm", "busybox", "true")),
    Case("run, user-defined network", _on_network),
    Case("run, network slirp4netns", _plain("run", "--rm", "--network", "slirp4netns", "busybox", "true")),
    Case("run, network pasta", _plain("run", "--rm", "--network", "pasta", "busybox", "true")),
    Case("first byte, network slirp4netns", _first_byte("slirp4netns"), runs=10),
    Case("first byte, network pasta", _first_byte("pasta"), runs=10),
    Case("first byte, user-defined network", _first_byte(_OWN), runs=10),
    Case("exec", _exec),
    Case("50 × run -d, one after another", density.start(50, at_once=False), runs=3),
    Case("50 × run -d, at once", density.start(50, at_once=True), runs=3),
    Case("rm -f, 50 running containers", density.remove_running(50), runs=3),
    Case("ps -a, 1 container", density.with_containers(1, "ps", "-a")),
    Case("inspect, 100 containers", density.inspect(100), runs=10),
    Case("completion of a name, 100 containers", density.complete(100)),
    Case("ps -a, 1,000 containers", density.with_containers(1000, "ps", "-a", last=True), runs=10),
    Case("images, 500 images", density.list_images(500), runs=10),
    Case("run, 1 GB to stdout", output.run, runs=2),
    Case("logs, 1 GB", output.logs, runs=2),
    Case("load, Debian of 170 MB", _load_debian, runs=3),
    Case("cp in, 1 GB", files.copy_in(files.large), runs=1),
    Case("cp out, 1 GB", files.copy_out(files.large), runs=1),
    Case("cp in, 20,000 files", files.copy_in(files.many), runs=1),
    Case("cp out, 20,000 files", files.copy_out(files.many), runs=1),
    Case("diff, 20,000 files", files.on_filled("diff", "{}"), runs=1),
    Case("export, 20,000 files", files.on_filled("export", "-o", "{out}", "{}"), runs=1),
    Case("commit, 20,000 files", files.on_filled("commit", "-q", "{}", "bench-committed"), runs=1),
    Case("build, everything cached", build_cases.cached, runs=10),
    Case("build, 1 of 20,000 files changed", build_cases.one_changed, runs=3),
    Case("build, three stages of a second", build_cases.three_stages, runs=3),
    Case("build, COPY of 1 GB", build_cases.gigabyte, runs=3),
    Case("commit, 500 MB changed", build_cases.commit, runs=3),
]

IDLE_CONTAINERS = {
    "memory, network none": ["--network", "none"],
    "memory, default network": [],
    "memory, slirp4netns with a port": ["--network", "slirp4netns", "-p", "80"],
    "memory, user-defined network with a port": ["--network", "bench-idle", "-p", "80"],
}
"""Containers that sleep in the background, by the name of the case: the options that they are run with."""
