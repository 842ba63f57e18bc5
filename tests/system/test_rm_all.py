"""`rm --all` leaves no container out, whatever each of them is doing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import CommandLine

KINDS = {
    "created": ["create", "busybox", "true"],
    "ended": ["run", "busybox", "true"],
    "failed": ["run", "busybox", "false"],
    "no program": ["run", "busybox", "no-such-program"],
    "running": ["run", "-d", "busybox", "sleep", "1000"],
    "deaf": ["run", "-d", "busybox", "sh", "-c", "trap '' TERM; while :; do sleep 1; done"],
    "to be removed": ["run", "-d", "--rm", "busybox", "sleep", "1000"],
    "on a terminal": ["run", "-dit", "busybox", "sh"],
    "default network": ["run", "-d", "--network", "slirp4netns", "busybox", "sleep", "1000"],
}


@pytest.fixture
def own(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    own = make_pod("rm-all")
    own("load", "-i", busybox_archive).ok()
    return own


def add_containers(own: CommandLine) -> list[str]:
    """Make one container of each kind and return their ids, oldest first."""
    for verb, *words in KINDS.values():
        network = [] if "--network" in words else ["--network", "none"]
        own(verb, *network, *words)
    ids = own("ps", "-aq", "--no-trunc").ok().lines[::-1]
    assert len(ids) == len(KINDS)
    return ids


@pytest.mark.parametrize("words", [["rm", "-fa"], ["rm", "--all", "--force"], ["container", "rm", "-af"]])
def test_every_container_is_removed_and_its_id_printed(own: CommandLine, words: list[str]) -> None:
    ids = add_containers(own)
    said = own(*words).ok()
    assert said.lines == ids
    assert said.stderr == ""
    assert own("ps", "-aq").ok().stdout == ""


def test_without_force_those_that_run_stay_and_are_named(own: CommandLine) -> None:
    ids = add_containers(own)
    running = own("ps", "-q", "--no-trunc").ok().lines
    said = own("rm", "-a")
    assert said.code == 2
    assert said.lines == [container_id for container_id in ids if container_id not in running]
    assert said.stderr.count("is running") == len(running) == 5
    assert own("rm", "-fa").ok().lines == running[::-1]


def test_with_no_container_there_is_nothing_to_say(own: CommandLine) -> None:
    said = own("rm", "-fa").ok()
    assert (said.stdout, said.stderr) == ("", "")


def test_an_id_file_that_is_not_there_is_passed_over_where_that_is_asked_for(pod: CommandLine, tmp_path: Path) -> None:
    gone = tmp_path / "gone.cid"
    for verb in ("rm", "stop"):
        assert pod(verb, "-i", "--cidfile", gone).ok().stdout == ""
        assert pod(verb, "--cidfile", gone).stderr == (
            f"Error: cannot read the id from --cidfile {gone}: No such file or directory\n"
        )
