"""`load`: every format that there is, from files, folders and pipes, and nothing done twice."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import archives, busybox, folders
from tests.support.archives import COMPRESSIONS, docker_members, oci_members, sha256, write_tar
from tests.support.commands import CommandLine, Result
from tests.support.images import ARCHITECTURE, Image, write_docker_archive, write_oci_archive, write_oci_layout
from tests.system.images.stores import NAME, blobs, check_loaded, images, inspect, root, tiny


def write_docker_gzip_layers(path: Path, image: Image) -> Path:
    return write_tar(path, docker_members(image, COMPRESSIONS["gzip"]))


def write_docker_xz_layers(path: Path, image: Image) -> Path:
    return write_tar(path, docker_members(image, COMPRESSIONS["xz"]))


def write_oci_gzip_layers(path: Path, image: Image) -> Path:
    return write_tar(path, oci_members(image, COMPRESSIONS["gzip"], "+gzip"))


def write_oci_zstd_layers(path: Path, image: Image) -> Path:
    return write_tar(path, oci_members(image, COMPRESSIONS["zstd"], "+zstd"))


FORMATS = [
    write_docker_archive,
    archives.write_old_docker_archive,
    archives.write_docker25_archive,
    write_docker_gzip_layers,
    write_docker_xz_layers,
    write_oci_archive,
    write_oci_gzip_layers,
    write_oci_zstd_layers,
]


@pytest.mark.parametrize("write", FORMATS)
@pytest.mark.parametrize("way", ["file", "pipe", "redirected", "folder"])
def test_every_format_loads_from_a_file_a_pipe_and_a_folder(
    empty: CommandLine, folder: Path, write: Callable[[Path, Image], Path], way: str
) -> None:
    image = tiny()
    path = write(folder / "x.tar", image)
    if way == "file":
        result = empty("load", "-i", path)
    elif way == "pipe":
        result = empty("load", input=path.read_bytes())
    elif way == "redirected":
        with path.open("rb") as stream:
            process = empty.start("load", stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            stdout, stderr = process.communicate(timeout=60)
        result = Result([], process.returncode, stdout.decode(), stderr.decode())
    else:
        (folder / "unpacked").mkdir()
        subprocess.run(["tar", "-C", folder / "unpacked", "-xf", path], check=True)
        result = empty("load", "-i", folder / "unpacked")
    assert result.ok().stdout == "Loaded image: tiny:1\n"
    assert result.stderr == ""
    check_loaded(empty, image)


@pytest.mark.parametrize("compression", ["gzip", "xz", "zstd", "bzip2"])
def test_a_compressed_archive_loads_from_a_file_and_from_a_pipe(
    empty: CommandLine, folder: Path, compression: str
) -> None:
    import bz2

    image = tiny()
    data = write_docker_archive(folder / "x.tar", image).read_bytes()
    compress = {**COMPRESSIONS, "bzip2": bz2.compress}[compression]
    path = folder / "x.tar.compressed"
    path.write_bytes(compress(data))
    assert empty("load", "-i", path).ok().stdout == "Loaded image: tiny:1\n"
    check_loaded(empty, image)
    empty("rmi", "tiny:1").ok()
    assert empty("load", input=path.read_bytes()).ok().stdout == "Loaded image: tiny:1\n"
    check_loaded(empty, image)


def test_several_images_and_names_load_from_one_archive(empty: CommandLine, folder: Path) -> None:
    one, two = tiny("docker.io/library/one:1", "docker.io/library/one:2"), tiny("quay.io/me/two:x", text="two")
    path = write_docker_archive(folder / "x.tar", one, two)
    result = empty("load", "-i", path).ok()
    assert result.lines == ["Loaded image: one:1", "Loaded image: one:2", "Loaded image: quay.io/me/two:x"]
    check_loaded(empty, one, "one:2")
    check_loaded(empty, two, "quay.io/me/two:x")


def test_an_image_without_a_name_is_told_by_its_id(empty: CommandLine, folder: Path) -> None:
    image = Image(tiny().layers, tiny().config)
    path = write_docker_archive(folder / "x.tar", image)
    assert empty("load", "-i", path).ok().stdout == f"Loaded image ID: sha256:{image.id()}\n"
    assert images(empty, "--format", "{{.Repository}}:{{.Tag}}").ok().lines == ["<none>:<none>"]


def test_a_layout_with_several_images_loads_them_all(empty: CommandLine, folder: Path) -> None:
    one, two = tiny("docker.io/library/one:1"), tiny("localhost/two:1", text="two")
    result = empty("load", "-i", write_oci_layout(folder / "layout", one, two)).ok()
    assert result.lines == ["Loaded image: one:1", "Loaded image: localhost/two:1"]


def test_a_bare_tag_as_the_name_in_a_layout_is_podmans_localhost_name(empty: CommandLine, folder: Path) -> None:
    path = write_oci_archive(folder / "x.tar", tiny("stable"))
    assert empty("load", "-i", path).ok().stdout == "Loaded image: localhost/stable:latest\n"


def test_of_an_archive_for_several_platforms_this_machines_image_is_loaded(empty: CommandLine, folder: Path) -> None:
    image = tiny()
    path = write_tar(folder / "x.tar", archives.multi_platform_members(image, NAME))
    assert empty("load", "-i", path).ok().stderr == ""
    check_loaded(empty, image)


def test_another_platform_can_be_asked_for_and_is_warned_about(empty: CommandLine, folder: Path) -> None:
    path = write_tar(folder / "x.tar", archives.multi_platform_members(tiny(), NAME))
    foreign = "arm64" if ARCHITECTURE != "arm64" else "amd64"
    empty("load", "--platform", f"linux/{foreign}", "-i", path).ok()
    assert inspect(empty, "tiny:1", "{{json .Config.Cmd}}") == '["other"]'
    empty("rmi", "tiny:1").ok()
    unknown = empty("load", "--platform", "linux/riscv64", "-i", path).ok()
    assert f"is for linux/{ARCHITECTURE}, not for linux/riscv64" in unknown.stderr


def test_original_blobs_are_kept_byte_for_byte(empty: CommandLine, folder: Path) -> None:
    members = oci_members(tiny(), COMPRESSIONS["gzip"], "+gzip")
    empty("load", "-i", write_tar(folder / "x.tar", members)).ok()
    expected = {name.rpartition("/")[2] for name in members if name.startswith("blobs/")}
    assert blobs(empty) == expected
    for digest in expected:
        assert sha256((root(empty) / "images" / "blobs" / "sha256" / digest).read_bytes()) == digest
    empty("save", "--format", "oci-archive", "-o", folder / "again.tar", "tiny:1").ok()
    with tarfile.open(folder / "again.tar") as tar:
        saved = {name.rpartition("/")[2] for name in tar.getnames() if name.startswith("blobs/")}
    assert saved == expected


def test_loading_again_changes_nothing_and_reads_no_layer(empty: CommandLine, folder: Path) -> None:
    path = write_docker_archive(folder / "x.tar", tiny())
    empty("load", "-i", path).ok()
    before = blobs(empty)
    assert empty("load", "-i", path).ok().stdout == "Loaded image: tiny:1\n"
    assert blobs(empty) == before


def test_a_docker_archive_of_a_known_image_keeps_the_manifest_that_is_there(empty: CommandLine, folder: Path) -> None:
    empty("load", "-i", write_tar(folder / "x.tar", oci_members(tiny(), COMPRESSIONS["gzip"], "+gzip"))).ok()
    digest = inspect(empty, "tiny:1", "{{.Digest}}")
    empty("load", "-i", write_docker_archive(folder / "y.tar", tiny("docker.io/library/more:2"))).ok()
    assert inspect(empty, "more:2", "{{.Digest}}") == digest


def test_layers_that_were_lost_are_made_again_by_another_load(empty: CommandLine, folder: Path) -> None:
    path = write_docker_archive(folder / "x.tar", tiny())
    empty("load", "-i", path).ok()
    for layer in list((root(empty) / "layers").iterdir()):
        folders.remove(layer)
    empty("load", "-i", path).ok()
    check_loaded(empty, tiny(), NAME)


def test_layers_that_were_lost_are_made_again_when_the_image_is_used(empty: CommandLine, folder: Path) -> None:
    image = busybox.image("docker.io/library/bb:1")
    empty("load", "-i", write_docker_archive(folder / "x.tar", image)).ok()
    folders.remove(root(empty) / "layers" / image.diff_ids()[0].removeprefix("sha256:"))
    empty("create", "--name", "cc", "bb:1", "true").ok()
    assert (root(empty) / "layers" / image.diff_ids()[0].removeprefix("sha256:") / "diff" / "bin" / "sh").exists()
    empty("rm", "cc").ok()
