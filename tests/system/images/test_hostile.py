"""Archives that are broken or made to harm: a clear error with the member's name, and a store as before."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import busybox
from tests.support.archives import docker_members, oci_members, sha256, write_tar
from tests.support.commands import CommandLine
from tests.support.images import write_docker_archive
from tests.system.images.stores import images, left_behind, tiny


def listed(members: dict[str, bytes]) -> dict[str, object]:
    found: dict[str, object] = json.loads(members["manifest.json"])[0]
    return found


def relisted(members: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    return {**members, "manifest.json": json.dumps([{**listed(members), **changes}]).encode()}


def docker() -> dict[str, bytes]:
    return docker_members(tiny())


def first_layer(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.endswith(".tar"))


def layer_blob() -> str:
    return f"blobs/sha256/{tiny().diff_ids()[0].removeprefix('sha256:')}"


def with_change(members: dict[str, bytes], name: str, change: Callable[[bytes], bytes]) -> dict[str, bytes]:
    return {**members, name: change(members[name])}


def flipped(data: bytes) -> bytes:
    return data[:600] + bytes([data[600] ^ 1]) + data[601:]


def reindexed(members: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    index = json.loads(members["index.json"])
    index["manifests"][0].update(changes)
    return {**members, "index.json": json.dumps(index).encode()}


def artifact() -> dict[str, bytes]:
    """An OCI layout with something that is no image, as registries may hold it."""
    config = {"mediaType": "x/helm", "digest": f"sha256:{'0' * 64}", "size": 2}
    manifest = json.dumps({"schemaVersion": 2, "config": config, "layers": []}).encode()
    blob = sha256(manifest)
    return reindexed({**OCI, f"blobs/sha256/{blob}": manifest}, digest=f"sha256:{blob}", size=len(manifest))


def without(members: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {key: value for key, value in members.items() if key != name}


DOCKER = docker()
OCI = oci_members(tiny())
CONFIG_NAME = f"{tiny().id()}.json"
FIRST = first_layer(DOCKER)
BLOB = layer_blob()
MANIFEST_BLOB = "blobs/sha256/" + json.loads(OCI["index.json"])["manifests"][0]["digest"].removeprefix("sha256:")

HOSTILE: dict[str, tuple[dict[str, bytes], str]] = {
    "layer damaged": (with_change(DOCKER, FIRST, flipped), f"{FIRST} is damaged: its digest is"),
    "layer missing": (without(DOCKER, FIRST), f"{FIRST} is missing from the archive"),
    "layer cut off": (with_change(DOCKER, FIRST, lambda data: data[:1000]), f"{FIRST} is damaged"),
    "layer is no tar": (with_change(DOCKER, FIRST, lambda _: b"x" * 5000), f"{FIRST} is damaged"),
    "layer is broken gzip": (
        with_change(DOCKER, FIRST, lambda _: b"\x1f\x8b" + b"x" * 99),
        f"{FIRST}: damaged gzip data",
    ),
    "config damaged": (with_change(DOCKER, CONFIG_NAME, lambda data: data + b" "), f"{CONFIG_NAME} is damaged"),
    "config missing": (without(DOCKER, CONFIG_NAME), f"{CONFIG_NAME} is missing from the archive"),
    "config is no JSON": ({**relisted(DOCKER, Config="c"), "c": b"{"}, "c is no JSON document"),
    "config is a list": ({**relisted(DOCKER, Config="c"), "c": b"[]"}, "c is no image configuration"),
    "config without layers": ({**relisted(DOCKER, Config="c"), "c": b"{}"}, "c is no image configuration: "),
    "config nested": ({**relisted(DOCKER, Config="c"), "c": b"[" * 200000}, "c is no JSON document"),
    "config huge": ({**relisted(DOCKER, Config="c"), "c": b" " * (17 << 20)}, "c has 17825792 bytes"),
    "config with bad diff_id": (
        {
            **relisted(DOCKER, Config="c"),
            "c": tiny().config_json().replace(b'"sha256:', b'"sha256:../'),
        },
        "invalid digest 'sha256:../",
    ),
    "fewer layers than the config says": (
        relisted(DOCKER, Layers=[FIRST]),
        "has 1 layers, but the image's configuration has 3",
    ),
    "no layers at all": (relisted(DOCKER, Layers=None), "has 0 layers, but"),
    "layers out of the archive": (
        relisted(DOCKER, Layers=["../../etc/passwd"] * 3),
        "'../../etc/passwd' is no name of a file within the archive",
    ),
    "config out of the archive": (relisted(DOCKER, Config="/etc/passwd"), "'/etc/passwd' is no name of a file"),
    "strange types": (relisted(DOCKER, Layers={"a": 1}), "with broken Layers or RepoTags"),
    "a bad name": (relisted(DOCKER, RepoTags=["Bad Name:1"]), "names an image badly: invalid reference 'Bad Name:1'"),
    "manifest.json is no JSON": ({**DOCKER, "manifest.json": b"nope"}, "manifest.json is no JSON document"),
    "manifest.json is empty": ({**DOCKER, "manifest.json": b"[]"}, "manifest.json lists no image"),
    "manifest.json nested": ({**DOCKER, "manifest.json": b"[" * 500000}, "manifest.json is no JSON document"),
    "manifest.json of numbers": ({**DOCKER, "manifest.json": b"[1]"}, "lists something that is no image"),
    "manifest.json is a word": ({**DOCKER, "manifest.json": b'"x"'}, "manifest.json is no image manifest"),
    "schema 1": ({"manifest.json": b'{"schemaVersion": 1}'}, "a manifest of Docker's schema 1"),
    "neither list nor index": ({"hello": b"x"}, "is no image archive: it has neither manifest.json nor index.json"),
    "before docker 1.10": ({"repositories": b"{}"}, "is an archive of Docker before 1.10"),
    "oci layer damaged": (with_change(OCI, BLOB, flipped), f"{BLOB} is damaged: its digest is"),
    "oci layer longer": (with_change(OCI, BLOB, lambda data: data + b"x"), f"{BLOB} is damaged: it has"),
    "oci layer missing": (without(OCI, BLOB), f"{BLOB} is missing from the archive"),
    "oci manifest damaged": (with_change(OCI, MANIFEST_BLOB, lambda data: data + b" "), f"{MANIFEST_BLOB} is damaged"),
    "oci index without manifests": ({**OCI, "index.json": b'{"schemaVersion":2,"manifests":[]}'}, "lists no image"),
    "oci index broken": ({**OCI, "index.json": b'{"manifests":[{}]}'}, "index.json is no image index"),
    "oci digest out of the layout": (
        reindexed(OCI, digest="sha256:../../../etc/passwd"),
        "invalid digest 'sha256:../../../etc/passwd'",
    ),
    "oci digest of another kind": (reindexed(OCI, digest="sha512:" + "0" * 128), "invalid digest"),
    "oci size lied about": (reindexed(OCI, size=1), "is damaged: it has"),
    "oci artifact": (artifact(), "is no container image but 'x/helm'"),
}


@pytest.mark.parametrize("way", ["file", "pipe"])
@pytest.mark.parametrize("case", HOSTILE)
def test_a_broken_archive_is_named_with_the_member_at_fault_and_leaves_nothing(
    empty: CommandLine, folder: Path, case: str, way: str
) -> None:
    members, complaint = HOSTILE[case]
    path = write_tar(folder / "x.tar", members)
    result = empty("load", "-i", path) if way == "file" else empty("load", input=path.read_bytes())
    first = result.stderr.splitlines()[0]
    assert (result.code, result.stdout) == (125, "")
    assert first.startswith(f"Error: {path if way == 'file' else 'stdin'}")
    assert complaint in first
    assert "Traceback" not in result.stderr
    assert left_behind(empty) == []


@pytest.mark.parametrize("size", [0, 100, 511, 512, 1536, 4000])
@pytest.mark.parametrize("way", ["file", "pipe"])
def test_an_archive_that_is_cut_off_is_refused(empty: CommandLine, folder: Path, size: int, way: str) -> None:
    path = write_docker_archive(folder / "x.tar", tiny())
    data = path.read_bytes()[:size]
    path.write_bytes(data)
    result = empty("load", "-i", path) if way == "file" else empty("load", input=data)
    assert result.code == 125
    assert result.stderr.startswith(f"Error: {path if way == 'file' else 'stdin'}")
    assert left_behind(empty) == []


def test_a_good_image_does_not_get_in_with_a_bad_one(empty: CommandLine, folder: Path) -> None:
    good, bad = docker_members(busybox.image("good:1")), with_change(DOCKER, FIRST, flipped)
    both = json.dumps([listed(good), listed(bad)]).encode()
    result = empty("load", "-i", write_tar(folder / "x.tar", {**good, **bad, "manifest.json": both}))
    assert result.code == 125
    assert images(empty, "-q").ok().stdout == ""
    assert left_behind(empty) == []


def test_links_lead_nowhere_outside_of_the_archive(empty: CommandLine, folder: Path) -> None:
    (folder / "secret").write_bytes(DOCKER[FIRST])
    links = {FIRST: str(folder / "secret")}
    path = write_tar(folder / "x.tar", without(DOCKER, FIRST), links)
    assert f"{FIRST} is missing from the archive" in empty("load", "-i", path).stderr
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    for name, data in without(DOCKER, FIRST).items():
        (unpacked / name).write_bytes(data)
    (unpacked / FIRST).symlink_to(folder / "secret")
    assert f"{FIRST} is missing from the archive" in empty("load", "-i", unpacked).stderr
    (unpacked / FIRST).unlink()
    os.mkfifo(unpacked / FIRST)
    assert f"{FIRST} is missing from the archive" in empty("load", "-i", unpacked).stderr
    assert left_behind(empty) == []


def test_what_is_no_archive_is_named(own: CommandLine, folder: Path) -> None:
    missing = own("load", "-i", folder / "none.tar")
    assert (missing.code, missing.stderr) == (125, f"Error: cannot read {folder}/none.tar: No such file or directory\n")
    (folder / "text").write_text("hello\n" * 200)
    assert "text: this is no tar archive" in own("load", "-i", folder / "text").stderr
    (folder / "dir").mkdir()
    assert "is no image archive" in own("load", "-i", folder / "dir").stderr
    plain = write_tar(folder / "root.tar", {"etc/passwd": b""})
    assert f"pod import {plain} NAME" in own("load", "-i", plain).stderr


def test_load_and_save_refuse_a_terminal(own: CommandLine, busybox_archive: Path) -> None:
    own("load", "-i", busybox_archive).ok()
    ours, theirs = os.openpty()
    load = own.start("load", stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert b"cannot read an archive from a terminal" in load.communicate(timeout=30)[1]
    save = own.start("save", "busybox", stdout=theirs, stderr=subprocess.PIPE)
    assert b"refusing to write an archive to a terminal" in save.communicate(timeout=30)[1]
    assert (load.returncode, save.returncode) == (125, 125)
    os.close(ours)
    os.close(theirs)
    own("rmi", "busybox").ok()


def test_a_terminal_is_shown_bars_and_a_pipe_is_not(own: CommandLine, busybox_archive: Path) -> None:
    ours, theirs = os.openpty()
    process = own.start("load", "-i", busybox_archive, stdout=subprocess.PIPE, stderr=theirs)
    stdout, _ = process.communicate(timeout=60)
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 65536):
            seen += part
    except OSError:
        pass
    os.close(ours)
    assert stdout == b"Loaded image: busybox:latest\n"
    assert b"layer " in seen and b"MB" in seen
    own("rmi", "busybox").ok()
