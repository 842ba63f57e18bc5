"""Who uses an image, a volume, a network is known without looking at every container; and never known wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.images import Image, write_docker_archive
from tests.support.members import file, layer
from tests.system.images.stores import blobs, root

BASE = layer([file("base", b"base" * 1000)])


@pytest.fixture
def own(make_pod: Callable[[str], CommandLine], busybox_archive: Path, request: pytest.FixtureRequest) -> CommandLine:
    pod = make_pod(f"u{abs(hash(request.node.name)) % 100000}")
    pod("load", "-i", busybox_archive).ok()
    return pod


def load(pod: CommandLine, folder: Path, *images: Image) -> None:
    pod("load", "-i", write_docker_archive(folder / "images.tar", *images)).ok()


def derived(name: str) -> Image:
    return Image([BASE, layer([file(name, name.encode())])], {"Cmd": ["sh"]}, [f"{name}:1"])


def layers(pod: CommandLine) -> int:
    return len(os.listdir(root(pod) / "layers"))


def links(pod: CommandLine) -> set[str]:
    return {str(path.relative_to(root(pod) / "uses")) for path in (root(pod) / "uses").glob("*/*/*")}


def image_id(pod: CommandLine, name: str) -> str:
    return pod("image", "inspect", "-f", "{{.Id}}", name).ok().stdout.strip()


def test_a_container_is_noted_with_all_that_it_uses_and_forgotten_with_it(own: CommandLine) -> None:
    own("network", "create", "net").ok()
    words = ("--network", "net", "-v", "named:/n", "-v", "/nameless", "--mount", "type=image,src=busybox,dst=/i")
    own("create", "--name", "c", *words, "busybox", "true").ok()
    identity = own("inspect", "-f", "{{.Id}}", "c").ok().stdout.strip()
    found = links(own)
    assert sorted(link.split("/")[0] for link in found) == ["images", "manifests", "networks", "volumes", "volumes"]
    assert all(link.endswith(f"/{identity}") for link in found)
    assert all((root(own) / "uses" / link).resolve() == root(own) / "containers" / identity for link in found)
    own("rm", "-v", "c").ok()
    assert links(own) == set()
    own("image", "prune", "-f").ok()
    assert not any((root(own) / "uses" / "images").iterdir())
    own("run", "--rm", "-v", "/nameless", "busybox", "true").ok()
    assert links(own) == set()


def test_neither_other_containers_nor_other_images_are_looked_at(own: CommandLine, tmp_path: Path) -> None:
    """Records and manifests of others are broken on purpose: whoever read them would say so, or fail."""
    load(own, tmp_path, derived("one"), derived("two"))
    own("create", "--name", "other", "-v", "theirs:/v", "busybox", "true").ok()
    own("volume", "create", "mine").ok()
    own("volume", "create", "first").ok()
    own("volume", "rm", "first").ok()
    [record] = (root(own) / "containers").glob("*/record.json")
    record.write_text("{")
    manifest = own("image", "inspect", "-f", "{{.Digest}}", "two:1").ok().stdout.strip().removeprefix("sha256:")
    (root(own) / "images/blobs/sha256" / manifest).write_text("{")
    own("network", "create", "net").ok()
    own("volume", "rm", "mine").ok()
    own("network", "rm", "net").ok()
    own("tag", "one:1", "more:1").ok()
    own("rmi", "more:1", "one:1").ok()
    assert own("volume", "rm", "theirs").code == 125, "the broken one is its user"


def test_a_container_that_comes_to_nothing_is_not_noted(own: CommandLine) -> None:
    own("create", "--name", "taken", "busybox", "true").ok()
    before = links(own)
    assert own("create", "--name", "taken", "-v", "precious:/v", "busybox", "true").code == 125
    assert links(own) == before


def test_a_store_from_before_there_were_links_gets_them(own: CommandLine) -> None:
    own("network", "create", "net").ok()
    own("create", "--name", "c", "--network", "net", "-v", "precious:/v", "busybox", "true").ok()
    for path in (root(own) / "uses").glob("*/*/*"):
        path.unlink()
    assert own("volume", "rm", "precious").code == 2
    assert len(links(own)) == 3
    assert own("network", "rm", "net").code == 2
    assert own("rmi", "busybox").code == 2


def test_after_a_start_of_the_machine_lost_links_are_made_good(own: CommandLine) -> None:
    """A power cut may keep a record and lose its link."""
    own("create", "--name", "c", "-v", "precious:/v", "busybox", "true").ok()
    assert own("volume", "rm", "precious").code == 2
    complete = root(own) / "uses" / "complete"
    assert complete.read_text() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    complete.write_text("another start")
    for path in (root(own) / "uses").glob("*/*/*"):
        path.unlink()
    assert own("volume", "rm", "precious").code == 2


def test_a_link_that_a_killed_command_left_holds_nothing(own: CommandLine) -> None:
    own("volume", "create", "free").ok()
    own("volume", "create", "first").ok()
    own("volume", "rm", "first").ok()
    stale = root(own) / "uses" / "volumes" / "free" / ("0" * 64)
    stale.parent.mkdir(parents=True)
    stale.symlink_to(f"../../../containers/{'0' * 64}")
    own("volume", "rm", "free").ok()
    assert not stale.parent.exists()


def test_system_check_finds_a_container_that_nobody_knows_of(own: CommandLine) -> None:
    own("create", "--name", "c", "-v", "precious:/v", "busybox", "true").ok()
    assert own("volume", "rm", "precious").code == 2
    [link] = (root(own) / "uses" / "volumes" / "precious").iterdir()
    link.unlink()
    found = own("system", "check")
    assert found.code == 1 and "container c is not noted as a user of volumes/precious" in found.stdout
    own("system", "check", "--repair").ok()
    assert link.is_symlink() and own("system", "check").ok()


def test_a_network_that_a_container_was_put_on_later_is_noted(own: CommandLine) -> None:
    own("network", "create", "net").ok()
    own("network", "create", "other").ok()
    own("create", "--name", "c", "--network", "other", "busybox", "true").ok()
    own("network", "connect", "net", "c").ok()
    refused = own("network", "rm", "net")
    assert refused.code == 2 and "is being used by container c" in refused.stderr
    own("network", "disconnect", "net", "c").ok()
    own("network", "rm", "net").ok()


def test_images_that_share_layers_are_removed_one_by_one_to_nothing(own: CommandLine, tmp_path: Path) -> None:
    own("rmi", "busybox").ok()
    assert (blobs(own), layers(own)) == (set(), 0)
    load(own, tmp_path, derived("one"), derived("two"), derived("three"))
    assert layers(own) == 4
    for left, name in ((3, "one"), (2, "three"), (0, "two")):
        own("rmi", f"{name}:1").ok()
        assert layers(own) == left
    assert blobs(own) == set() and not any((root(own) / "leftovers").iterdir())


def test_a_container_keeps_its_forced_out_image_until_it_is_gone(own: CommandLine, tmp_path: Path) -> None:
    load(own, tmp_path, derived("one"))
    own("create", "--name", "holder", "one:1", "true").ok()
    own("rmi", "-f", image_id(own, "one:1")).ok()
    assert layers(own) == 3 and own("diff", "holder").ok()
    own("tag", "busybox", "again:1").ok()
    own("rmi", "again:1").ok()
    assert layers(own) == 3
    own("rm", "holder").ok()
    own("rmi", "busybox").ok()
    assert (layers(own), blobs(own)) == (0, set())


def test_the_layers_of_a_forced_out_image_stay_that_a_later_one_has(own: CommandLine, tmp_path: Path) -> None:
    load(own, tmp_path, derived("one"))
    own("create", "--name", "holder", "one:1", "true").ok()
    own("rmi", "-f", image_id(own, "one:1")).ok()
    load(own, tmp_path, derived("one"))
    own("rm", "holder").ok()
    own("rmi", "busybox").ok()
    assert layers(own) == 2
    assert own("save", "-o", tmp_path / "saved.tar", "one:1").ok()


def test_cached_steps_of_builds_keep_their_layers(own: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN echo made > /made\n")
    own("build", "-q", "-t", "built", tmp_path).ok()
    own("rmi", "built").ok()
    again = own("build", "-t", "built", "--progress", "plain", tmp_path).ok()
    assert "CACHED" in again.stdout + again.stderr
    own("rmi", "built").ok()
    own("builder", "prune", "-af").ok()
    assert layers(own) == 1


def test_what_a_killed_load_left_goes_with_the_next_rmi(own: CommandLine, tmp_path: Path) -> None:
    """Its layers are no image's; the sweep that finds its folder has everything looked at once."""
    load(own, tmp_path, derived("one"))
    index = root(own) / "images" / "index.json"
    before = json.loads(index.read_text())
    before["manifests"] = [one for one in before["manifests"] if "busybox" in json.dumps(one)]
    index.write_text(json.dumps(before))
    (root(own) / "staging" / "load.999999999.abcd").mkdir()
    load(own, tmp_path, derived("two"))
    assert (root(own) / "garbage").exists() and layers(own) == 4
    own("rmi", "two:1").ok()
    assert layers(own) == 1 and not (root(own) / "garbage").exists()
