"""Podman and skopeo load what pod saves and the other way round, with the same layers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support import busybox
from tests.support.commands import CommandLine
from tests.support.images import write_docker_archive
from tests.system.images.stores import NAME, images, inspect, layers_of, root, tiny


def test_podman_loads_and_runs_what_pod_saves_with_the_same_layers(
    pod: CommandLine, podman: CommandLine, folder: Path
) -> None:
    for form in ("docker-archive", "oci-archive", "oci-dir", "docker-dir"):
        path = folder / form
        pod("save", "--format", form, "-o", path, "busybox").ok()
        podman("rmi", "-f", "busybox")
        loaded = podman("load", "-q", "-i", path).ok().stdout.strip().removeprefix("Loaded image: ")
        assert json.loads(podman("image", "inspect", loaded).ok().stdout)[0]["RootFS"]["Layers"] == layers_of(
            pod, "busybox"
        )
        assert podman("run", "--rm", "--network", "none", loaded, "echo", form).ok().stdout == f"{form}\n"
        podman("rmi", "-f", loaded).ok()
    podman("load", "-i", _saved(pod, folder)).ok()  # as other tests want it


def _saved(pod: CommandLine, folder: Path) -> Path:
    pod("save", "-o", folder / "back.tar", "busybox").ok()
    return folder / "back.tar"


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive", "oci-dir", "docker-dir"])
def test_pod_loads_what_podman_saves_with_the_same_layers(
    empty: CommandLine, podman: CommandLine, folder: Path, form: str
) -> None:
    podman("save", "-q", "--format", form, "-o", folder / "x", "busybox").ok()
    document = json.loads(podman("image", "inspect", "busybox").ok().stdout)[0]
    empty("load", "-i", folder / "x").ok()
    (image_id,) = images(empty, "-q").ok().lines
    assert layers_of(empty, image_id) == document["RootFS"]["Layers"]
    if form.startswith("docker"):  # Podman writes the configuration anew for OCI's formats
        assert inspect(empty, image_id, "{{.Id}}") == f"sha256:{document['Id']}"


def test_podman_saves_several_images_that_pod_loads(empty: CommandLine, podman: CommandLine, folder: Path) -> None:
    podman("load", "-q", "-i", write_docker_archive(folder / "tiny.tar", tiny())).ok()
    podman("save", "-q", "-m", "-o", folder / "x.tar", "busybox", "tiny:1").ok()
    podman("rmi", "tiny:1").ok()
    assert sorted(empty("load", "-i", folder / "x.tar").ok().lines) == [
        "Loaded image: busybox:latest",
        "Loaded image: tiny:1",
    ]


needs_skopeo = pytest.mark.skipif(shutil.which("skopeo") is None, reason="no skopeo on this machine")


@needs_skopeo
def test_skopeo_reads_the_store_as_an_oci_layout(empty: CommandLine, folder: Path) -> None:
    image = tiny()
    empty("load", "-i", write_docker_archive(folder / "x.tar", image)).ok()
    skopeo = CommandLine(["skopeo"], empty.env)
    said = skopeo("inspect", f"oci:{root(empty)}/images:{NAME}").ok()
    assert json.loads(said.stdout)["Layers"] == image.diff_ids()


@needs_skopeo
def test_what_skopeo_copies_into_the_store_is_an_image(empty: CommandLine, folder: Path) -> None:
    skopeo = CommandLine(["skopeo", "--insecure-policy"], empty.env)
    empty("load", "-i", write_docker_archive(folder / "x.tar", tiny("docker.io/library/first:1"))).ok()
    other = busybox.image("docker.io/library/copied:1")
    path = write_docker_archive(folder / "y.tar", other)
    skopeo("copy", f"docker-archive:{path}", f"oci:{root(empty)}/images:docker.io/library/copied:1").ok()
    assert "copied" in images(empty).ok().stdout
    empty("create", "--name", "cc", "copied:1", "true").ok()
    empty("rm", "cc").ok()
    empty("tag", "first:1", "second:1").ok()
    assert layers_of(empty, "copied:1") == other.diff_ids()


@needs_skopeo
@pytest.mark.parametrize("form", ["docker-archive", "oci-archive", "oci", "dir"])
def test_pod_loads_what_skopeo_copies(empty: CommandLine, folder: Path, form: str) -> None:
    image = tiny()
    source = write_docker_archive(folder / "x.tar", image)
    skopeo = CommandLine(["skopeo", "--insecure-policy"], empty.env)
    name = "" if form == "dir" else f":{NAME}"
    skopeo("copy", f"docker-archive:{source}", f"{form}:{folder}/copy{name}").ok()
    empty("load", "-i", folder / "copy").ok()
    (image_id,) = images(empty, "-q").ok().lines
    assert layers_of(empty, image_id) == image.diff_ids()
