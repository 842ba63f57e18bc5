"""Dockerfiles as people write them, built by pod and by Podman: the same files, the same configuration."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import contexts, trees
from tests.support.commands import CommandLine
from tests.support.containers import run
from tests.system.build.cases import CASES, Case
from tests.system.build.heavy_cases import HEAVY, VOLATILE

_KEYS = (
    "User", "ExposedPorts", "Env", "Cmd", "Entrypoint", "WorkingDir", "Labels", "StopSignal", "Volumes", "OnBuild",
    "Shell", "Healthcheck",
)  # fmt: skip
_ADDED = ("io.buildah.version",)  # labels that only Podman adds


@pytest.fixture(scope="module")
def prepared(podman: CommandLine, debian_archive: Path, debian: str, pod: CommandLine) -> Callable[[str], None]:
    """Give Podman the base of a Dockerfile when it is first needed."""
    loaded: set[str] = set()

    def load(base: str) -> None:
        if base == debian and base not in loaded:
            podman("load", "-i", debian_archive, timeout=300).ok()
            loaded.add(base)

    del pod
    return load


def context_of(case: Case, folder: Path) -> Path:
    contexts.write(folder, {"Dockerfile": case.dockerfile, **case.files})
    if "ADD a.tar" in case.dockerfile:
        inner = contexts.write(folder / "inner", {"d/f": "packed\n"})
        subprocess.run(["tar", "--owner=7", "--group=8", "-C", inner, "-cf", folder / "a.tar", "d"], check=True)
        subprocess.run(["tar", "--owner=0", "--group=0", "-C", inner, "-czf", folder / "b.tar.gz", "d"], check=True)
    return folder


def config_of(engine: CommandLine, image: str) -> dict[str, Any]:
    config = json.loads(engine("image", "inspect", image).ok().stdout)[0]
    found = {key: value for key in _KEYS if (value := config["Config"].get(key))}
    found["Healthcheck"] = config["Config"].get("Healthcheck") or config.get("HealthCheck")
    found["Env"] = sorted(found.get("Env", ()))  # a variable that is given anew keeps its place, or comes last
    found["Author"] = config.get("Author", "")
    labels = {key: value for key, value in found.get("Labels", {}).items() if key not in _ADDED}
    return {**found, "Labels": labels}


def _is_volatile(path: str) -> bool:
    return "__pycache__" in path or any(f"{path}/".startswith(f"{top}/") for top in VOLATILE)


@pytest.mark.parametrize("name", [*CASES, *HEAVY])
def test_same_files_and_configuration(
    name: str,
    pod: CommandLine,
    podman: CommandLine,
    prepared: Callable[[str], None],
    scratch: Path,
    tmp_path: Path,
) -> None:
    case = CASES.get(name) or HEAVY[name]
    if case.network and not os.environ.get("POD_TEST_HEAVY"):
        pytest.skip("it installs packages over the network: POD_TEST_HEAVY=1 runs it")
    prepared("debian:bookworm" if "debian:bookworm" in case.dockerfile else "busybox")
    folder = context_of(case, tmp_path / "context")
    given = (option.format(context=folder) for option in case.options)
    options = (*given, *(() if case.network else ("--network=none",)))
    patience = 1800 if case.network else 300
    pod("build", "-t", "beside", *options, folder, timeout=patience).ok()
    assert run(pod, "beside").ok().lines[0].startswith(case.prints)
    if case.for_podman:
        contexts.write(folder, {"Dockerfile": case.for_podman})
    podman = podman.with_env(TMPDIR=str(scratch))  # its cache mounts are below, and else all users' at one place
    podman("build", "-t", "beside", *options, folder, timeout=patience).ok()
    ours, theirs = config_of(pod, "beside"), config_of(podman, "beside")
    assert {k: v for k, v in ours.items() if k not in case.unlike} == {
        k: v for k, v in theirs.items() if k not in case.unlike
    }
    tree = trees.of_image(pod, "beside", tmp_path)
    other = trees.of_image(podman, "beside", tmp_path)
    differing = {
        path: (tree.get(path), other.get(path))
        for path in {*tree, *other}
        if tree.get(path) != other.get(path) and path not in case.unlike and not (case.network and _is_volatile(path))
    }
    assert not differing, "\n".join(f"{path}: {pair[0]} | {pair[1]}" for path, pair in sorted(differing.items())[:12])
