"""What scripts type does the same with pod as with podman: output, streams and exit code, or the difference is told."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine, Result
from tests.system.one_liners import ONE_LINERS, OneLiner

# two streams are two pipes: only time puts `last` after `err`
SET_UP = (
    ("run", "-d", "--name", "web", "--network", "none", "--label", "app=web", "-e", "MODE=prod", "-v", "{folder}:/w:ro",
     "busybox", "sleep", "1000"),
    ("run", "--name", "job", "--network", "none", "busybox", "sh", "-c",
     "echo out; echo err >&2; sleep 0.2; echo last; exit 3"),
    ("create", "--name", "idle", "--network", "none", "busybox", "true"),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(scratch: Path) -> Path:
    """A working directory as a script has it."""
    folder = scratch / "work"
    folder.mkdir()
    (folder / "file").write_text("content\n")
    (folder / "env.list").write_text("# variables\nFROM_FILE=1\nFROM_HOST\n")
    return folder


@pytest.fixture(scope="module")
def sides(pod: CommandLine, podman: CommandLine, folder: Path) -> Iterator[dict[str, CommandLine]]:
    """Both programs, with the same containers."""
    podman("rm", "-a", "-f", "-t", "0").ok()
    for side in (pod, podman):
        for words in SET_UP:
            side(*(word.format(folder=folder) for word in words))
    yield {"pod": pod, "podman": podman}
    podman("rm", "-a", "-f", "-t", "0").ok()


def shell(side: CommandLine, line: str, folder: Path) -> Result:
    """Run a line of shell in which `docker` is the program."""
    script = f'docker() {{ {shlex.join(side.prefix)} "$@"; }}\n{line}'
    return CommandLine(["bash", "-c", script], {**side.env, "FROM_HOST": "2"}, folder)()


def plain(side: CommandLine, text: str) -> str:
    """Return output with what differs from one run to the next in words: ids, and an id of a container by its name."""
    for line in side("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}}").ok().lines:
        container_id, name = line.split()
        text = text.replace(container_id, f"<{name}>").replace(container_id[:12], f"<{name}>")
    return re.sub(r"\b(sha256:)?[0-9a-f]{64}\b|\b[0-9a-f]{12}\b", "<id>", text)


@pytest.mark.parametrize("case", ONE_LINERS, ids=lambda case: case.line[:70])
def test_a_one_liner_does_what_it_does_with_podman(case: OneLiner, sides: dict[str, CommandLine], folder: Path) -> None:
    ours, theirs = (shell(side, case.line, folder) for side in sides.values())
    if case.ours is not None:
        assert (ours.code, ours.stdout) == (0, case.ours), case.why
        assert ours.stderr == "" and case.why
        return
    assert plain(sides["pod"], ours.stdout) == plain(sides["podman"], theirs.stdout)
    assert ours.code == theirs.code
    assert bool(ours.stderr) == bool(theirs.stderr), f"{ours}\n{theirs}"
