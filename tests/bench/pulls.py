"""Pulling 1 GB in 8 layers from Debian's docker-registry: time and peak memory of pod, Podman and skopeo."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import big_image, memory
from tests.bench.report import Row
from tests.bench.sides import Side
from tests.bench.timing import Command, CommandFailed
from tests.support.registry import NoRegistry, docker_registry

COLD, HALF = "pull 1 GB, cold", "pull 1 GB, half there"
RUNS = 3
_SAMPLING = 0.05  # seconds between two looks at the memory


def measure(sides: Sequence[Side], wanted: Callable[[str], bool], runs: int, folder: Path) -> list[Row]:
    """Return rows with the times and the peak memory (the sum over all processes) of each pull."""
    names = [name for name in (COLD, HALF) if wanted(name)]
    rows = []
    with ExitStack() as cleanup:
        if names:
            try:
                registry = cleanup.enter_context(docker_registry(folder / "bench-registry"))
                for tag in (big_image.FULL, big_image.HALF):
                    source, target = f"oci:{big_image.layout()}:{tag}", f"docker://{registry.host}/big:{tag}"
                    run_quietly(["skopeo", "copy", "-q", "--dest-tls-verify=false", source, target])
            except (NoRegistry, OSError, subprocess.CalledProcessError) as reason:
                return [Row(name, "ms", failures={side.name: str(reason) for side in sides}) for name in names]
            for name in names:
                rows += _compare(name, sides, registry.host, runs or RUNS, folder)
    return rows


def _compare(name: str, sides: Sequence[Side], host: str, runs: int, folder: Path) -> list[Row]:
    times, peaks = Row(name, "ms"), Row(f"{name}, memory", "MB")
    for turn in range(runs + 1):
        for side in sides:
            if side.name in times.failures:
                continue
            try:
                took, peak = run_once(_command(side, host, half=name == HALF))
            except (CommandFailed, AssertionError) as err:
                times.failures[side.name] = str(err)
                continue
            if turn:
                times.values.setdefault(side.name, []).append(took)
                peaks.values.setdefault(side.name, []).append(peak / 1e6)
    for side in sides:
        side.command("rmi", "-f", f"{host}/big:{big_image.FULL}", f"{host}/big:{big_image.HALF}")
    if name == COLD:
        times.details["skopeo copy to a folder, which unpacks nothing"] = [_skopeo(host, runs, folder)]
    return [times, peaks]


def _command(side: Side, host: str, *, half: bool) -> Command:
    """Return the pull, with the store put into its state for it now."""
    insecure = ["--tls-verify=false"] if side.name == "podman" else []
    side.command("rmi", "-f", f"{host}/big:{big_image.FULL}")
    if half:
        side.command("pull", "-q", *insecure, f"{host}/big:{big_image.HALF}", timeout=300).ok()
    os.sync()  # what comes before is not to be paid for by the pull
    return Command(side.command.argv("pull", "-q", *insecure, f"{host}/big:{big_image.FULL}"), side.command.env)


def run_once(command: Command) -> tuple[float, float]:
    """Run a command; return its wall time in milliseconds and the peak of the memory of all its processes."""
    before = memory.processes()
    start = time.perf_counter()
    process = subprocess.Popen(
        command.argv, env=command.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_size, memory.new_since(before))))
        time.sleep(_SAMPLING)
    took = (time.perf_counter() - start) * 1000
    if process.returncode:
        raise CommandFailed(f"{' '.join(command.argv)}: exit code {process.returncode}")
    return took, peak


def _size(pid: int) -> int:
    try:
        return memory.proportional_set_size(pid)
    except OSError:  # it has ended meanwhile
        return 0


def _skopeo(host: str, runs: int, folder: Path) -> str:
    target = folder / "bench-skopeo"
    times = []
    for _ in range(runs):
        shutil.rmtree(target, ignore_errors=True)
        os.sync()
        start = time.perf_counter()
        source = f"docker://{host}/big:{big_image.FULL}"
        run_quietly(["skopeo", "copy", "-q", "--src-tls-verify=false", source, f"dir:{target}"])
        times.append((time.perf_counter() - start) * 1000)
    shutil.rmtree(target, ignore_errors=True)
    return f"{statistics.median(times):.1f} ms ({min(times):.1f})"


def run_quietly(argv: list[str]) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
