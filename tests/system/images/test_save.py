"""`save`: what is written, where, and what is not left behind."""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import pytest

from tests.support.archives import COMPRESSIONS, oci_members, sha256, write_tar
from tests.support.commands import CommandLine
from tests.support.images import write_docker_archive
from tests.system.images.stores import NAME, layers_of, tiny


def test_saved_layers_are_uncompressed_with_the_digests_of_the_configuration(empty: CommandLine, folder: Path) -> None:
    image = tiny()
    empty("load", "-i", write_tar(folder / "x.tar", oci_members(image, COMPRESSIONS["gzip"], "+gzip"))).ok()
    saved = empty("save", "tiny:1").ok().raw
    (folder / "saved.tar").write_bytes(saved)
    with tarfile.open(folder / "saved.tar") as tar:
        listed = json.load(tar.extractfile("manifest.json") or pytest.fail())
        assert listed[0]["RepoTags"] == [NAME]
        digests = [sha256((tar.extractfile(name) or pytest.fail()).read()) for name in listed[0]["Layers"]]
        assert (tar.extractfile(listed[0]["Config"]) or pytest.fail()).read() == image.config_json()
    assert [f"sha256:{digest}" for digest in digests] == image.diff_ids()
    assert empty("save", "tiny:1").ok().raw == saved, "the same image is the same archive"


def test_a_name_without_a_tag_saves_all_tags_of_the_repository(empty: CommandLine, folder: Path) -> None:
    empty("load", "-i", write_docker_archive(folder / "x.tar", tiny("a:1", "a:2", "b:1"))).ok()
    empty("save", "-o", folder / "y.tar", "a").ok()
    with tarfile.open(folder / "y.tar") as tar:
        listed = json.load(tar.extractfile("manifest.json") or pytest.fail())
    assert listed[0]["RepoTags"] == ["docker.io/library/a:1", "docker.io/library/a:2"]


def test_an_image_saved_by_its_id_has_no_name(empty: CommandLine, folder: Path) -> None:
    image = tiny()
    empty("load", "-i", write_docker_archive(folder / "x.tar", image)).ok()
    empty("save", "-o", folder / "y.tar", image.id()[:12]).ok()
    empty("rmi", "tiny:1").ok()
    assert empty("load", "-i", folder / "y.tar").ok().stdout == f"Loaded image ID: sha256:{image.id()}\n"


def test_an_image_that_is_not_there_is_not_saved_and_leaves_no_file(own: CommandLine, folder: Path) -> None:
    result = own("save", "-o", folder / "x.tar", "nope")
    assert (result.code, result.stdout) == (125, "")
    assert "no such image: nope" in result.stderr
    assert os.listdir(folder) == []


def test_a_file_that_cannot_be_written_is_named(own: CommandLine, folder: Path, busybox_archive: Path) -> None:
    own("load", "-i", busybox_archive).ok()
    for path, reason in ((folder / "no" / "x.tar", "No such file or directory"), (folder, "Is a directory")):
        result = own("save", "-o", path, "busybox")
        assert result.code == 125
        assert reason in result.stderr and str(path) in result.stderr
    assert os.listdir(folder) == []
    result = own("save", "-o", "/dev/full", "busybox")
    assert result.code == 125 and "No space left on device" in result.stderr
    (folder / "full").mkdir()
    (folder / "full" / "file").touch()
    result = own("save", "--format", "oci-dir", "-o", folder / "full", "busybox")
    assert result.code == 125 and f"folder {folder / 'full'} is not empty" in result.stderr
    own("rmi", "busybox").ok()


def test_a_docker_dir_is_compressed_where_that_is_asked_for(empty: CommandLine, folder: Path) -> None:
    image = tiny()
    empty("load", "-i", write_docker_archive(folder / "x.tar", image)).ok()
    empty("save", "--format", "docker-dir", "--compress", "-o", folder / "dir", "tiny:1").ok()
    manifest = json.loads((folder / "dir" / "manifest.json").read_bytes())
    for layer in manifest["layers"]:
        data = (folder / "dir" / layer["digest"].removeprefix("sha256:")).read_bytes()
        assert layer["mediaType"] == "application/vnd.docker.image.rootfs.diff.tar.gzip"
        assert (sha256(data), len(data), data[:2]) == (layer["digest"][7:], layer["size"], b"\x1f\x8b")
    empty("rmi", "tiny:1").ok()
    empty("load", "-i", folder / "dir").ok()
    assert layers_of(empty, image.id()) == image.diff_ids()
