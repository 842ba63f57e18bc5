"""`image copy` between every two kinds of places, beside skopeo: what one writes the other reads, digests included."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.images import write_docker_archive
from tests.support.registry import NoRegistry, Registry, docker_registry
from tests.system.images.stores import images, inspect, layers_of, tiny

FORMS = ("oci", "v2s2")
ARCHIVES = ("oci:{}/layout:one", "oci-archive:{}/oci.tar:one", "docker-archive:{}/docker.tar:tiny:1", "dir:{}/dir")


@pytest.fixture(scope="module")
def registry(scratch: Path) -> Iterator[Registry]:
    try:
        with docker_registry(scratch / "copy-registry") as running:
            yield running
    except NoRegistry as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def skopeo(session_env: dict[str, str]) -> CommandLine:
    if shutil.which("skopeo") is None:
        pytest.skip("no skopeo on this machine: apt-get install skopeo")
    return CommandLine(["skopeo", "--insecure-policy"], session_env)


@pytest.fixture(scope="module")
def sources(skopeo: CommandLine, registry: Registry, scratch: Path) -> dict[str, str]:
    """The small image on a registry, once with each type of manifest: reference and digest."""
    archive = write_docker_archive(scratch / "copy-source.tar", tiny())
    found = {}
    for form in FORMS:
        target = f"docker://{registry.host}/{form}:1"
        skopeo("copy", "-q", "--format", form, "--dest-tls-verify=false", f"docker-archive:{archive}", target).ok()
        found[form] = target
    return found


def raw(skopeo: CommandLine, place: str) -> str:
    """Return the digest of the manifest at a place, as skopeo sees it."""
    data = look(skopeo, "--raw", place)
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def image_id(skopeo: CommandLine, place: str) -> str:
    return hashlib.sha256(look(skopeo, "--config", "--raw", place)).hexdigest()


def look(skopeo: CommandLine, *words: str) -> bytes:
    if words[-1].startswith("docker:"):
        words = ("--tls-verify=false", *words)
    if words[-1].startswith("oci-archive:"):  # what it takes out of a tarball is given to whom it belongs there: root
        skopeo = CommandLine(["unshare", "--user", "--map-root-user", *skopeo.prefix], skopeo.env)
    return skopeo("inspect", *words).ok().raw


@pytest.mark.parametrize("form", FORMS)
def test_archives_are_what_skopeo_writes_and_come_back_to_a_registry(
    own: CommandLine, skopeo: CommandLine, registry: Registry, sources: dict[str, str], form: str, folder: Path
) -> None:
    source = sources[form]
    for pattern in ARCHIVES:
        (folder / "pod").mkdir(exist_ok=True)
        (folder / "skopeo").mkdir(exist_ok=True)
        ours, theirs = pattern.format(folder / "pod"), pattern.format(folder / "skopeo")
        written = own("image", "copy", source, ours).ok().stdout.strip()
        skopeo("copy", "-q", "--src-tls-verify=false", source, theirs).ok()
        assert image_id(skopeo, ours) == image_id(skopeo, source)
        if form == "oci" or not ours.startswith("oci"):  # skopeo writes the configuration anew: another image id
            assert image_id(skopeo, theirs) == image_id(skopeo, source)
        if not ours.startswith("docker-archive:"):  # it has no manifest; skopeo makes one up
            assert written == raw(skopeo, ours)
            keeps = form == "oci" or ours.startswith("dir:")
            assert (written == raw(skopeo, source)) == keeps
        back = f"docker://{registry.host}/back-{form}:1"
        own("image", "copy", theirs, back).ok()
        assert image_id(skopeo, back) == image_id(skopeo, theirs)
        if theirs.startswith("dir:"):
            assert raw(skopeo, back) == raw(skopeo, source)
    assert images(own, "-q").ok().lines == []


def test_registry_to_registry_keeps_the_digest(
    own: CommandLine, skopeo: CommandLine, registry: Registry, sources: dict[str, str], folder: Path
) -> None:
    for form in FORMS:
        target = f"docker://{registry.host}/elsewhere/{form}:2"
        copied = own("image", "copy", "--preserve-digests", "--digestfile", folder / "d", sources[form], target).ok()
        assert copied.stdout.strip() == raw(skopeo, sources[form]) == raw(skopeo, target) == (folder / "d").read_text()
    other = f"docker://{registry.host}/elsewhere/other:1"
    refused = own("image", "copy", "--preserve-digests", "--format", "oci", sources["v2s2"], other)
    assert (refused.code, "its format knows other types" in refused.stderr) == (125, True)


def test_store_is_a_place_as_the_others(
    empty: CommandLine, skopeo: CommandLine, registry: Registry, sources: dict[str, str], folder: Path
) -> None:
    empty("image", "copy", sources["oci"], "containers-storage:mine:1").ok()
    assert layers_of(empty, "mine:1") == tiny().diff_ids()
    assert inspect(empty, "mine:1", "{{.Digest}}") == raw(skopeo, sources["oci"])
    empty("image", "copy", "containers-storage:mine:1", f"oci:{folder}/layout:kept").ok()
    assert raw(skopeo, f"oci:{folder}/layout:kept") == raw(skopeo, sources["oci"])
    empty("image", "copy", f"oci:{folder}/layout:kept", "containers-storage:again").ok()
    assert inspect(empty, "again", "{{.Id}}") == inspect(empty, "mine:1", "{{.Id}}")
    empty("image", "copy", "containers-storage:again", f"docker://{registry.host}/from-store:1").ok()
    assert raw(skopeo, f"docker://{registry.host}/from-store:1") == raw(skopeo, sources["oci"])


def test_layout_takes_a_second_image_and_says_which_to_choose(
    own: CommandLine, skopeo: CommandLine, sources: dict[str, str], folder: Path
) -> None:
    own("image", "copy", sources["oci"], f"oci:{folder}/layout:a").ok()
    own("image", "copy", sources["v2s2"], f"oci:{folder}/layout:b").ok()
    own("image", "copy", sources["oci"], f"oci:{folder}/layout:a").ok()
    index = json.loads((folder / "layout/index.json").read_text())
    assert len(index["manifests"]) == 2
    assert not list((folder / "layout").glob(".*"))
    assert raw(skopeo, f"oci:{folder}/layout:b").startswith("sha256:")
    refused = own("image", "copy", f"oci:{folder}/layout", f"dir:{folder}/d")
    assert (refused.code, "say which" in refused.stderr) == (125, True)
    unknown = own("image", "copy", f"oci:{folder}/layout:c", f"dir:{folder}/d")
    assert (unknown.code, "has no image c" in unknown.stderr) == (125, True)


def test_pull_push_and_run_take_the_places_that_podman_takes(
    empty: CommandLine, busybox_archive: Path, skopeo: CommandLine, folder: Path
) -> None:
    assert empty("pull", f"docker-archive:{busybox_archive}").ok().stdout == "busybox:latest\n"
    empty("push", "-q", "busybox", f"oci-archive:{folder}/x.tar:box").ok()
    empty("push", "busybox", f"dir:{folder}/d").ok()
    assert image_id(skopeo, f"dir:{folder}/d") == image_id(skopeo, f"oci-archive:{folder}/x.tar:box")
    empty("rmi", "busybox").ok()
    run = ("run", "--rm", "--network", "none")
    assert empty(*run, f"oci-archive:{folder}/x.tar", "echo", "hello").ok().stdout == "hello\n"
    ids = empty("pull", "-q", f"dir:{folder}/d").ok().lines
    assert empty(*run, ids[0], "echo", "again").ok().stdout == "again\n"


def test_several_images_are_saved_to_one_archive_and_loaded_from_it(
    empty: CommandLine, busybox_archive: Path, skopeo: CommandLine, folder: Path
) -> None:
    empty("load", "-i", busybox_archive).ok()
    empty("load", "-i", write_docker_archive(folder / "tiny.tar", tiny())).ok()
    both = folder / "both.tar"
    empty("save", "-m", "-o", both, "busybox", "tiny:1").ok()
    for name, expected in (
        ("tiny:1", tiny().id()),
        ("busybox:latest", image_id(skopeo, f"docker-archive:{busybox_archive}")),
    ):
        assert image_id(skopeo, f"docker-archive:{both}:docker.io/library/{name}") == expected
    empty("rmi", "busybox", "tiny:1").ok()
    assert empty("load", "-i", both).ok().lines == ["Loaded image: busybox:latest", "Loaded image: tiny:1"]
    refused = empty("image", "copy", f"docker-archive:{both}", f"dir:{folder}/d")
    assert (refused.code, "has 2 images" in refused.stderr) == (125, True)


def test_damaged_archive_is_not_copied(own: CommandLine, sources: dict[str, str], folder: Path) -> None:
    own("image", "copy", sources["oci"], f"dir:{folder}/d").ok()
    (layer,) = {
        path for path in (folder / "d").iterdir() if path.read_bytes()[:2] == b"\x1f\x8b" and path.stat().st_size > 150
    }
    layer.write_bytes(layer.read_bytes()[:-1] + b"x")
    damaged = own("image", "copy", f"dir:{folder}/d", f"oci:{folder}/o:x")
    assert (damaged.code, "is damaged" in damaged.stderr) == (125, True)
    assert not (folder / "o").exists()


def test_places_that_are_none_say_what_would_be_one(own: CommandLine, folder: Path) -> None:
    for words, reason in {
        ("busybox", f"oci:{folder}/x"): "it begins with one of docker://",
        ("docker-daemon:x", f"oci:{folder}/x"): "docker save NAME | pod load",
        (f"oci:{folder}/none", "containers-storage:x"): "cannot read",
        ("containers-storage:[overlay@/x]y", f"dir:{folder}/x"): "pod --root",
    }.items():
        result = own("image", "copy", *words)
        assert (result.code, reason in result.stderr) == (125, True), result
