"""Images for tests, written byte by byte in the formats that other engines read: no engine is needed to make them.

An `Image` is a list of layers and a configuration. It is written as a docker-archive (what `docker save` makes),
an OCI layout folder, or an OCI archive. Layers are bytes, or the path of an uncompressed tarball for a large one.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.members import EPOCH

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
REF_NAME = "org.opencontainers.image.ref.name"

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


@dataclass(frozen=True)
class Image:
    """Layers and configuration of an image that a test is about to write."""

    layers: Sequence[bytes | Path]
    config: dict[str, Any] = field(default_factory=dict)
    """Docker's container configuration: Cmd, Env, Entrypoint, WorkingDir, User, …"""
    tags: Sequence[str] = ()
    architecture: str = ARCHITECTURE

    def diff_ids(self) -> list[str]:
        """Return the digests of the uncompressed layers."""
        return [f"sha256:{_sha256(layer)}" for layer in self.layers]

    def config_json(self) -> bytes:
        """Return the image's configuration document."""
        created = "2026-01-01T00:00:00Z"
        document = {
            "architecture": self.architecture,
            "os": "linux",
            "created": created,
            "config": self.config,
            "rootfs": {"type": "layers", "diff_ids": self.diff_ids()},
            "history": [{"created": created, "created_by": f"layer {n}"} for n, _ in enumerate(self.layers)],
        }
        return json.dumps(document).encode()

    def id(self) -> str:
        """Return the image's id: the digest of its configuration, without the algorithm."""
        return _sha256(self.config_json())


def write_docker_archive(path: Path, *images: Image) -> Path:
    """Write the images as `docker save` does and return the path."""
    manifest = []
    with tarfile.open(path, "w") as tar:
        written: set[str] = set()
        for image in images:
            config = image.config_json()
            names = [f"{digest.removeprefix('sha256:')}.tar" for digest in image.diff_ids()]
            for name, layer in zip(names, image.layers, strict=True):
                if name not in written:
                    _add(tar, name, layer)
                    written.add(name)
            _add(tar, f"{_sha256(config)}.json", config)
            manifest.append({"Config": f"{_sha256(config)}.json", "RepoTags": list(image.tags), "Layers": names})
        _add(tar, "manifest.json", json.dumps(manifest).encode())
    return path


def write_oci_layout(folder: Path, *images: Image) -> Path:
    """Write the images as an OCI image layout and return the folder."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    manifests = []
    for image in images:
        layers = [_put_blob(blobs, layer, LAYER) for layer in image.layers]
        config = _put_blob(blobs, image.config_json(), CONFIG)
        document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
        descriptor = _put_blob(blobs, json.dumps(document).encode(), MANIFEST)
        platform_ = {"architecture": ARCHITECTURE, "os": "linux"}
        for tag in image.tags or [""]:
            named = {"annotations": {REF_NAME: tag}} if tag else {}
            manifests.append({**descriptor, "platform": platform_, **named})
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return folder


def write_oci_archive(path: Path, *images: Image) -> Path:
    """Write the images as a tarball of an OCI image layout and return the path."""
    folder = path.with_name(f"{path.name}.layout")
    write_oci_layout(folder, *images)
    with tarfile.open(path, "w") as tar:
        for entry in sorted(folder.rglob("*")):
            tar.add(entry, arcname=str(entry.relative_to(folder)), recursive=False)
    shutil.rmtree(folder)
    return path


def _sha256(data: bytes | Path) -> str:
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    with data.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _add(tar: tarfile.TarFile, name: str, data: bytes | Path) -> None:
    info = tarfile.TarInfo(name)
    info.mtime, info.mode = EPOCH, 0o644
    if isinstance(data, bytes):
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
        return
    info.size = data.stat().st_size
    with data.open("rb") as stream:
        tar.addfile(info, stream)


def _put_blob(blobs: Path, data: bytes | Path, media_type: str) -> dict[str, Any]:
    digest = _sha256(data)
    if isinstance(data, bytes):
        (blobs / digest).write_bytes(data)
    else:
        shutil.copyfile(data, blobs / digest)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": (blobs / digest).stat().st_size}
