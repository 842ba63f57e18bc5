"""Completion offers what fits at the cursor: commands, options, values, names of containers; and bash uses it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pod.cli.completion import FILES, candidates, script
from pod.cli.context import Context
from tests.support.container_documents import write_container


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store where web runs and job does not."""
    write_container(tmp_path, "web", status="running", id="a" * 64)
    write_container(tmp_path, "job", status="exited", id="b" * 64)
    return tmp_path


def complete(root: Path, *words: str) -> list[str]:
    environ = {"POD_ROOT": str(root), "POD_RUNROOT": f"{root}/run", "HOME": str(root)}
    return candidates(Context(["pod"], environ), words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ru"], ["run"]),
        (["image", "l"], ["list", "load", "ls"]),
        (["ima"], ["image", "images"]),
        (["ps", "--no"], ["--no-trunc", "--noheading"]),
        (["--log-level", "d"], ["debug"]),
        (["--log-level=d"], ["--log-level=debug"]),
        (["run", "--pull", "n"], ["never", "newer"]),
        (["run", "--pull=al"], ["--pull=always"]),
        (["run", "-it", "--network", ""], ["host", "none", "pasta", "pod", "slirp4netns"]),
        (["network", "inspect", ""], ["pod"]),
        (["run", "--env-file", ""], [FILES]),
        (["run", "-v", ""], [FILES]),
        (["run", "-itv", ""], [FILES]),
        (["run", "busybox", ""], [FILES]),
        (["run", "busybox", "--r"], [FILES]),
        (["completion", ""], ["bash", "fish", "zsh"]),
        (["stop", ""], ["aaaaaaaaaaaa", "web"]),
        (["stop", "-t", "5", "w"], ["web"]),
        (["start", ""], ["bbbbbbbbbbbb", "job"]),
        (["rm", "web", ""], ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "job", "web"]),
        (["exec", "-it", ""], ["aaaaaaaaaaaa", "web"]),
        (["exec", "web", "l"], [FILES]),
        (["inspect", "j"], ["job"]),
        (["load", "-i", ""], [FILES]),
        (["nosuch", ""], []),
        (["ps", ""], []),
        (["ps", "--nosuch", ""], []),
    ],
)
def test_candidates(store: Path, words: list[str], expected: list[str]) -> None:
    assert complete(store, *words) == sorted(expected)


def test_the_store_that_the_command_line_names_is_asked(store: Path, tmp_path: Path) -> None:
    assert complete(tmp_path / "other", "--root", str(store), "stop", "w") == ["web"]


def test_help_is_among_the_options(store: Path) -> None:
    assert "--help" in complete(store, "ps", "--")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_valid(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    assert subprocess.run([shell, "-n"], input=script(shell), text=True).returncode == 0


def test_bash_completes_words_with_colons_and_equals_signs(store: Path, tmp_path: Path) -> None:
    pod = tmp_path / "pod"
    pod.write_text(f'#!/bin/sh\nexec {sys.executable} -m pod --root {store} --runroot {store}/run "$@"\n')
    pod.chmod(0o755)
    asked = ["run --pull=al", "stop w", "ps --no"]
    body = "".join(
        f"COMP_LINE='{pod} {line}'; COMP_POINT=${{#COMP_LINE}}; _pod_complete; echo \"${{COMPREPLY[*]}}\"\n"
        for line in asked
    )
    result = subprocess.run(["bash", "-c", script("bash") + body], capture_output=True, text=True)
    assert result.stdout.splitlines() == ["always", "web", "--no-trunc --noheading"], result.stderr
