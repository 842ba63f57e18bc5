"""Pipes: binary-clean both ways, without a deadlock, and with an end that comes early."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background, eventually, sleeping

DATA = os.urandom(1 << 20)


@pytest.fixture(scope="module")
def box(pod: CommandLine) -> Iterator[str]:
    with sleeping(pod, "--init") as container:
        yield container


def words(verb: str, box: str, *command: str) -> list[str]:
    """A command line that runs a program with its stdin open, in a new container or in one that runs."""
    return ["exec", "-i", box, *command] if verb == "exec" else ["run", "--rm", "-i", *NO_NETWORK, "busybox", *command]


def piped(pod: CommandLine, script: str, **replaced: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script in which names stand for command lines of pod's."""
    for name, line in replaced.items():
        script = script.replace(name, " ".join(f"'{word}'" for word in pod.argv(*line)))
    return subprocess.run(["bash", "-c", script], env=dict(pod.env), capture_output=True, timeout=60)


@pytest.mark.parametrize("verb", ["run", "exec"])
def test_tree_goes_in_and_out_as_an_archive(pod: CommandLine, box: str, verb: str, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "data").write_bytes(DATA)
    (tmp_path / "out").mkdir()
    pack = words(verb, box, "sh", "-c", "mkdir -p /x && tar x -C /x && tar c -C /x .")
    script = f"tar c -C {tmp_path}/in . | POD | tar x -C {tmp_path}/out"
    done = piped(pod, script, POD=pack)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "out" / "deep" / "data").read_bytes() == DATA


@pytest.mark.parametrize("kind", ["pipe", "file"])
@pytest.mark.parametrize("verb", ["run", "exec"])
def test_program_that_writes_more_than_it_reads_does_not_stall(
    pod: CommandLine, box: str, verb: str, kind: str, tmp_path: Path
) -> None:
    """Its output has to be taken before it takes more input."""
    (tmp_path / "in").write_bytes(DATA)
    script = f"cat {tmp_path}/in | POD | md5sum" if kind == "pipe" else f"POD <{tmp_path}/in >{tmp_path}/out"
    done = piped(pod, script, POD=words(verb, box, "hexdump", "-v", "-C"))
    assert (done.returncode, done.stderr) == (0, b"")
    expected = subprocess.run(["busybox", "hexdump", "-v", "-C"], input=DATA, capture_output=True, check=True).stdout
    found = done.stdout[:32] if kind == "pipe" else hashlib.md5((tmp_path / "out").read_bytes()).hexdigest().encode()
    assert found == hashlib.md5(expected).hexdigest().encode()


@pytest.mark.parametrize("verb", ["run", "exec"])
def test_every_byte_passes_both_ways(pod: CommandLine, box: str, verb: str) -> None:
    every = bytes(range(256)) * 300
    result = pod(*words(verb, box, "cat"), input=every).ok()
    assert result.raw == every


@pytest.mark.parametrize("verb", ["run", "exec"])
def test_reader_that_ends_early_ends_the_program(pod: CommandLine, box: str, verb: str) -> None:
    line = (
        ["exec", box, "yes"] if verb == "exec" else ["run", "--rm", "--name", "endless", *NO_NETWORK, "busybox", "yes"]
    )
    done = piped(pod, "POD | head -1", POD=line)
    assert done.stdout == b"y\n" and b"Traceback" not in done.stderr
    if verb == "run":
        eventually(lambda: pod("container", "exists", "endless").code == 1, "the container's end and removal")
    else:
        eventually(lambda: "yes" not in pod("top", box, "comm").ok().stdout, "the program's end")


def test_reader_of_an_attach_that_ends_leaves_the_container_alone(pod: CommandLine) -> None:
    with background(pod, "busybox", "sh", "-c", "while :; do echo x; sleep 0.02; done") as ticking:
        assert piped(pod, "POD | head -1", POD=["attach", ticking]).stdout == b"x\n"
        assert pod("inspect", "-f", "{{.State.Running}}", ticking).ok().stdout == "true\n"


@pytest.mark.parametrize("verb", ["run", "exec"])
def test_program_that_ends_before_its_input_is_read_is_no_error(pod: CommandLine, box: str, verb: str) -> None:
    done = piped(pod, "yes | POD; echo ${PIPESTATUS[1]}", POD=words(verb, box, "head", "-1"))
    assert done.stdout.split() == [b"y", b"0"]
