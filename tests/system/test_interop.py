"""Images go to Podman and skopeo and come back: what one saves the others load and run, layer for layer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import folders
from tests.support.commands import CommandLine

MADE = "localhost/made:1"
FORMATS = ["docker-archive", "oci-archive"]
CHANGES = """
rm -r /etc/shadow /var && mkdir /var /new && cd /new
echo new >file && ln file link && ln -s file soft && chmod 4755 file
"""
LOOK = "ls -A /var; [ -e /etc/shadow ] || echo gone; cd /new; cat file soft; stat -c '%n %a %h %u' file link soft"


@pytest.fixture
def folder() -> Iterator[Path]:
    with folders.scratch() as path:
        yield path


@pytest.fixture(scope="module")
def made_by_podman(podman: CommandLine) -> Iterator[str]:
    """An image of two layers, the second of which Podman made of a container: with a whiteout, links and modes."""
    podman("run", "--name", "maker", "--network", "none", "busybox", "sh", "-c", CHANGES).ok()
    podman("commit", "-q", "--change", 'CMD ["sh", "-c", "cat /new/file"]', "--change", "USER 33", "maker", MADE).ok()
    podman("rm", "maker").ok()
    yield MADE
    podman("rmi", MADE)


@pytest.fixture(scope="module")
def other(make_pod: Callable[[str], CommandLine]) -> CommandLine:
    """A pod whose store has nothing but what a test loads."""
    return make_pod("interop")


def layers(engine: CommandLine, image: str) -> list[str]:
    """Return the digests of the layers' contents, as `image inspect` of either engine tells them."""
    document = json.loads(engine("image", "inspect", image).ok().stdout)[0]
    found: list[str] = document["RootFS"]["Layers"]
    return found


def run(engine: CommandLine, *words: str) -> str:
    return engine("run", "--rm", "--network", "none", *words).ok().stdout


@pytest.mark.parametrize("form", FORMATS)
def test_pod_loads_and_runs_what_podman_made_and_saved(
    other: CommandLine, podman: CommandLine, made_by_podman: str, folder: Path, form: str
) -> None:
    podman("save", "-q", "--format", form, "-o", folder / "x.tar", made_by_podman).ok()
    other("load", "-i", folder / "x.tar").ok()
    assert layers(other, made_by_podman) == layers(podman, made_by_podman)
    assert len(layers(other, made_by_podman)) == 2
    assert run(other, made_by_podman) == "new\n"
    look = ("-u", "0", made_by_podman, "sh", "-c", LOOK)
    assert run(other, *look) == run(podman, *look)
    assert run(other, made_by_podman, "id", "-u") == "33\n"
    other("rmi", made_by_podman).ok()


@pytest.mark.parametrize("form", FORMATS)
def test_podman_loads_and_runs_a_debian_that_pod_saved(
    pod: CommandLine, podman: CommandLine, debian: str, folder: Path, form: str
) -> None:
    pod("save", "--format", form, "-o", folder / "x.tar", debian).ok()
    loaded = podman("load", "-q", "-i", folder / "x.tar", timeout=120).ok().stdout.split()[-1]
    assert layers(podman, loaded) == layers(pod, debian)
    command = ["sh", "-c", "dpkg-query -W | sha256sum; find / -xdev -printf '%p %y %m %u %g %l\\n' | sort | grep -c ."]
    packages = run(podman, loaded, *command).splitlines()[0]
    assert packages == run(pod, debian, *command).splitlines()[0]
    podman("rmi", loaded).ok()


def test_an_image_that_went_to_podman_and_came_back_is_the_same(
    pod: CommandLine, other: CommandLine, podman: CommandLine, folder: Path
) -> None:
    name = "localhost/traveller:1"
    pod("tag", "busybox", name).ok()
    pod("save", "-o", folder / "there.tar", name).ok()
    podman("load", "-q", "-i", folder / "there.tar").ok()
    podman("save", "-q", "-o", folder / "back.tar", name).ok()
    other("load", "-i", folder / "back.tar").ok()
    ids = [engine("image", "inspect", "-f", "{{.Id}}", name).ok().stdout.strip() for engine in (pod, other, podman)]
    assert {image_id.removeprefix("sha256:") for image_id in ids} == {ids[0].removeprefix("sha256:")}
    for engine in (pod, other, podman):
        engine("rmi", name).ok()


def test_skopeo_finds_every_image_in_the_store_as_in_any_oci_layout(pod: CommandLine, debian: str) -> None:
    if shutil.which("skopeo") is None:
        pytest.skip("no skopeo on this machine: apt-get install skopeo")
    store = pod.prefix[pod.prefix.index("--root") + 1]
    skopeo = CommandLine(["skopeo"], pod.env)
    for short in ("busybox:latest", debian):
        where = f"oci:{store}/images:docker.io/library/{short}"
        assert json.loads(skopeo("inspect", where).ok().stdout)["Layers"] == layers(pod, short)
        config = json.loads(skopeo("inspect", "--config", where).ok().stdout)
        assert config["rootfs"]["diff_ids"] == layers(pod, short)
