"""Podman beside pod: the same command line on its own store, with the flags that it needs on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.commands import CommandLine


class NoPeer(Exception):
    """Podman is not here, or cannot run a container as this user; says why."""


def podman(folder: Path, image_archive: Path, env: Mapping[str, str]) -> CommandLine:
    """Return Podman with a store in `folder` that has the image busybox. Raises NoPeer with the reason.

    crun is tried first, as it is what Podman takes by default; Debian 12's refuses machines where controllers of
    cgroup v1 and v2 are mixed, and runc takes its place. There is no systemd to ask for cgroups in a test session.
    """
    if shutil.which("podman") is None:
        raise NoPeer("no podman on this machine: apt-get install podman")
    store = ["--root", str(folder / "s"), "--runroot", str(folder / "r"), "--storage-driver", "overlay"]
    flags = ["--cgroup-manager", "cgroupfs", "--events-backend", "file", "--log-level", "error"]
    peer = CommandLine(["podman", *store, *flags], env)
    loaded = peer("load", "-i", image_archive)
    if loaded.code != 0:
        raise NoPeer(f"podman cannot load an image here: {loaded.stderr.strip()}")
    return peer.with_options("--runtime", _working_runtime(peer))


def shut_down(peer: CommandLine) -> None:
    """Remove every container of the peer's store, and end the process that keeps its user namespace."""
    peer("rm", "-a", "-f", "-t", "0")
    end_pause_process(peer)


def end_pause_process(peer: CommandLine) -> None:
    """End the process that keeps the user namespace; the next command starts another."""
    for pid in pause_processes(peer):
        os.kill(pid, signal.SIGKILL)


def pause_processes(peer: CommandLine) -> list[int]:
    """Return the process that Podman leaves running to keep its user namespace, if there is one."""
    pid_file = Path(peer.env["XDG_RUNTIME_DIR"]) / "libpod" / "tmp" / "pause.pid"
    pids = [int(pid_file.read_text())] if pid_file.exists() else []
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def version(program: str) -> str:
    """Return what a program says of its version, e.g. "podman version 5.4.2"; empty when it is not installed."""
    if shutil.which(program) is None:
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    return said.splitlines()[0] if said else ""


def _working_runtime(peer: CommandLine) -> str:
    refusals = []
    for runtime in ("crun", "runc"):
        if shutil.which(runtime, path=peer.env["PATH"]) is None:
            continue
        tried = peer("--runtime", runtime, "run", "--rm", "--network", "none", "busybox", "true")
        if tried.code == 0:
            return runtime
        refusals.append(f"{runtime}: {tried.stderr.strip()}")
    raise NoPeer(f"podman cannot run a container here: {'; '.join(refusals) or 'no crun and no runc'}")
