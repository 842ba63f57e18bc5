"""Looking into the store of a `pod`, and the small image that most tests of images use."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from tests.support.commands import CommandLine, Result
from tests.support.images import Image
from tests.support.members import directory, file, layer

NAME = "docker.io/library/tiny:1"
IMAGES = ["images", "--filter", "label!=pod.host.stamp"]
"""The listing without the embedded image `host`, which is always there."""


def images(pod: CommandLine, *words: str) -> Result:
    """List the images but for the embedded one."""
    return pod(*IMAGES, *words)


def root(pod: CommandLine) -> Path:
    return Path(pod.prefix[pod.prefix.index("--root") + 1])


def blobs(pod: CommandLine) -> set[str]:
    path = root(pod) / "images" / "blobs" / "sha256"
    return set(os.listdir(path)) if path.exists() else set()


def left_behind(pod: CommandLine) -> list[str]:
    """Return everything of a failed command that is still there, in a store that has no image."""
    places = (root(pod) / "staging", root(pod) / "trash", root(pod) / "layers", root(pod) / "images/blobs/sha256")
    return [str(path) for place in places if place.exists() for path in place.iterdir()]


def wait_for_the_killed(pod: CommandLine, patience: float = 30) -> None:
    """Wait until no process works in the staging folder: one that was killed while it syncs a disk takes its time."""
    deadline = time.monotonic() + patience
    for path in (root(pod) / "staging").glob("*"):
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            while not _is_free(fd):
                assert time.monotonic() < deadline, f"{path} is still in use"
                time.sleep(0.02)
        finally:
            os.close(fd)


def _is_free(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def tiny(*tags: str, text: str = "hello") -> Image:
    """An image of three layers, of which the last is the first again."""
    first = layer([directory("a"), file("a/one", text.encode()), file("a/two", b"2" * 5000)])
    second = layer([file("b", b"second layer of the tiny image")])
    return Image([first, second, first], {"Cmd": ["sh"], "Env": ["A=b"]}, tags or (NAME,))


def inspect(pod: CommandLine, name: str, template: str) -> str:
    return pod("image", "inspect", "-f", template, name).ok().stdout.strip()


def layers_of(pod: CommandLine, name: str) -> list[str]:
    found: list[str] = json.loads(inspect(pod, name, "{{json .RootFS.Layers}}"))
    return found


def check_loaded(pod: CommandLine, image: Image, name: str = "tiny:1") -> None:
    """Fail unless the image is there with all its layers unpacked."""
    assert inspect(pod, name, "{{.Id}}") == f"sha256:{image.id()}"
    assert layers_of(pod, name) == image.diff_ids()
    for diff_id in image.diff_ids():
        assert (root(pod) / "layers" / diff_id.removeprefix("sha256:") / "diff").is_dir()
