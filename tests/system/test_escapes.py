"""Escapes through links that a running container swaps for folders while something of pod walks there.

What such a race must never do: write to, give away, or change the owner of a file of the host. What a link may lead to
at rest is tested where it belongs: mount targets in test_isolation, `cp` in test_cp, `volume-subpath` in
test_mount_kinds, names of volumes in test_volumes, answers of plugins in test_volume_plugins.
"""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, eventually, sleeping

SECONDS = 1.0

SWAP = """
cd {folder} && mkdir -p dir && ln -s {outside} link && echo harmless >dir/file
while :; do mv dir real 2>/dev/null; cp -P link dir 2>/dev/null; rm dir 2>/dev/null; mv real dir 2>/dev/null; done
"""


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A folder of the host with one file; in the end both are as they were."""
    folder = tmp_path / "outside"
    folder.mkdir(mode=0o755)
    (folder / "file").write_text("of the host")
    yield folder
    assert os.listdir(folder) == ["file"]
    assert (folder / "file").read_text() == "of the host"
    assert {folder.stat().st_uid, (folder / "file").stat().st_uid} == {os.getuid()}


@pytest.fixture
def shared(pod: CommandLine, outside: Path, tmp_path: Path) -> Iterator[Path]:
    """A folder of the host in which a container swaps `dir` for a link, as fast as it can."""
    folder = tmp_path / "shared"
    folder.mkdir()
    with sleeping(pod, "-v", f"{folder}:/shared") as name:
        pod("exec", "-d", name, "sh", "-c", SWAP.format(folder="/shared", outside=outside)).ok()
        eventually((folder / "dir").is_symlink, "the first swap")
        yield folder


@pytest.fixture
def volume(pod: CommandLine, outside: Path) -> Iterator[str]:
    """A volume in which a container swaps `dir` for a link."""
    with sleeping(pod, "-v", "swapped:/v") as name:
        pod("exec", "-d", name, "sh", "-c", SWAP.format(folder="/v", outside=outside)).ok()
        yield "swapped"
    pod("volume", "rm", "swapped").ok()


@pytest.fixture
def inside(pod: CommandLine, outside: Path) -> Iterator[str]:
    """A container that swaps /tmp/swap/dir in its own root for a link."""
    with sleeping(pod) as name:
        script = "mkdir -p /tmp/swap; " + SWAP.format(folder="/tmp/swap", outside=outside)
        pod("exec", "-d", name, "sh", "-c", script).ok()
        yield name


@pytest.fixture
def stopped(pod: CommandLine) -> Iterator[str]:
    pod("create", "--name", "escape-stopped", *NO_NETWORK, "busybox", "true").ok()
    yield "escape-stopped"
    pod("rm", "escape-stopped").ok()


def racing() -> Iterator[int]:
    """Count tries for as long as a race gets."""
    end = time.monotonic() + SECONDS
    number = 0
    while time.monotonic() < end:
        yield number
        number += 1


def contents(archive: bytes) -> set[bytes]:
    """Return what is in the files of an archive."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {file.read() for info in tar if info.isreg() and (file := tar.extractfile(info))}


def many(folder: Path) -> Path:
    """A folder `dir` with 200 files in a folder."""
    (folder / "dir").mkdir(parents=True)
    for number in range(200):
        (folder / "dir" / f"planted{number}").write_text("x")
    return folder


def test_cp_into_a_swapped_folder_of_the_host(pod: CommandLine, shared: Path, stopped: str, tmp_path: Path) -> None:
    pod("cp", f"{many(tmp_path / 'source')}/.", f"{stopped}:/tmp/plant").ok()
    for _ in racing():
        pod("cp", f"{stopped}:/tmp/plant/.", shared)


def test_cp_of_a_swapped_folder_of_the_host(pod: CommandLine, shared: Path, stopped: str) -> None:
    for number in racing():
        pod("cp", shared, f"{stopped}:/tmp/leak{number}")
    assert b"of the host" not in contents(pod("cp", f"{stopped}:/tmp", "-").ok().raw)


def test_cp_into_a_swapped_folder_of_a_container(pod: CommandLine, inside: str, tmp_path: Path) -> None:
    source = many(tmp_path / "source")
    for number in racing():
        pod("cp", f"{source}/.", f"{inside}:/tmp/swap")
        pod("cp", source / "dir" / "planted1", f"{inside}:/tmp/swap/dir/{number}")


def test_cp_out_of_a_swapped_folder_of_a_container(pod: CommandLine, inside: str) -> None:
    for _ in racing():
        for path in ("/tmp/swap/dir/file", "/tmp/swap"):
            taken = pod("cp", f"{inside}:{path}", "-")
            assert taken.code or b"of the host" not in contents(taken.raw)


def test_mount_on_a_swapped_folder(pod: CommandLine, volume: str, tmp_path: Path) -> None:
    (tmp_path / "mounted").mkdir()
    for number in racing():
        words = ("-v", f"{tmp_path}/mounted:/v/dir/{number}", "--tmpfs", "/v/dir/tmpfs", "-w", "/v/dir/work")
        pod("run", "--rm", *NO_NETWORK, "-v", f"{volume}:/v", *words, "busybox", "true")


def test_mount_of_a_swapped_part_of_a_volume(pod: CommandLine, volume: str) -> None:
    mount = f"type=volume,source={volume},target=/s,volume-subpath=dir"
    for _ in racing():
        assert "host" not in pod("run", "--rm", *NO_NETWORK, "--mount", mount, "busybox", "cat", "/s/file").stdout


def test_owners_given_to_a_swapped_folder(pod: CommandLine, volume: str) -> None:
    for number in racing():
        words = ("--user", str(1000 + number), "-v", f"{volume}:/v:U")
        pod("run", "--rm", *NO_NETWORK, *words, "busybox", "true")


def test_export_and_import_of_a_volume_with_a_swapped_folder(pod: CommandLine, volume: str, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "in.tar", "w") as tar:
        tar.add(many(tmp_path / "source"), ".")
    for _ in racing():
        exported = pod("volume", "export", volume)
        assert exported.code or b"of the host" not in contents(exported.raw)
        pod("volume", "import", volume, tmp_path / "in.tar")
