"""Archives as other tools and other times write them, and broken ones: image archives member by member."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import lzma
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import zstandard

from tests.support.images import ARCHITECTURE, CONFIG, INDEX, LAYER, MANIFEST, REF_NAME, Image

Compress = Callable[[bytes], bytes]

COMPRESSIONS: dict[str, Compress] = {
    "plain": lambda data: data,
    "gzip": lambda data: gzip.compress(data, 1, mtime=0),
    "xz": lambda data: lzma.compress(data, preset=0),
    "zstd": lambda data: zstandard.ZstdCompressor(1).compress(data),
}
CONTAINERD_NAME = "io.containerd.image.name"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def contents(image: Image) -> list[bytes]:
    """Return the layers of a small image."""
    return [layer if isinstance(layer, bytes) else layer.read_bytes() for layer in image.layers]


def write_tar(path: Path, members: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> Path:
    """Write files and symbolic links into a tarball, in this order."""
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    return path


def docker_members(image: Image, compress: Compress = COMPRESSIONS["plain"]) -> dict[str, bytes]:
    """Return the members of a docker-archive, to be changed and written."""
    config = image.config_json()
    names = [f"{sha256(layer)}.tar" for layer in contents(image)]
    layers = {name: compress(layer) for name, layer in zip(names, contents(image), strict=True)}
    listed = {"Config": f"{sha256(config)}.json", "RepoTags": list(image.tags), "Layers": names}
    return {**layers, f"{sha256(config)}.json": config, "manifest.json": json.dumps([listed]).encode()}


def write_old_docker_archive(path: Path, image: Image) -> Path:
    """Write what Docker before 25 does: a folder a layer, equal layers as links, manifest.json at the end."""
    config = image.config_json()
    members: dict[str, bytes] = {}
    links: dict[str, str] = {}
    names = []
    first: dict[bytes, str] = {}
    for number, layer in enumerate(contents(image)):
        folder = sha256(f"v1 {number}".encode())
        name = f"{folder}/layer.tar"
        members[f"{folder}/VERSION"] = b"1.0"
        members[f"{folder}/json"] = json.dumps({"id": folder, "os": "linux"}).encode()
        if layer in first:
            links[name] = f"../{first[layer]}"
        else:
            first[layer] = name
            members[name] = layer
        names.append(name)
    members[f"{sha256(config)}.json"] = config
    listed = [{"Config": f"{sha256(config)}.json", "RepoTags": list(image.tags), "Layers": names}]
    members["manifest.json"] = json.dumps(listed).encode()
    members["repositories"] = b"{}"
    return write_tar(path, members, links)


def oci_members(image: Image, compress: Compress = COMPRESSIONS["plain"], suffix: str = "") -> dict[str, bytes]:
    """Return the members of an oci-archive whose layers have the media type LAYER + `suffix`."""
    config = image.config_json()
    layers = [compress(layer) for layer in contents(image)]
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": _descriptor(CONFIG, config),
            "layers": [_descriptor(LAYER + suffix, layer) for layer in layers],
        }
    ).encode()
    named = {"annotations": {REF_NAME: image.tags[0]}} if image.tags else {}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{**_descriptor(MANIFEST, manifest), **named}]}
    blobs = {f"blobs/sha256/{sha256(blob)}": blob for blob in (*layers, config, manifest)}
    return {**blobs, "index.json": json.dumps(index).encode(), "oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}


def write_docker25_archive(path: Path, image: Image) -> Path:
    """Write what Docker since 25 does: an OCI layout that manifest.json points into as well."""
    members = oci_members(image)
    index = json.loads(members["index.json"])
    index["manifests"][0]["annotations"] = {CONTAINERD_NAME: image.tags[0], REF_NAME: image.tags[0].rpartition(":")[2]}
    layers = [f"blobs/sha256/{sha256(layer)}" for layer in contents(image)]
    listed = {
        "Config": f"blobs/sha256/{image.id()}",
        "RepoTags": list(image.tags),
        "Layers": layers,
        "LayerSources": {f"sha256:{layer[13:]}": {"mediaType": LAYER} for layer in layers},
    }
    changed = {"index.json": json.dumps(index).encode(), "manifest.json": json.dumps([listed]).encode()}
    return write_tar(path, {**members, **changed})


def multi_platform_members(image: Image, name: str) -> dict[str, bytes]:
    """Return an oci-archive with an index for three platforms, of which only this machine's and arm64's are there."""
    own = oci_members(image)
    other = oci_members(Image([b"\0" * 1024 + layer for layer in contents(image)], {"Cmd": ["other"]}))
    foreign = "arm64" if ARCHITECTURE != "arm64" else "amd64"
    missing = {"mediaType": MANIFEST, "digest": f"sha256:{'1' * 64}", "size": 1}
    manifests = [
        {**missing, "platform": {"architecture": "s390x", "os": "linux"}},
        {**_first_manifest(other), "platform": {"architecture": foreign, "os": "linux"}},
        {**_first_manifest(own), "platform": {"architecture": ARCHITECTURE, "os": "linux"}},
    ]
    nested = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).encode()
    entry = {**_descriptor(INDEX, nested), "annotations": {REF_NAME: name}}
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}).encode()
    return {**other, **own, f"blobs/sha256/{sha256(nested)}": nested, "index.json": index}


def _first_manifest(members: Mapping[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(members["index.json"])["manifests"][0]
    return {key: value for key, value in found.items() if key != "annotations"}


def _descriptor(media_type: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{sha256(data)}", "size": len(data)}
