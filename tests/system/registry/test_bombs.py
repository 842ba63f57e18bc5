"""Layers that are small on the registry and endless when unpacked: bounded by the disk, and nothing stays of them."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator

import pytest

from tests.support import folders
from tests.support.commands import CommandLine
from tests.support.faulty_registry import FaultyRegistry
from tests.support.images import CONFIG, LAYER, MANIFEST, Image
from tests.support.members import file, layer
from tests.support.small_disk import NoSmallDisk, SmallDisk, small_disk

DISK = 24  # megabytes


@pytest.fixture(scope="module")
def disk() -> Iterator[SmallDisk]:
    with folders.scratch() as folder:
        try:
            with small_disk(folder / "disk", DISK) as disk:
                yield disk
        except NoSmallDisk as reason:
            pytest.skip(str(reason))


@pytest.fixture
def pod(pod_program: str, session_env: dict[str, str], disk: SmallDisk) -> CommandLine:
    program = CommandLine([pod_program, "--root", f"{disk.path}/s", "--runroot", f"{disk.path}/r"], session_env)
    return disk.inside(program)


def serve(server: FaultyRegistry, blob: bytes, kind: str, diff_id: str) -> str:
    """Put an image with one layer, as its blob lies there, on the registry."""
    image = Image([layer([file("a", b"a")])])
    config = json.loads(image.config_json())
    config["rootfs"]["diff_ids"] = [diff_id]
    data = json.dumps(config).encode()
    descriptor = {"mediaType": CONFIG, "digest": server.add_blob(data), "size": len(data)}
    one = {"mediaType": f"{LAYER}+{kind}", "digest": server.add_blob(blob), "size": len(blob)}
    server.add_manifest("latest", {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor, "layers": [one]})
    return f"{server.host}/team/app"


def bomb(megabytes: int) -> bytes:
    return layer([file("bomb", bytes(megabytes << 20))])


def packed(data: bytes, kind: str) -> bytes:
    if kind == "gzip":
        return gzip.compress(data, 9, mtime=0)
    return bytes(pytest.importorskip("zstandard").ZstdCompressor().compress(data))


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_bomb_ends_when_the_disk_is_full_and_leaves_nothing(
    pod: CommandLine, disk: SmallDisk, server: FaultyRegistry, kind: str
) -> None:
    data = bomb(200)
    blob = packed(data, kind)
    assert len(blob) < 1 << 20
    before = disk.free()
    result = pod("pull", serve(server, blob, kind, f"sha256:{hashlib.sha256(data).hexdigest()}"))
    assert result.code == 125
    assert f" of {server.host}/team/app: cannot unpack the layer" in result.stderr
    assert "No space left on device after" in result.stderr
    assert "free some space" in result.stderr
    assert before - disk.free() < 1024 + len(blob) // 1024
    assert disk.shell(f"ls {disk.path}/s/layers 2>/dev/null || true") == ""


def test_zeros_behind_the_end_of_a_layer_take_no_room(
    pod: CommandLine, disk: SmallDisk, server: FaultyRegistry
) -> None:
    data = layer([file("a", os.urandom(100))]) + bytes(200 << 20)
    name = serve(server, packed(data, "gzip"), "gzip", f"sha256:{hashlib.sha256(data).hexdigest()}")
    before = disk.free()
    pod("pull", name).ok()
    assert before - disk.free() < 2048
    pod("rmi", name).ok()


def test_layer_that_unpacks_to_something_else_than_the_image_says_is_refused(
    pod: CommandLine, server: FaultyRegistry, disk: SmallDisk
) -> None:
    blob = packed(layer([file("a", b"a")]), "gzip")
    result = pod("pull", serve(server, blob, "gzip", f"sha256:{'0' * 64}"))
    assert (result.code, "is damaged: its digest is sha256:" in result.stderr) == (125, True)
    assert pod("images", "-q", "--filter", "label!=pod.host.stamp").ok().lines == []
    assert disk.shell(f"ls {disk.path}/s/layers") == ""
