"""Pushing 1 GB in 8 layers to an empty docker-registry: time and peak memory of pod, Podman and skopeo.

Once as the image was pulled, with and without half of it on the registry, and once with layers that have never been
compressed, as a build leaves them.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import big_image
from tests.bench.pulls import run_once, run_quietly
from tests.bench.report import Row
from tests.bench.sides import Side
from tests.bench.timing import Command, CommandFailed
from tests.support.registry import NoRegistry, Registry, docker_registry

PULLED, HALF, PLAIN = "push 1 GB", "push 1 GB, half there", "push 1 GB, uncompressed"
RUNS = 3
_PLAIN_NAME = "localhost/plain:1"


def measure(sides: Sequence[Side], wanted: Callable[[str], bool], runs: int, folder: Path) -> list[Row]:
    """Return rows with the times and the peak memory (the sum over all processes) of each push."""
    names = [name for name in (PULLED, HALF, PLAIN) if wanted(name)]
    if not names:
        return []
    try:
        for side in sides:
            _prepare(side, folder, plain=PLAIN in names)
        rows = [row for name in names for row in _compare(name, sides, runs or RUNS, folder)]
    except (NoRegistry, AssertionError, OSError, subprocess.CalledProcessError) as reason:
        return [Row(name, "ms", failures={side.name: str(reason) for side in sides}) for name in names]
    return rows


def _prepare(side: Side, folder: Path, *, plain: bool) -> None:
    """Bring the image into a side's store: pulled, and loaded with uncompressed layers."""
    insecure = ["--tls-verify=false"] if side.name == "podman" else []
    with docker_registry(folder / f"push-source-{side.name}") as registry:
        target = f"{registry.host}/big:{big_image.FULL}"
        run_quietly(["skopeo", "copy", "-q", "--dest-tls-verify=false", _source(big_image.FULL), f"docker://{target}"])
        side.command("pull", "-q", *insecure, target, timeout=300).ok()
        side.command("tag", target, "localhost/big:1").ok()
    shutil.rmtree(folder / f"push-source-{side.name}")
    if plain:
        archive = folder / "plain.tar"
        if not archive.exists():
            run_quietly(["skopeo", "copy", "-q", _source(big_image.FULL), f"docker-archive:{archive}:{_PLAIN_NAME}"])
        side.command("load", "-i", archive, timeout=300).ok()


def _source(tag: str) -> str:
    return f"oci:{big_image.layout()}:{tag}"


def _compare(name: str, sides: Sequence[Side], runs: int, folder: Path) -> list[Row]:
    times, peaks = Row(name, "ms"), Row(f"{name}, memory", "MB")
    for turn in range(runs + 1):
        for side in sides:
            if side.name in times.failures:
                continue
            with ExitStack() as cleanup:
                registry = _empty_registry(folder, cleanup, half=name == HALF)
                try:
                    took, peak = run_once(_command(side, registry.host, name))
                except CommandFailed as err:
                    times.failures[side.name] = str(err)
                    continue
            if turn:
                times.values.setdefault(side.name, []).append(took)
                peaks.values.setdefault(side.name, []).append(peak / 1e6)
    if name == PULLED:
        times.details["skopeo copy from a folder of the same compressed layers"] = [_skopeo(runs, folder)]
    return [times, peaks]


def _empty_registry(folder: Path, cleanup: ExitStack, *, half: bool) -> Registry:
    data = folder / "push-target"
    shutil.rmtree(data, ignore_errors=True)
    registry = cleanup.enter_context(docker_registry(data))
    if half:
        target = f"docker://{registry.host}/big:{big_image.HALF}"
        run_quietly(["skopeo", "copy", "-q", "--dest-tls-verify=false", _source(big_image.HALF), target])
    os.sync()  # what comes before is not to be paid for by the push
    return registry


def _command(side: Side, host: str, name: str) -> Command:
    """Return the push, with what an earlier one has left to remember taken away."""
    insecure = ["--tls-verify=false"] if side.name == "podman" else []
    image = _PLAIN_NAME if name == PLAIN else "localhost/big:1"
    if side.name == "pod":
        for path in Path(side.command.prefix[side.command.prefix.index("--root") + 1]).glob("layers/*/compressed.json"):
            path.unlink()
    shutil.rmtree(Path(side.command.env["HOME"]) / ".local/share/containers/cache", ignore_errors=True)
    return Command(side.command.argv("push", "-q", *insecure, image, f"{host}/big:{big_image.FULL}"), side.command.env)


def _skopeo(runs: int, folder: Path) -> str:
    times = []
    for _ in range(runs):
        with ExitStack() as cleanup:
            registry = _empty_registry(folder, cleanup, half=False)
            start = time.perf_counter()
            target = f"docker://{registry.host}/big:{big_image.FULL}"
            run_quietly(["skopeo", "copy", "-q", "--dest-tls-verify=false", _source(big_image.FULL), target])
            times.append((time.perf_counter() - start) * 1000)
    return f"{statistics.median(times):.1f} ms ({min(times):.1f})"
