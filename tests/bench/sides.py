"""The two sides of a comparison: a command line with a store of its own that has the images to be used."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.support import busybox, images, peers, stores
from tests.support.commands import CommandLine, clean_environment
from tests.support.containers import eventually
from tests.support.folders import CHECKOUT
from tests.support.networks import keepers


@dataclass(frozen=True)
class Side:
    """One engine, ready to run: how it is called, and what it says it is."""

    name: str
    command: CommandLine
    version: str
    rest: Callable[[], object]
    """Ends what the engine keeps running while there is no container."""


def prepare(folder: Path, cleanup: ExitStack, *, alone: bool = False) -> tuple[list[Side], list[str]]:
    """Return the sides that work on this machine, and a line for each that does not; `alone` is pod without a peer."""
    archive = images.write_docker_archive(folder / "busybox.tar", busybox.image())
    home = folder / "home"
    home.mkdir()
    env = {**clean_environment(), "HOME": str(home)}
    sides: list[Side] = []
    missing: list[str] = []
    for make in (_pod,) if alone else (_pod, _podman):
        try:
            sides.append(make(folder, archive, env, cleanup.callback))
        except peers.NoPeer as reason:
            missing.append(str(reason))
    return sides, missing


def _pod(folder: Path, archive: Path, env: dict[str, str], at_end: Callable[..., object]) -> Side:
    runroot = folder / "r"
    program = os.environ.get("POD_UNDER_TEST") or _install(folder)
    pod = CommandLine([program, "--root", str(folder / "s"), "--runroot", str(runroot)], env)
    loaded = pod("load", "-i", archive)
    if loaded.code != 0:
        raise peers.NoPeer(f"pod cannot load an image: {loaded.stderr.strip()}")
    at_end(stores.end_namespace, runroot)
    at_end(stores.remove_containers, pod)
    version = CommandLine([program], env)("--version").stdout.strip()
    about = f"{version}, Python {platform.python_version()}"

    def rest() -> None:
        eventually(lambda: not keepers(pod), "the end of the networks' keeper")
        stores.end_namespace(runroot)

    return Side("pod", pod, about, rest)


def _install(folder: Path) -> str:
    """Have this checkout as install.sh would leave it: compiled, with the modules of hot commands in one file."""
    code, packages = str(folder / "code"), sysconfig.get_path("purelib")
    shutil.copytree(CHECKOUT / "pod", f"{code}/pod", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-IS", "-m", "compileall", "-q", code], check=True)
    write = "import sys; sys.path[:0] = sys.argv[1:2]; sys.path += sys.argv[2:3]; from pod.hot_modules import write; "
    write += "write(sys.argv[3])"
    subprocess.run([sys.executable, "-IS", "-c", write, code, packages, f"{code}/hot-modules.bin"], check=True)
    program = str(folder / "pod")
    places = ["--python", sys.executable, "--code", code, "--packages", packages]
    subprocess.run([sys.executable, str(CHECKOUT / "packaging/launcher.py"), program, *places], check=True)
    return program


def _podman(folder: Path, archive: Path, env: dict[str, str], at_end: Callable[..., object]) -> Side:
    runtime_folder = folder / "pr"
    runtime_folder.mkdir(mode=0o700)
    podman = peers.podman(folder / "p", archive, {**env, "XDG_RUNTIME_DIR": str(runtime_folder)})
    at_end(peers.shut_down, podman)
    runtime = podman.prefix[-1]
    network = json.loads(podman("info", "--format", "json").stdout)["host"].get("rootlessNetworkCmd", "slirp4netns")
    about = f"{peers.version('podman')}, {peers.version(runtime)}, {network}"
    return Side("podman", podman, about, lambda: peers.end_pause_process(podman))
