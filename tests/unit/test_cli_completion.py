"""Completion offers what fits at the cursor: commands, options, values, names of containers; and bash uses it."""

from __future__ import annotations

import json
import os
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
    """A store where web runs and job does not, with a volume, a secret and a pod."""
    (tmp_path / "volumes" / "data").mkdir(parents=True)
    secret = {"version": 1, "id": "c" * 25, "name": "word", "created": "", "updated": ""}
    (tmp_path / "secrets" / "c").mkdir(parents=True)
    (tmp_path / "secrets" / "c" / "record.json").write_text(json.dumps(secret))
    pod: dict[str, object] = {"version": 1, "id": "d" * 64, "name": "site", "created": ""}
    (tmp_path / "pods" / ("d" * 64)).mkdir(parents=True)
    (tmp_path / "pods" / ("d" * 64) / "record.json").write_text(json.dumps(pod))
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
        (["run", "-it", "--network", "p"], ["pasta", "pod"]),
        (["network", "inspect", ""], ["pod"]),
        (["run", "--env-file", ""], [FILES]),
        (["run", "-v", ""], [FILES, "data:"]),
        (["run", "-itv", "da"], [FILES, "data:"]),
        (["build", "-v", ""], [FILES]),
        (["volume", "rm", ""], ["data"]),
        (["volume", "inspect", "d"], ["data"]),
        (["run", "--secret", ""], ["word"]),
        (["secret", "rm", "w"], ["word"]),
        (["network", "connect", "pod", "w"], ["web"]),
        (["run", "--pid", ""], ["container:aaaaaaaaaaaa", "container:web", "host", "private"]),
        (["run", "--network", "container:w"], ["container:web"]),
        (["run", "--volumes-from", "j"], ["job"]),
        (["cp", "w"], [FILES, "web:"]),
        (["cp", ""], [FILES, "aaaaaaaaaaaa:", "bbbbbbbbbbbb:", "job:", "web:"]),
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
        (["ps", "--filter", "sta"], ["status="]),
        (["events", "--filter", "ty"], ["type="]),
        (["volume", "ls", "--filter=dan"], ["--filter=dangling="]),
        (["pod", "stop", ""], ["site"]),
        (["run", "--pod", "s"], ["site"]),
        (["pod", "ps", "--filter", "ctr-n"], ["ctr-names=", "ctr-number="]),
        (["secret", "ls", "--filter", ""], ["id=", "label=", "name="]),
        (["inspect", "--format", ""], ["json"]),
        (["build", "--format", "o"], ["oci"]),
        (["nosuch", ""], []),
        (["ps", ""], []),
        (["ps", "--nosuch", ""], []),
    ],
)
def test_candidates(store: Path, words: list[str], expected: list[str]) -> None:
    assert complete(store, *words) == expected


def test_the_store_that_the_command_line_names_is_asked(store: Path, tmp_path: Path) -> None:
    assert complete(tmp_path / "other", "--root", str(store), "stop", "w") == ["web"]


def test_help_is_among_the_options(store: Path) -> None:
    assert "--help" in complete(store, "ps", "--")


def test_the_word_for_files_comes_first_even_before_names_of_digits(store: Path) -> None:
    write_container(store, "1st", id="0" * 64)
    assert complete(store, "cp", "")[0] == FILES


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_valid(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    assert subprocess.run([shell, "-n"], input=script(shell), text=True).returncode == 0


@pytest.fixture
def program(store: Path, tmp_path: Path) -> Path:
    """Pod as a program on a PATH, with that store."""
    pod = tmp_path / "bin" / "pod"
    pod.parent.mkdir()
    pod.write_text(f'#!/bin/sh\nexec {sys.executable} -m pod --root {store} --runroot {store}/run "$@"\n')
    pod.chmod(0o755)
    return pod


def test_bash_completes_words_with_colons_and_equals_signs(program: Path) -> None:
    pod = program
    asked = ["run --pull=al", "stop w", "ps --no", "run -v da", "volume rm d"]
    body = "".join(
        f"COMP_LINE='{pod} {line}'; COMP_POINT=${{#COMP_LINE}}; _pod_complete; echo \"${{COMPREPLY[*]}}\"\n"
        for line in asked
    )
    result = subprocess.run(["bash", "-c", script("bash") + body], capture_output=True, text=True)
    assert result.stdout.splitlines() == ["always", "web", "--no-trunc --noheading", "data:", "data"], result.stderr


def test_fish_completes_names(program: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("no fish on this machine")
    asked = ["stop w", "volume rm d", "secret inspect ", "run --pull=al"]
    body = "".join(f"complete -C 'pod {line}'; " for line in asked)
    env = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(program.parent)}
    result = subprocess.run(["fish", "-c", script("fish") + body], capture_output=True, text=True, env=env)
    assert result.stdout.splitlines() == ["web", "data", "word", "--pull=always"], result.stderr


def test_zsh_completes_names(program: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("no zsh on this machine")
    says = 'compadd() { [[ $1 == -S ]] && shift 2; shift; (( $# )) && print -r -- "$*"; }; compdef() { :; }\n'
    asked = [("stop", "w"), ("volume", "rm", "d"), ("network", "inspect", ""), ("nosuch", "")]
    body = "".join(f"words=(pod {' '.join(map(repr, line))}); CURRENT=$#words; _pod\n" for line in asked)
    env = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    result = subprocess.run(["zsh", "-fc", says + script("zsh") + body], capture_output=True, text=True, env=env)
    assert result.stdout.splitlines() == ["web", "data", "pod"], result.stderr
