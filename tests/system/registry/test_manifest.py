"""`pod manifest`: lists made, changed, run and pushed, beside Podman on the same registry."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.busybox import image as busybox_image
from tests.support.commands import CommandLine
from tests.support.images import ARCHITECTURE, Image, write_docker_archive
from tests.support.members import file, layer
from tests.support.registry import Registry
from tests.system.images.stores import inspect, root

OTHER = "s390x"


@pytest.fixture(scope="module")
def two(scratch: Path) -> dict[str, Path]:
    """Archives of an image for this machine and of one for another, by their names."""
    here = write_docker_archive(scratch / "here.tar", Image(busybox_image().layers, {}, ["here:1"]))
    foreign = Image([layer([file("for", OTHER.encode())])], {}, ["other:1"], OTHER)
    return {"here": here, "other": write_docker_archive(scratch / "other.tar", foreign)}


@pytest.fixture
def local(empty: CommandLine, two: dict[str, Path]) -> CommandLine:
    for archive in two.values():
        empty("load", "-i", archive).ok()
    return empty


def shown(pod: CommandLine, name: str, *options: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(pod("manifest", "inspect", *options, name).ok().stdout)
    return document


def raw(skopeo: CommandLine, name: str) -> bytes:
    return skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}").ok().raw


def platforms(document: dict[str, Any]) -> list[str]:
    return [entry["platform"]["architecture"] for entry in document["manifests"]]


@pytest.mark.parametrize("form", ["oci", "v2s2"])
def test_list_of_images_on_a_registry_has_podmans_digest(
    empty: CommandLine,
    podman: CommandLine,
    skopeo: CommandLine,
    plain: Registry,
    two: dict[str, Path],
    folder: Path,
    form: str,
) -> None:
    host, sources = plain.host, []
    for name, archive in two.items():
        sources.append(f"docker://{host}/{form}/{name}:1")
        skopeo("copy", "-q", "--format", form, "--dest-tls-verify=false", f"docker-archive:{archive}", sources[-1]).ok()
    insecure = ("--tls-verify=false",)
    for command, name in ((podman, "podmans"), (empty, "pods")):
        command("manifest", "create", name).ok()
        for source in sources:
            command("manifest", "add", *insecure, "--os-version", "7", name, source).ok()
        target = f"docker://{host}/{form}/{name}:1"
        command(
            "manifest", "push", *insecure, "--format", form, "--digestfile", folder / name, "--all", name, target
        ).ok()
        command("manifest", "rm", name).ok()
        assert command("manifest", "exists", name).code == 1
    assert raw(skopeo, f"{host}/{form}/pods:1") == raw(skopeo, f"{host}/{form}/podmans:1")
    assert (folder / "pods").read_text() == (folder / "podmans").read_text()
    assert shown(empty, f"{host}/{form}/pods:1") == json.loads(raw(skopeo, f"{host}/{form}/podmans:1"))
    empty("pull", f"{host}/{form}/podmans:1").ok()
    assert inspect(empty, f"{host}/{form}/podmans:1", "{{.Architecture}}") == ARCHITECTURE
    empty("pull", "--platform", f"linux/{OTHER}", f"{host}/{form}/pods:1").ok()
    assert inspect(empty, f"{host}/{form}/pods:1", "{{.Architecture}}") == OTHER


def test_run_takes_the_image_for_this_machine_from_a_list_of_the_store(local: CommandLine) -> None:
    local("manifest", "create", "both", "other:1", "here:1").ok()
    assert platforms(shown(local, "both")) == [OTHER, ARCHITECTURE]
    run = local("run", "--rm", "--network", "none", "both", "echo", "this one").ok()
    assert run.stdout == "this one\n"
    assert "both" in local("images", "--format", "{{.Repository}}").ok().lines
    local("rmi", "here:1", "other:1").ok()
    assert local("run", "--rm", "--network", "none", "both", "echo", "kept").ok().stdout == "kept\n"
    local("manifest", "rm", "both").ok()
    assert local("images", "-q", "--filter", "dangling=true").ok().lines  # what was only in the list has no name now
    local("image", "prune", "-f").ok()


def test_list_of_stored_images_is_pushed_with_them_and_pulled_by_podman(
    local: CommandLine, podman: CommandLine, skopeo: CommandLine, plain: Registry
) -> None:
    name = f"{plain.host}/stored/list:1"
    local("manifest", "create", name, "here:1", "other:1").ok()
    digest = local("manifest", "push", name).ok().stdout.strip()
    pushed = raw(skopeo, name)
    assert digest == f"sha256:{hashlib.sha256(pushed).hexdigest()}"
    document = json.loads(pushed)
    assert platforms(document) == [ARCHITECTURE, OTHER]
    before = len(plain.requests())
    assert local("manifest", "push", "-q", "--rm", name).ok().stdout.strip() == digest
    assert [line for line in plain.requests()[before:] if line.startswith("PATCH")] == []
    assert local("manifest", "exists", name).code == 1
    podman("pull", "-q", "--tls-verify=false", name).ok()
    assert json.loads(podman("image", "inspect", name).ok().stdout)[0]["Architecture"] == ARCHITECTURE
    podman("rmi", "-f", name).ok()
    twice = f"{plain.host}/stored/twice:1"
    local("manifest", "create", "twice", "here:1", "other:1").ok()
    local("manifest", "push", "--add-compression", "zstd,zstd:chunked", "twice", twice).ok()
    entries = json.loads(raw(skopeo, twice))["manifests"]
    assert [bool(entry.get("annotations")) for entry in entries] == [False] * 2 + [True] * 4
    local("manifest", "rm", "twice").ok()


def test_images_of_a_list_are_copied_from_another_registry(
    local: CommandLine, plain: Registry, secured: Registry
) -> None:
    source, target = f"{plain.host}/from/here:1", f"{plain.host}/to/there:1"
    local("push", "here:1", source).ok()
    local("rmi", "here:1").ok()
    local("manifest", "create", "remote", source).ok()
    before = len(plain.requests())
    local("manifest", "push", "remote", target).ok()
    asked = plain.requests()[before:]
    assert asked.count("POST /v2/to/there/blobs/uploads/ 201") == 2  # mounted, layer and configuration
    elsewhere = f"{secured.host}/to/there:1"
    local("manifest", "push", "--creds", "ann:secret", "remote", elsewhere).ok()
    local("pull", "--creds", "ann:secret", elsewhere).ok()
    assert local("run", "--rm", "--network", "none", elsewhere, "echo", "copied").ok().stdout == "copied\n"
    local("manifest", "rm", "remote").ok()


def test_list_is_changed_described_and_gets_an_artifact(
    local: CommandLine, skopeo: CommandLine, plain: Registry, folder: Path
) -> None:
    assert "there is an image of that name" in local("manifest", "create", "here:1").stderr
    local("manifest", "create", "--annotation", "a=b", "l").ok()
    assert "--amend changes it" in local("manifest", "create", "l").stderr
    local("manifest", "create", "--amend", "l", "here:1", "other:1").ok()
    local("manifest", "annotate", "--variant", "z15", "--features", "x,y", "--annotation", "c=d", "l", "other:1").ok()
    local("manifest", "annotate", "--index", "--annotation", "e=f", "--subject", "here:1", "l").ok()
    (folder / "bill.json").write_text("{}")
    local("manifest", "add", "--artifact", "--artifact-type", "application/x", "l", folder / "bill.json").ok()
    document = shown(local, "l")
    assert document["annotations"] == {"a": "b", "e": "f"}
    first, second, artifact = document["manifests"]
    assert document["subject"]["digest"] == first["digest"]
    assert second["platform"] == {"architecture": OTHER, "os": "linux", "variant": "z15", "features": ["x", "y"]}
    assert (second["annotations"], artifact["artifactType"]) == ({"c": "d"}, "application/x")
    target = f"{plain.host}/changed/list:1"
    local("manifest", "push", "l", target).ok()
    assert json.loads(raw(skopeo, f"{plain.host}/changed/list@{artifact['digest']}"))["artifactType"] == "application/x"
    refused = local("manifest", "push", "--format", "v2s2", "l", target)
    assert (refused.code, "Docker's format does not know" in refused.stderr) == (125, True)
    local("manifest", "remove", "l", artifact["digest"]).ok()
    local("manifest", "remove", "l", "here:1").ok()
    assert platforms(shown(local, "l")) == [OTHER]
    missing = local("manifest", "remove", "l", "here:1")
    assert (missing.code, "no such image: here:1 in the manifest list" in missing.stderr) == (125, True)
    assert local("manifest", "rm", "--ignore", "none", "l").ok().lines[0] == "Untagged: docker.io/library/l:latest"
    assert local("manifest", "rm", "l").code == 1
    assert list((root(local) / "staging").iterdir()) == []


def test_long_form_of_dockers_shows_every_manifest(local: CommandLine, plain: Registry) -> None:
    name = f"{plain.host}/long:1"
    local("push", "here:1", name).ok()
    one = json.loads(local("manifest", "inspect", "--verbose", "--insecure", name).ok().stdout)
    assert one["Ref"].startswith(f"{name}@sha256:")
    assert one["OCIManifest"]["config"]["size"] > 0
    local("manifest", "create", "l", name).ok()
    (entry,) = json.loads(local("manifest", "inspect", "-v", "l").ok().stdout)
    assert entry["OCIManifest"] == one["OCIManifest"]
    assert json.loads(local("manifest", "inspect", "l", name).ok().stdout) == one["OCIManifest"]
    local("manifest", "rm", "l").ok()
    wrong = local("manifest", "inspect", f"{name}2")
    assert (wrong.code, "the repository has no such tag" in wrong.stderr) == (125, True)
