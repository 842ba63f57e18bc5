"""Commands on images that are killed, run at once, or fill the disk: the store is as before or as after."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pod.engine.engine import Engine
from pod.engine.images import import_image
from pod.engine.images.load import load, open_input
from pod.errors import StorageError
from pod.linux import idmap
from pod.linux import syscalls as sc
from pod.linux.process import identify
from pod.runtime.user_namespace import UserNamespace
from pod.settings import Settings
from pod.storage.images import ImageStore
from tests.support import busybox
from tests.support.archives import sha256
from tests.support.commands import CommandLine
from tests.support.images import Image, write_docker_archive
from tests.support.inside import in_namespace
from tests.support.members import file, layer
from tests.system.images.stores import blobs, images, left_behind, root, tiny

KILLS = 9


def heavy(*tags: str) -> Image:
    """An image that takes a moment to load: several layers of many files."""
    layers = [layer([file(f"{number}/{name}", os.urandom(8) * 500) for name in range(250)]) for number in range(4)]
    return Image(layers, {}, tags)


@pytest.fixture(scope="module")
def heavy_archive(scratch: Path) -> Path:
    return write_docker_archive(scratch / "heavy.tar", heavy("heavy:1"))


def killed_after(pod: CommandLine, seconds: float, *words: str | Path) -> int:
    """Start a command, kill it (alone, not its children) after a while, and return its exit code."""
    process = pod.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait()


def duration(pod: CommandLine, *words: str | Path) -> float:
    begin = time.monotonic()
    pod(*words).ok()
    return time.monotonic() - begin


def check_sound(pod: CommandLine) -> None:
    """Fail unless every blob is what its name says and every listed image is complete."""
    for name in blobs(pod):
        assert sha256((root(pod) / "images" / "blobs" / "sha256" / name).read_bytes()) == name
    for image_id in images(pod, "-q", "--no-trunc").ok().lines:
        pod("image", "inspect", image_id).ok()
        pod("save", "-o", "/dev/null", image_id).ok()
    for entry in (root(pod) / "layers").iterdir():
        assert (entry / "layer.json").is_file(), "a layer without its document is unfinished"


def test_a_killed_load_leaves_a_store_that_the_next_command_accepts(empty: CommandLine, heavy_archive: Path) -> None:
    whole = duration(empty, "load", "-i", heavy_archive)
    generator = random.Random(1)
    for _ in range(KILLS):
        empty("rmi", "--ignore", "heavy:1").ok()
        killed_after(empty, generator.uniform(0.05, whole), "load", "-i", heavy_archive)
        listed = images(empty, "--format", "{{.Repository}}").ok().lines
        assert listed in ([], ["heavy"])
        check_sound(empty)
    assert empty("load", "-i", heavy_archive).ok().stdout == "Loaded image: heavy:1\n"
    assert list((root(empty) / "staging").iterdir()) == []
    empty("rmi", "heavy:1").ok()
    assert left_behind(empty) == []


def test_a_killed_load_from_a_pipe_leaves_nothing_either(empty: CommandLine, heavy_archive: Path) -> None:
    generator = random.Random(2)
    for _ in range(KILLS // 3):
        with heavy_archive.open("rb") as stream:
            process = empty.start("load", stdin=stream, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(generator.uniform(0.05, 0.6))
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
        check_sound(empty)
        empty("rmi", "--ignore", "heavy:1").ok()
    empty("image", "prune", "-f").ok()
    assert left_behind(empty) == []


def test_a_killed_removal_leaves_the_image_or_nothing(empty: CommandLine, heavy_archive: Path) -> None:
    empty("load", "-i", heavy_archive).ok()
    whole = duration(empty, "rmi", "heavy:1")
    generator = random.Random(3)
    for _ in range(KILLS):
        empty("load", "-i", heavy_archive).ok()
        killed_after(empty, generator.uniform(0.03, whole), "rmi", "heavy:1")
        check_sound(empty)
    empty("rmi", "--ignore", "heavy:1").ok()
    empty("image", "prune", "-f").ok()
    assert left_behind(empty) == []


def test_a_killed_save_leaves_the_former_file(empty: CommandLine, heavy_archive: Path, folder: Path) -> None:
    empty("load", "-i", heavy_archive).ok()
    whole = duration(empty, "save", "-o", folder / "x.tar", "heavy:1")
    saved = (folder / "x.tar").read_bytes()
    generator = random.Random(4)
    for _ in range(KILLS):
        killed_after(empty, generator.uniform(0.03, whole), "save", "-o", folder / "x.tar", "heavy:1")
        assert (folder / "x.tar").read_bytes() == saved
    assert os.listdir(folder) == ["x.tar"]


def test_a_killed_tag_loses_no_name(empty: CommandLine, folder: Path) -> None:
    empty("load", "-i", write_docker_archive(folder / "x.tar", tiny())).ok()
    generator = random.Random(5)
    for number in range(KILLS):
        before = set(images(empty, "--format", "{{.Tag}}").ok().lines)
        killed_after(empty, generator.uniform(0.02, 0.12), "tag", "tiny:1", f"tiny:n{number}")
        after = set(images(empty, "--format", "{{.Tag}}").ok().lines)
        assert after in (before, before | {f"n{number}"})


def test_loads_and_removals_at_once_end_in_a_sound_store(empty: CommandLine, folder: Path) -> None:
    archives = [
        write_docker_archive(folder / f"{number}.tar", tiny(f"tiny:{number}", text=str(number % 2)))
        for number in range(6)
    ]
    running = []
    for path in archives * 2:
        running.append(empty.start("load", "-i", path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        name = f"tiny:{(int(path.stem) - 2) % 6}"
        running.append(empty.start("rmi", "--ignore", name, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    for process in running:
        _, stderr = process.communicate(timeout=120)
        assert (process.returncode, stderr) == (0, b""), process.args
    check_sound(empty)
    for path in archives:
        empty("load", "-i", path).ok()
    assert sorted(images(empty, "--format", "{{.Tag}}").ok().lines) == [str(number) for number in range(6)]


# a full disk


class Inside(Engine):
    """An engine whose process is in a user's namespace already: the one that the test made."""

    def enter(self) -> UserNamespace:
        own = idmap.wanted(0, 0)
        return UserNamespace(identify(os.getpid()), "", 0, "", own)


