"""OCI documents: read as written by others, written back with nothing lost, and refused where they make no sense."""

from __future__ import annotations

from typing import Any

import pytest

from pod.errors import InvalidReference
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.image_config import ImageConfig
from pod.oci.manifest import Descriptor, Index, Manifest
from pod.oci.platform import Platform

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"

MANIFEST: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": media_types.OCI_MANIFEST,
    "config": {"mediaType": media_types.OCI_CONFIG, "digest": DIGEST, "size": 7},
    "layers": [
        {
            "mediaType": media_types.OCI_LAYER_GZIP,
            "digest": DIGEST,
            "size": 9,
            "annotations": {"a": "b"},
            "org.example.unknown": [1],
        }
    ],
    "annotations": {"org.opencontainers.image.created": "2026-01-01T00:00:00Z"},
    "x-later": {"kept": True},
}


def test_a_manifest_comes_back_as_it_was_read_unknown_members_included() -> None:
    assert Manifest.from_json(MANIFEST).to_json() == MANIFEST


def test_a_configuration_of_docker_comes_back_as_it_was_read() -> None:
    document = {
        "architecture": "arm64",
        "variant": "v8",
        "os": "linux",
        "os.version": "1",
        "created": "2026-01-01T00:00:00.123456789Z",
        "docker_version": "20.10",
        "container_config": {"Hostname": "x"},
        "config": {
            "Hostname": "abc",
            "Env": ["A=b"],
            "Cmd": ["sh"],
            "Healthcheck": {"Test": ["CMD", "true"], "Interval": 30000000000, "Later": 1},
            "Labels": {"k": "v"},
            "ArgsEscaped": True,
        },
        "history": [{"created": "x", "created_by": "y", "empty_layer": True}],
        "rootfs": {"type": "layers", "diff_ids": [DIGEST]},
    }
    assert ImageConfig.from_json(document).to_json() == document


def test_null_lists_as_go_writes_them_are_empty() -> None:
    config = ImageConfig.from_json(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": None, "Cmd": None, "Volumes": None, "Labels": None},
            "history": None,
            "rootfs": {"type": "layers", "diff_ids": None},
        }
    )
    assert (config.config.env, config.config.cmd, config.config.labels, config.rootfs.diff_ids) == ((), None, {}, ())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"layers": None}, "no layers"),
        ({"layers": {}}, "expected a list"),
        ({"config": []}, "expected an object"),
        ({"config": {"mediaType": "x", "digest": DIGEST}}, "no size"),
        ({"config": {"mediaType": "x", "digest": DIGEST, "size": "7"}}, "expected a whole number"),
        ({"config": {"mediaType": "x", "digest": DIGEST, "size": True}}, "expected a whole number"),
        ({"schemaVersion": None}, "schemaVersion"),
    ],
)
def test_a_broken_manifest_is_refused_with_the_member_at_fault(change: dict[str, Any], complaint: str) -> None:
    document = {key: value for key, value in {**MANIFEST, **change}.items() if value is not None}
    with pytest.raises(ValueError, match=complaint):
        Manifest.from_json(document)


@pytest.mark.parametrize("text", ["", HEX, f"sha512:{HEX}", DIGEST[:-1], DIGEST.upper(), "sha256:../x"])
def test_what_is_no_digest_never_becomes_one(text: str) -> None:
    with pytest.raises(InvalidReference):
        Digest.parse(text)


def test_media_types_convert_between_oci_and_docker_and_leave_others_alone() -> None:
    manifest = Manifest.from_json(MANIFEST)
    docker = manifest.in_types(media_types.in_docker_types)
    assert docker.media_type == media_types.DOCKER_MANIFEST
    assert docker.layers[0].media_type == media_types.DOCKER_LAYER_GZIP
    assert docker.in_types(media_types.in_oci_types) == manifest
    assert media_types.in_oci_types("application/x") == "application/x"


def index(*platforms: Platform | None) -> Index:
    digests = [Digest(f"{number:064x}") for number in range(len(platforms))]
    manifests = [Descriptor(media_types.OCI_MANIFEST, d, 1, p) for d, p in zip(digests, platforms, strict=True)]
    return Index(2, tuple(manifests))


@pytest.mark.parametrize(
    ("platforms", "chosen"),
    [
        ((Platform("arm64", "linux"), Platform("amd64", "linux")), 1),
        ((Platform("amd64", "windows"), Platform("amd64", "linux")), 1),
        ((None, Platform("amd64", "linux")), 1),
        ((Platform("arm64", "linux"), None), 1),
        ((Platform("unknown", "unknown"), Platform("arm64", "linux")), None),
        ((), None),
    ],
)
def test_an_index_gives_the_manifest_for_the_platform(
    platforms: tuple[Platform | None, ...], chosen: int | None
) -> None:
    found = index(*platforms).for_platform(Platform("amd64", "linux"))
    assert (None if found is None else int(found.digest.hex, 16)) == chosen


def test_a_variant_left_open_fits_any_and_others_must_agree() -> None:
    v7, v8, any_arm = Platform("arm", "linux", "v7"), Platform("arm", "linux", "v8"), Platform("arm", "linux")
    assert any_arm.matches(v7) and v7.matches(any_arm) and not v7.matches(v8)


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", Platform("amd64", "linux")),
        ("linux/x86_64", Platform("amd64", "linux")),
        ("arm64", Platform("arm64", "linux")),
        ("linux/arm/v7", Platform("arm", "linux", "v7")),
    ],
)
def test_platforms_are_read_with_the_usual_other_names(text: str, platform: Platform) -> None:
    assert Platform.parse_text(text) == platform


@pytest.mark.parametrize("text", ["", "linux/", "a/b/c/d", "/amd64"])
def test_what_is_no_platform_is_refused(text: str) -> None:
    with pytest.raises(InvalidReference, match="invalid platform"):
        Platform.parse_text(text)
