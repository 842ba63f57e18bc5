"""`pod system df` and `pod system prune`: what the store takes is what can be counted in it, and what prune frees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import busybox, images
from tests.support.commands import CommandLine
from tests.support.members import file, layer


@pytest.fixture(scope="module")
def own(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> CommandLine:
    """A store with two images that share a layer."""
    pod = make_pod("df")
    folder = tmp_path_factory.mktemp("df")
    pod("load", "-i", busybox_archive).ok()
    image = busybox.image()
    more = images.Image([*image.layers, layer([file("x", b"x" * 50_000)])], image.config, ("more:1",))
    pod("load", "-i", images.write_docker_archive(folder / "more.tar", more)).ok()
    return pod


def usage(pod: CommandLine) -> dict[str, dict[str, int]]:
    """The raw numbers by kind."""
    lines = pod("system", "df", "--format", "json").ok().lines
    return {document.pop("Type"): document for document in map(json.loads, lines)}


def counted(pod: CommandLine) -> int:
    """The bytes of blobs as they lie on disk, and of the files of unpacked layers, each file once."""
    store = pod.prefix[list(pod.prefix).index("--root") + 1]
    script = (
        f"find {store}/images/blobs -type f -printf '%b 512 %i\\n'; "
        f"find {store}/layers/*/diff -type f -printf '%s 1 %i\\n'"
    )
    found = pod("unshare", "sh", "-c", script).ok().lines
    return sum(int(size) * int(unit) for size, unit, _inode in {tuple(line.split()) for line in found})


def test_images_are_what_lies_in_the_store_shared_layers_once(own: CommandLine) -> None:
    found = usage(own)["Images"]
    assert (found["Total"], found["Active"]) == (2, 0)
    assert found["Size"] == found["Reclaimable"] == counted(own)


def test_what_images_share_is_shown_with_verbose(own: CommandLine) -> None:
    lines = own("system", "df", "-v").ok().lines
    rows = {line.split()[0]: line.split() for line in lines if line.split()}
    assert lines[0] == "Images space usage:"
    size, shared, unique, containers = rows["more"][-4:]
    assert (unique, containers) == ("50kB", "0") and shared == rows["busybox"][-4] != size
    assert rows["busybox"][-2] == "0B"


def test_containers_are_what_they_wrote(own: CommandLine) -> None:
    own("run", "--name", "df-fat", "busybox", "dd", "if=/dev/zero", "of=/f", "bs=1000", "count=700").ok()
    own("run", "-d", "--name", "df-on", "busybox", "sh", "-c", "printf abc > /g; exec sleep 1000").ok()
    own("exec", "df-on", "cat", "/g").ok()
    found = usage(own)
    assert found["Containers"] == {"Total": 2, "Active": 1, "Size": 700_003, "Reclaimable": 700_000}
    assert (found["Images"]["Active"], found["Images"]["Total"]) == (1, 2)
    own("rm", "-f", "df-fat", "df-on").ok()


def test_the_table_is_podmans(own: CommandLine, podman: CommandLine) -> None:
    ours, theirs = (program("system", "df").ok().lines for program in (own, podman))
    assert ours[0].split() == theirs[0].split()
    assert [line.split()[0] for line in ours] == [line.split()[0] for line in theirs]
    assert own("system", "df", "--format", "{{.Type}} {{.Active}}").ok().lines[1] == "Containers 0"


def test_prune_frees_what_was_said_to_be_reclaimable(own: CommandLine) -> None:
    own("create", "--name", "df-keeps", "busybox", "true").ok()
    running = own("run", "-d", "busybox", "sleep", "1000").ok().stdout.strip()
    before = usage(own)
    unused = before["Images"]["Reclaimable"]
    assert unused > 50_000
    told = own("system", "prune", "-af").ok()
    assert "Deleted Containers:" in told.lines and "Untagged: more:1" in told.lines
    after = usage(own)
    assert before["Images"]["Size"] - after["Images"]["Size"] == unused
    assert own("ps", "-aq", "--no-trunc").lines == [running]
    assert (after["Images"]["Total"], after["Images"]["Size"]) == (1, counted(own))
    own("rm", "-f", running).ok()
    assert own("system", "prune", "-f").ok().lines == ["Total reclaimed space: 0B"]


def test_prune_asks_and_only_a_yes_counts(own: CommandLine) -> None:
    own("create", "--name", "df-asked", "busybox", "true").ok()
    asked = own("system", "prune", input="").ok()
    assert "  - all stopped containers" in asked.lines
    assert own("container", "exists", "df-asked").code == 0
    own("system", "prune", input="y\n").ok()
    assert own("container", "exists", "df-asked").code == 1


def test_external_prune_removes_nothing_that_belongs_to_something(own: CommandLine) -> None:
    own("create", "--name", "df-stays", "busybox", "true").ok()
    assert own("system", "prune", "--external").ok().lines == ["Total reclaimed space: 0B"]
    assert own("container", "exists", "df-stays").code == 0
    refused = own("system", "prune", "--external", "--all")
    assert refused.code == 125 and "--external goes with none of --all" in refused.stderr
    own("system", "prune", "-f", "--build").ok()
    assert own("container", "exists", "df-stays").code == 1


def test_what_makes_no_sense_here_says_why(own: CommandLine) -> None:
    assert "nothing to migrate" in own("system", "migrate").ok().stdout
    assert "nothing to renumber" in own("system", "renumber").ok().stdout
    refused = own("system", "migrate", "--new-runtime", "crun")
    assert refused.code == 125 and "pod is its own runtime" in refused.stderr


def test_volumes_are_what_du_counts_and_only_unused_ones_can_go(own: CommandLine) -> None:
    fill = "cd /v && dd if=/dev/zero of=big bs=1000 count=300 && ln big again && truncate -s 1G sparse && mkdir d"
    own("run", "--name", "df-user", "-v", "df-used:/v", "busybox", "sh", "-c", fill).ok()
    own("run", "--rm", "-v", "df-free:/v", "busybox", "sh", "-c", fill).ok()
    store = own.prefix[list(own.prefix).index("--root") + 1]
    measured = own("unshare", "du", "-s", "-B1", f"{store}/volumes/df-used/data", f"{store}/volumes/df-free/data").ok()
    used, free = (int(line.split()[0]) for line in measured.lines)
    assert 300_000 < used < 400_000
    assert usage(own)["Local Volumes"] == {"Total": 2, "Active": 1, "Size": used + free, "Reclaimable": free}
    lines = own("system", "df", "-v").ok().lines
    assert ["df-used", "1", f"{used / 1000:.4g}kB"] in [line.split() for line in lines]
    own("volume", "prune", "-f").ok()
    assert usage(own)["Local Volumes"] == {"Total": 1, "Active": 1, "Size": used, "Reclaimable": 0}
    own("volume", "create", "df-other").ok()
    pruned = own("system", "prune", "-f", "--volumes").ok().stdout
    assert "Deleted Volumes:\ndf-other\ndf-used\n" in pruned  # its container was stopped, and went first
    assert usage(own)["Local Volumes"]["Total"] == 0
