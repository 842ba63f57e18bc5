"""`diff`: what a container, or the last layer of an image, changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK

CHANGES = """
echo new > /tmp/new; mkdir -p /made/inside; ln -s nowhere /made/link
echo more >> /etc/passwd; rm /etc/shadow
rm -r /root
mkdir /tmp/gone; rmdir /tmp/gone
"""
CHANGED = """\
C /etc
C /etc/passwd
D /etc/shadow
A /made
A /made/inside
A /made/link
D /root
C /tmp
A /tmp/new
"""


@pytest.fixture(scope="module")
def changed(pod: CommandLine) -> str:
    """A stopped container that changed its files in every way."""
    pod("run", "--name", "changed", *NO_NETWORK, "busybox", "sh", "-c", CHANGES).ok()
    return "changed"


def test_additions_changes_and_deletions_are_told(pod: CommandLine, changed: str) -> None:
    assert pod("diff", changed).ok().stdout == CHANGED


def test_podman_tells_the_same(pod: CommandLine, podman: CommandLine, changed: str) -> None:
    podman("run", "--name", "diff-changed", "--network", "none", "busybox", "sh", "-c", CHANGES).ok()
    assert sorted(podman("diff", "diff-changed").ok().lines) == sorted(pod("diff", changed).ok().lines)


def test_json_sorts_the_paths_by_kind(pod: CommandLine, podman: CommandLine, changed: str) -> None:
    document = json.loads(pod("diff", "--format", "json", changed).ok().stdout)
    assert document["deleted"] == ["/etc/shadow", "/root"]
    assert document["added"] == ["/made", "/made/inside", "/made/link", "/tmp/new"]
    podman("run", "--name", "diff-json", "--network", "none", "busybox", "sh", "-c", CHANGES).ok()
    theirs = json.loads(podman("diff", "--format", "json", "diff-json").ok().stdout)
    assert {kind: sorted(paths) for kind, paths in theirs.items()} == document


def test_running_container_is_compared_as_it_is_now(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "now", *NO_NETWORK, "busybox", "sleep", "1000").ok()
    assert pod("diff", "now").ok().lines in ([], ["C /etc"])
    pod("exec", "now", "touch", "/tmp/later").ok()
    assert "A /tmp/later" in pod("diff", "now").ok().lines
    pod("rm", "-f", "-t", "0", "now").ok()


def test_folder_made_anew_hides_what_was_in_it(pod: CommandLine) -> None:
    pod("run", "--name", "anew", *NO_NETWORK, "busybox", "sh", "-c", "rm -r /var; mkdir /var").ok()
    lines = pod("diff", "anew").ok().lines
    assert "C /var" in lines
    assert "D /var/www" in lines


def test_odd_names_come_as_they_are(pod: CommandLine) -> None:
    pod("run", "--name", "odd", *NO_NETWORK, "busybox", "sh", "-c", "touch \"/tmp/$(printf '\\377 x')\"").ok()
    assert b"A /tmp/\xff x\n" in pod("diff", "odd").ok().raw


def test_image_is_compared_with_its_layers_below(pod: CommandLine) -> None:
    lines = pod("image", "diff", "busybox").ok().lines
    assert "A /bin/busybox" in lines
    assert lines == pod("diff", "busybox").ok().lines
    assert all(line.startswith("A ") for line in lines)


def test_container_compared_with_an_image(pod: CommandLine, changed: str) -> None:
    lines = set(pod("diff", changed, "busybox").ok().lines)
    assert lines <= set(CHANGED.splitlines())
    assert {"A /tmp/new", "D /root", "C /etc/passwd"} <= lines


def test_unknown_name_and_format_are_errors(pod: CommandLine, changed: str) -> None:
    assert pod("diff", "nobody").code == 125
    assert pod("diff", "nobody").stderr.startswith("Error: no such container or image: nobody")
    assert "json is the only format" in pod("diff", "--format", "yaml", changed).stderr


@pytest.fixture(scope="module", params=["fuse-overlayfs", "vfs"])
def other_driver(
    request: pytest.FixtureRequest, make_pod: Callable[[str], CommandLine], busybox_archive: Path
) -> Iterator[CommandLine]:
    """A store with another driver than the kernel's overlay."""
    pod = make_pod(f"d{request.param[0]}").with_options("--storage-driver", request.param)
    if (loaded := pod("load", "-i", busybox_archive)).code or pod("run", "--rm", *NO_NETWORK, "busybox", "true").code:
        pytest.skip(f"{request.param} does not work here: {loaded.stderr}")
    yield pod
    pod("rm", "-a", "-f", "-t", "0").ok()


def test_every_driver_tells_the_same(other_driver: CommandLine) -> None:
    other_driver("run", "--name", "changed", *NO_NETWORK, "busybox", "sh", "-c", CHANGES).ok()
    assert other_driver("diff", "changed").ok().stdout == CHANGED
