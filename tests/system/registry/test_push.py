"""`pod push` to Debian's docker-registry: what is sent and what is not, in which form, and after interruptions."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
import zstandard

from pod.storage.zstd_chunked import CHECKSUM, POSITION
from tests.support.commands import CommandLine
from tests.support.cutting_proxy import cutting_proxy
from tests.support.faulty_registry import FaultyRegistry, Request, faulty_registry
from tests.support.images import Image, write_docker_archive
from tests.support.members import file, layer
from tests.support.registry import Registry
from tests.system.images.stores import layers_of, root, tiny


def load(pod: CommandLine, folder: Path, image: Image) -> None:
    pod("load", "-i", write_docker_archive(folder / "image.tar", image)).ok()


def manifest(skopeo: CommandLine, name: str) -> tuple[dict[str, object], str]:
    """Return a manifest on a registry and its digest."""
    raw = skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}").ok().raw
    return json.loads(raw), f"sha256:{hashlib.sha256(raw).hexdigest()}"


def compressions(document: dict[str, object]) -> set[str]:
    layers = document["layers"]
    assert isinstance(layers, list)
    return {one["mediaType"].replace("+", ".").rpartition(".")[2] for one in layers}


def test_blobs_that_are_there_are_not_sent_and_those_of_other_repositories_are_mounted(
    empty: CommandLine, plain: Registry, folder: Path
) -> None:
    load(empty, folder, tiny("tiny:1", text="mounted"))
    first = empty("push", "tiny:1", f"{plain.host}/first/place").ok().lines
    assert [line.partition(": ")[2] for line in first[1:-1]].count("Pushed") == 2
    before = len(plain.requests())
    second = empty("push", "tiny:1", f"{plain.host}/second/place:1").ok().lines
    asked = plain.requests()[before:]
    assert [line.partition(": ")[2] for line in second[1:-1]].count("Mounted from first/place") == 2
    assert [line for line in asked if line.startswith("PATCH")] == []
    assert sorted(asked).count("POST /v2/second/place/blobs/uploads/ 201") == 2  # layers; the configuration is sent
    assert sorted(asked).count("POST /v2/second/place/blobs/uploads/ 202") == 1
    third = empty("push", "tiny:1", f"{plain.host}/second/place:2").ok().lines
    asked = plain.requests()[before + len(asked) :]
    assert [line.partition(": ")[2] for line in third[1:-1]].count("Layer already exists") == 2
    assert [line for line in asked if not line.startswith(("GET /v2/ ", "HEAD"))] == [
        "PUT /v2/second/place/manifests/2 201"
    ]
    assert {line.split()[2] for lines in (first, second, third) for line in lines[-1:]} == {first[-1].split()[2]}


def test_upload_that_breaks_at_every_percent_goes_on_where_the_registry_has_got_to(
    empty: CommandLine, server: FaultyRegistry, folder: Path
) -> None:
    size = 20 << 20
    load(empty, folder, Image([layer([file("random", os.urandom(size))])], {}, ["big:1"]))
    received: list[int] = []

    def cut(request: Request) -> bool:
        if request.command != "PATCH" or len(received) >= 99:
            return False
        received.append(len(request.receive(request.path.rpartition("/")[2], cut=size // 100)))
        return True

    server.faults.append(cut)
    name = f"{server.host}/broken/upload"
    empty("push", "--retry-delay", "1ms", "big:1", name).ok()
    patches = [headers["content-range"] for method, _, headers in server.asked if method == "PATCH"]
    assert [int(text.partition("-")[0]) for text in patches] == [size // 100 * number for number in range(100)]
    before = layers_of(empty, "big:1")
    empty("rmi", "big:1").ok()
    empty("pull", name).ok()
    assert layers_of(empty, name) == before


def test_upload_that_breaks_once_is_sent_anew_to_a_registry_that_cannot_go_on(
    empty: CommandLine, plain: Registry, folder: Path
) -> None:
    load(empty, folder, Image([layer([file("random", os.urandom(4 << 20))])], {}, ["big:1"]))
    with cutting_proxy(plain.host, 3 << 20, once=True) as proxy:
        empty("push", "--retry-delay", "1ms", "big:1", f"{proxy.host}/broken/upload").ok()
        assert proxy.cuts == 1


def test_upload_that_never_gets_anywhere_is_an_error_that_names_blob_and_repository(
    empty: CommandLine, plain: Registry, folder: Path
) -> None:
    load(empty, folder, Image([layer([file("random", os.urandom(2 << 20))])], {}, ["big:1"]))
    with cutting_proxy(plain.host, 1) as proxy:
        result = empty("push", "--retry", "1", "--retry-delay", "1ms", "big:1", f"{proxy.host}/no/upload")
    assert result.code == 125
    assert f"cannot push to {proxy.host}/no/upload: the connection to {proxy.host} broke" in result.stderr
    assert list((root(empty) / "staging").iterdir()) == []


FORMS = [
    ((), "vnd.oci", "gzip"),
    (("--format", "v2s2", "--compression-level", "9"), "vnd.docker", "gzip"),
    (("--compression-format", "zstd"), "vnd.oci", "zstd"),
    (("--compression-format", "zstd", "--compression-level", "19", "--format", "oci"), "vnd.oci", "zstd"),
    (("--compression-format", "zstd:chunked"), "vnd.oci", "zstd"),
]


@pytest.mark.parametrize(("options", "kind", "compression"), FORMS, ids=lambda value: " ".join(value) or "-")
def test_podman_and_skopeo_take_what_pod_pushed_in_each_form(
    own: CommandLine,
    podman: CommandLine,
    skopeo: CommandLine,
    plain: Registry,
    folder: Path,
    options: tuple[str, ...],
    kind: str,
    compression: str,
) -> None:
    name, image = f"{plain.host}/forms:{FORMS.index((options, kind, compression))}", tiny("tiny:1", text=str(options))
    load(own, folder, image)
    own("push", *options, "--digestfile", folder / "digest", "tiny:1", name).ok()
    document, digest = manifest(skopeo, name)
    assert (folder / "digest").read_text() == digest
    assert kind in str(document["mediaType"])
    assert compressions(document) == {compression}
    skopeo("copy", "-q", "--src-tls-verify=false", f"docker://{name}", f"dir:{folder}/copy").ok()
    podman("pull", "-q", "--tls-verify=false", name).ok()
    found = json.loads(podman("image", "inspect", name).ok().stdout)[0]
    assert found["RootFS"]["Layers"] == image.diff_ids()
    podman("rmi", "-f", name).ok()
    own("rmi", "tiny:1").ok()
    own("pull", name).ok()
    assert layers_of(own, name) == image.diff_ids()
    own("push", "--digestfile", folder / "again", name, f"{name}-again").ok()
    assert (folder / "again").read_text() == digest
    own("rmi", name).ok()


def test_layers_as_zstd_chunked_have_a_table_that_goes_with_them(
    empty: CommandLine, skopeo: CommandLine, plain: Registry, folder: Path
) -> None:
    def layers(tag: str) -> list[dict[str, Any]]:
        found = manifest(skopeo, f"{name}:{tag}")[0]["layers"]
        assert isinstance(found, list)
        return found

    name, chunked = f"{plain.host}/chunked", ("--compression-format", "zstd:chunked")
    load(empty, folder, Image([layer([file("a", b"a" * 5000)]), layer([file("b", b"text")])], {}, ["files:1"]))
    empty("push", *chunked, "files:1", f"{name}:1").ok()
    skopeo("copy", "-q", "--src-tls-verify=false", f"docker://{name}:1", f"dir:{folder}/copy").ok()
    for one, text in zip(layers("1"), (b"a" * 5000, b"text"), strict=True):
        data = (folder / "copy" / one["digest"].partition(":")[2]).read_bytes()
        start, length, _plain, kind = map(int, one["annotations"][POSITION].split(":"))
        packed = data[start : start + length]
        assert (kind, one["annotations"][CHECKSUM]) == (1, f"sha256:{hashlib.sha256(packed).hexdigest()}")
        entry = json.loads(zstandard.ZstdDecompressor().decompressobj().decompress(packed))["entries"][0]
        frame = zstandard.ZstdDecompressor().decompress(data[entry["offset"] : entry["endOffset"]])
        assert (frame, entry["digest"]) == (text, f"sha256:{hashlib.sha256(text).hexdigest()}")
    assert empty("push", *chunked, "files:1", f"{name}:again").ok().stdout.count("Layer already exists") == 2
    assert layers("again") == layers("1")
    empty("rmi", "files:1").ok()
    empty("pull", f"{name}:1").ok()
    for tag, options in (("same", chunked), ("kept", ("--compression-format", "zstd")), ("plain", ())):
        empty("push", *options, f"{name}:1", f"{name}:{tag}").ok()
        assert layers(tag) == layers("1"), tag
    for tag, options in (("gzip", ("--compression-format", "gzip")), ("docker", ("--format", "v2s2"))):
        empty("push", *options, f"{name}:1", f"{name}:{tag}").ok()
        assert [one.get("annotations", {}) for one in layers(tag)] == [{}, {}]
        assert compressions(manifest(skopeo, f"{name}:{tag}")[0]) == {"gzip"}


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_pod_takes_what_skopeo_pushed_and_changes_the_compression_when_asked(
    own: CommandLine, skopeo: CommandLine, plain: Registry, folder: Path, compression: str
) -> None:
    name, image = f"{plain.host}/theirs:{compression}", Image([layer([file("a", compression.encode())])])
    archive = write_docker_archive(folder / "image.tar", image)
    copied = ("copy", "-q", "--dest-compress-format", compression, "--format", "oci", "--dest-tls-verify=false")
    skopeo(*copied, f"docker-archive:{archive}", f"docker://{name}").ok()
    document, digest = manifest(skopeo, name)
    assert compressions(document) == {compression}
    own("pull", name).ok()
    assert layers_of(own, name) == image.diff_ids()
    own("push", name, f"{name}-same").ok()
    assert manifest(skopeo, f"{name}-same")[1] == digest
    other = {"gzip": "zstd", "zstd": "gzip"}[compression]
    own("push", "--compression-format", other, name, f"{name}-other").ok()
    assert compressions(manifest(skopeo, f"{name}-other")[0]) == {other}
    own("push", "--compression-format", other, "--force-compression=false", name, f"{name}-kept").ok()
    assert manifest(skopeo, f"{name}-kept")[1] == digest
    own("push", "--format", "v2s2", name, f"{name}-docker").ok()
    assert compressions(manifest(skopeo, f"{name}-docker")[0]) == {"gzip"}
    own("rmi", name).ok()


REFUSALS = [
    (("--compression-format", "zstd", "--format", "v2s2"), "--format v2s2 excludes zstd"),
    (("--compression-format", "zstd:chunked", "--format", "v2s2"), "--format v2s2 excludes zstd"),
    (("--compression-level", "10"), "invalid compression level 10: those of gzip are 1 to 9"),
    (("--compression-format", "lzma"), "lzma"),
    (("--encryption-key", "jwe:key.pem"), "pod cannot encrypt layers"),
    (("--platform", "linux/s390x"), "no such image: tiny:1 for linux/s390x"),
    (("--all-tags",), "--all-tags takes a single name"),
]


def test_what_cannot_be_pushed_is_said_before_anything_is_sent(
    empty: CommandLine, plain: Registry, folder: Path
) -> None:
    load(empty, folder, tiny("tiny:1"))
    before = len(plain.requests())
    for options, message in REFUSALS:
        result = empty("push", *options, "tiny:1", f"{plain.host}/refused")
        assert (result.code, message in result.stderr) == (125, True), result.stderr
    assert "no such image: none" in empty("push", "none", f"{plain.host}/refused").stderr
    assert len(plain.requests()) == before


def test_upload_address_on_another_host_gets_no_credentials(
    empty: CommandLine, server: FaultyRegistry, folder: Path
) -> None:
    load(empty, folder, Image([layer([file("random", os.urandom(3 << 20))])], {}, ["big:1"]))
    with faulty_registry() as other:
        other.blobs = server.blobs

        def guard(request: Request) -> bool:
            if "Authorization" not in request.headers:
                return request.answer(401, b"{}", {"WWW-Authenticate": 'Basic realm="here"'})
            if request.command != "POST":
                return False
            name = str(len(other.uploads))
            other.uploads[name] = b""
            return request.answer(202, b"", {"Location": f"http://{other.host}{request.path}{name}"})

        server.faults.append(guard)
        empty("push", "--creds", "ann:secret", "big:1", f"{server.host}/sent/elsewhere").ok()
        assert {method for method, _, _ in other.asked} == {"PATCH", "PUT"}
        assert not any("authorization" in headers for _, _, headers in other.asked)


def test_credentials_for_a_registry_do_not_go_to_its_mirror(
    empty: CommandLine, server: FaultyRegistry, folder: Path
) -> None:
    server.add(tiny())
    conf = folder / "registries.conf"
    conf.write_text(
        f"""
        [[registry]]
        location = "registry.invalid"
        [[registry.mirror]]
        location = "{server.host}"
        """
    )
    asked: list[str] = []

    def challenge(request: Request) -> bool:
        asked.append(request.headers.get("Authorization", ""))
        return len(asked) == 1 and request.answer(401, b"{}", {"WWW-Authenticate": 'Basic realm="here"'})

    server.faults.append(challenge)
    env = {"CONTAINERS_REGISTRIES_CONF": str(conf)}
    empty("pull", "--creds", "ann:secret", "registry.invalid/team/app", env=env).ok()
    assert len(asked) > 1
    assert set(asked) == {""}