def full_disk(scratch: Path, size: str, act: Callable[[Inside], object]) -> StorageError:
    """Return the error of an action on a store whose disk is too small, when all that was there before still is."""
    folder = scratch / "full"
    (folder / "s").mkdir(parents=True, exist_ok=True)
    sc.mount("tmpfs", str(folder / "s"), "tmpfs", 0, size)
    engine = Inside(Settings(root=f"{folder}/s", runroot=f"{folder}/r", home="/"), print)
    load(engine, open_input(str(write_docker_archive(folder / "tiny.tar", tiny()))))
    before = _listing(folder / "s")
    with pytest.raises(StorageError) as caught:
        act(engine)
    assert [entry.name for entry in ImageStore(engine.layout).entries()] == ["docker.io/library/tiny:1"]
    assert _listing(folder / "s") == before
    load(engine, open_input(str(folder / "tiny.tar")))
    return caught.value


def _listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _big(folder: Path) -> Path:
    return write_docker_archive(folder / "big.tar", Image([layer([file("x", os.urandom(4 << 20))])], {}, ["big:1"]))


@pytest.mark.parametrize("size", ["size=2m", "size=6m", "nr_inodes=60"])
@pytest.mark.parametrize("way", ["file", "compressed"])
@in_namespace
def test_a_full_disk_while_loading_leaves_the_store_as_it_was(scratch: Path, size: str, way: str) -> None:
    path = write_docker_archive(scratch / "many.tar", busybox.image("many:1")) if "inodes" in size else _big(scratch)
    if way == "compressed":
        subprocess.run(["gzip", "-kf", path], check=True)
        path = path.with_name(f"{path.name}.gz")
    error = full_disk(scratch, size, lambda engine: load(engine, open_input(str(path))))
    assert "No space left on device" in error.message
    assert "pod image prune" in error.hint


@in_namespace
def test_a_full_disk_while_importing_leaves_the_store_as_it_was(scratch: Path) -> None:
    tarball = scratch / "root.tar"
    tarball.write_bytes(layer([file("x", os.urandom(4 << 20))]))

    def act(engine: Inside) -> None:
        with tarball.open("rb") as stream:
            import_image.import_image(engine, stream, "root.tar")

    for size in ("size=2m", "size=6m"):
        assert "No space left on device" in full_disk(scratch, size, act).message
