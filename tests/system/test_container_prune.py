"""`pod container prune`: what does not run goes, what runs stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.commands import CommandLine


@pytest.fixture(scope="module")
def own(make_pod: Callable[[str], CommandLine], busybox_archive: str) -> CommandLine:
    """A store of its own: pruning takes everything."""
    pod = make_pod("cp")
    pod("load", "-i", busybox_archive).ok()
    return pod


def test_stopped_containers_go_with_their_space_and_running_ones_stay(own: CommandLine) -> None:
    running = own("run", "-d", "busybox", "sleep", "1000").ok().stdout.strip()
    made = own("create", "busybox", "true").ok().stdout.strip()
    own("run", "--name", "fat", "busybox", "dd", "if=/dev/zero", "of=/f", "bs=1000", "count=3000").ok()
    fat = own("inspect", "-f", "{{.Id}}", "fat").stdout.strip()
    result = own("container", "prune", "-f").ok()
    assert result.lines == ["Deleted Containers:", made, fat, "", "Total reclaimed space: 3MB"]
    assert own("ps", "-aq", "--no-trunc").lines == [running]
    assert own("container", "prune", "-f").ok().lines == ["Total reclaimed space: 0B"]
    own("rm", "-f", running).ok()


def test_filters_choose(own: CommandLine) -> None:
    own("create", "--name", "keep", "--label", "keep=1", "busybox", "true").ok()
    own("create", "--name", "go", "busybox", "true").ok()
    own("container", "prune", "-f", "--filter", "label!=keep=1").ok()
    assert own("ps", "-a", "--format", "{{.Names}}").lines == ["keep"]
    own("container", "prune", "-f", "--filter", "until=1h").ok()
    assert own("ps", "-a", "--format", "{{.Names}}").lines == ["keep"]
    own("container", "prune", "-f", "--filter", "label=keep").ok()
    assert own("ps", "-aq").lines == []


def test_only_a_yes_is_a_yes(own: CommandLine) -> None:
    own("create", "--name", "asked", "busybox", "true").ok()
    for answer in ("", "n\n", "\n"):
        result = own("container", "prune", input=answer).ok()
        assert "WARNING! This will remove all stopped containers." in result.stdout
        assert own("container", "exists", "asked").code == 0
    own("container", "prune", input="y\n").ok()
    assert own("container", "exists", "asked").code == 1


def test_an_unknown_filter_lists_those_that_exist(own: CommandLine) -> None:
    result = own("container", "prune", "-f", "--filter", "colour=red")
    assert result.code == 125
    assert "there is no filter 'colour'" in result.stderr and "label" in result.stderr
