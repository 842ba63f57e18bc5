"""An image of 1 GB in 8 layers, made of bytes that compress about as well as programs and texts do."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import shutil
import tarfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.support.folders import cache
from tests.support.images import ARCHITECTURE, CONFIG, INDEX, LAYER, MANIFEST, REF_NAME

LAYERS = 8
FULL, HALF = "full", "half"
"""The tags: the whole image, and one of the first half of its layers."""


def layout() -> Path:
    """Return the folder of an OCI layout with both images, made now if the cache has none."""
    folder = cache() / "big-image"
    if not folder.exists():
        partial = folder.with_name(f"big-image.{os.getpid()}")
        shutil.rmtree(partial, ignore_errors=True)
        (partial / "blobs/sha256").mkdir(parents=True)
        with ProcessPoolExecutor() as pool:
            layers = list(pool.map(_make_layer, [partial] * LAYERS, range(LAYERS)))
        manifests = [_make_image(partial, layers[:count], tag) for count, tag in ((LAYERS, FULL), (LAYERS // 2, HALF))]
        (partial / "index.json").write_text(
            json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests})
        )
        (partial / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        partial.rename(folder)
    return folder


def _make_layer(folder: Path, number: int) -> tuple[str, dict[str, Any]]:
    """Make a layer of 128 MB: files of a megabyte, random and not, and three thousand small ones."""
    chance = random.Random(number)
    words = [chance.randbytes(chance.randint(3, 9)).hex().encode() for _ in range(4000)]
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for index in range(48):
            _add(tar, f"usr/lib/{number}/{index}", chance.randbytes(1 << 20))
        for index in range(56):
            _add(tar, f"usr/share/{number}/{index}", b" ".join(chance.choices(words, k=80_000))[: 1 << 20])
        for index in range(3000):
            _add(tar, f"usr/share/doc/{number}/{index % 50}/{index}", b" ".join(chance.choices(words, k=900))[:8192])
    data = stream.getvalue()
    packed = _put(folder, gzip.compress(data, 6, mtime=0), f"{LAYER}+gzip")
    return f"sha256:{hashlib.sha256(data).hexdigest()}", packed


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), 1_700_000_000, 0o644
    tar.addfile(info, io.BytesIO(data))


def _make_image(folder: Path, layers: list[tuple[str, dict[str, Any]]], tag: str) -> dict[str, Any]:
    root = {"type": "layers", "diff_ids": [diff_id for diff_id, _ in layers]}
    config = {"architecture": ARCHITECTURE, "os": "linux", "config": {"Cmd": ["sh"]}, "rootfs": root}
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _put(folder, json.dumps(config).encode(), CONFIG),
        "layers": [layer for _, layer in layers],
    }
    return {**_put(folder, json.dumps(document).encode(), MANIFEST), "annotations": {REF_NAME: tag}}


def _put(folder: Path, data: bytes, media_type: str) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    (folder / "blobs/sha256" / digest).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}
