"""Trust: what the policy does not allow never becomes runnable; signatures are those of skopeo and Podman."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import CommandLine, Result
from tests.support.faulty_registry import FaultyRegistry, Request
from tests.support.images import write_docker_archive
from tests.support.registry import NoRegistry, Registry, docker_registry
from tests.system.images.stores import check_loaded, images, left_behind, tiny

ANN, BOB = "ann@example.org", "bob@example.org"


@dataclass(frozen=True)
class Keys:
    """Two people's keys of GnuPG, and the folder where signatures lie."""

    home: Path
    folder: Path

    def public(self, who: str) -> Path:
        return self.folder / f"{who}.gpg"

    @property
    def env(self) -> dict[str, str]:
        return {"GNUPGHOME": str(self.home), "XDG_CONFIG_HOME": str(self.folder / "config")}

    @property
    def registries_d(self) -> Path:
        return self.folder / "config/containers/registries.d"

    def policy(self, name: str, **requirement: Any) -> Path:
        """Write a policy that needs this of everything from registries and accepts the rest."""
        path = self.folder / f"policy-{name}.json"
        accept = [{"type": "insecureAcceptAnything"}]
        path.write_text(json.dumps({"default": accept, "transports": {"docker": {"": [requirement]}}}))
        return path

    def signed_by(self, who: str, **identity: str) -> Path:
        more = {"signedIdentity": identity} if identity else {}
        name = f"{who}-{len(identity)}"
        return self.policy(name, type="signedBy", keyType="GPGKeys", keyPath=str(self.public(who)), **more)


@pytest.fixture(scope="module")
def keys(scratch: Path) -> Iterator[Keys]:
    if shutil.which("gpg") is None:
        pytest.skip("no gpg on this machine: apt-get install gpg")
    folder = scratch / "trust"
    found = Keys(folder / "g", folder)
    found.home.mkdir(parents=True, mode=0o700)
    found.registries_d.mkdir(parents=True)
    (found.registries_d / "all.yaml").write_text(f"default-docker:\n  lookaside: file://{folder}/signatures\n")
    gpg = ["gpg", "--homedir", str(found.home), "--batch", "--quiet"]
    try:
        for who in (ANN, BOB):
            new_key = [*gpg, "--passphrase", "", "--quick-gen-key", who, "rsa2048", "default", "never"]
            subprocess.run(new_key, check=True, capture_output=True)
            exported = subprocess.run([*gpg, "--armor", "--export", who], check=True, capture_output=True)
            found.public(who).write_bytes(exported.stdout)
        yield found
    finally:
        agent = ["gpg-connect-agent", "--homedir", str(found.home), "--no-autostart", "killagent", "/bye"]
        for prefix in ([], ["unshare", "--user", "--map-root-user"]):  # Podman's is one for the root of its namespace
            subprocess.run([*prefix, *agent], check=False, capture_output=True)
        subprocess.run(["gpgconf", "--homedir", found.home, "--remove-socketdir"], check=False, capture_output=True)


@pytest.fixture(scope="module")
def registry(scratch: Path) -> Iterator[Registry]:
    try:
        with docker_registry(scratch / "trust-registry") as running:
            yield running
    except NoRegistry as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def skopeo(session_env: dict[str, str], keys: Keys) -> CommandLine:
    if shutil.which("skopeo") is None:
        pytest.skip("no skopeo on this machine: apt-get install skopeo")
    return CommandLine(["skopeo", "--registries.d", str(keys.registries_d)], {**session_env, **keys.env})


@pytest.fixture(scope="module")
def archive(scratch: Path) -> Path:
    return write_docker_archive(scratch / "trust.tar", tiny())


@pytest.fixture
def pod(empty: CommandLine, keys: Keys) -> CommandLine:
    return empty.with_env(**keys.env)


def refused(pod: CommandLine, result: Result, reason: str) -> None:
    """Fail unless the policy refused, and nothing at all of the image is in the store."""
    assert (result.code, "is not allowed" in result.stderr, reason in result.stderr) == (125, True, True), result
    assert images(pod, "-q").ok().lines == []
    assert left_behind(pod) == []


def push_signed(pod: CommandLine, archive: Path, name: str, key: str) -> None:
    pod("load", "-q", "-i", archive).ok()
    pod("push", "-q", "--sign-by", key, "tiny:1", name).ok()
    pod("rmi", "tiny:1").ok()


def test_signed_push_satisfies_the_policies_of_pod_and_skopeo(
    pod: CommandLine, skopeo: CommandLine, keys: Keys, registry: Registry, archive: Path, folder: Path
) -> None:
    name = f"{registry.host}/signed:1"
    push_signed(pod, archive, name, ANN)
    copied = ("copy", "-q", "--src-tls-verify=false", f"docker://{name}")
    skopeo("--policy", str(keys.signed_by(ANN)), *copied, f"dir:{folder}/ann").ok()
    assert skopeo("--policy", str(keys.signed_by(BOB)), *copied, f"dir:{folder}/bob").code == 1
    refused(pod, pod("pull", "--signature-policy", keys.signed_by(BOB), name), "a key that the policy does not name")
    pod("pull", "--signature-policy", keys.signed_by(ANN), name).ok()
    check_loaded(pod, tiny(), name)


def test_signatures_of_skopeo_and_podman_satisfy_pod(
    pod: CommandLine,
    podman: CommandLine,
    skopeo: CommandLine,
    keys: Keys,
    registry: Registry,
    archive: Path,
    folder: Path,
) -> None:
    push = ("--insecure-policy", "copy", "-q", "--dest-tls-verify=false")
    name = f"{registry.host}/skopeo:1"
    skopeo(*push, "--sign-by", ANN, f"docker-archive:{archive}", f"docker://{name}").ok()
    pod("pull", "--signature-policy", keys.signed_by(ANN), name).ok()
    pod("rmi", name).ok()
    alone = f"{registry.host}/alone:1"
    skopeo(*push, f"docker-archive:{archive}", f"docker://{alone}").ok()
    raw = skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{alone}").ok().raw
    refused(pod, pod("pull", "--signature-policy", keys.signed_by(ANN), alone), "it has no signature")
    (folder / "manifest").write_bytes(raw)
    target = keys.folder / "signatures" / f"alone@sha256={hashlib.sha256(raw).hexdigest()}" / "signature-1"
    target.parent.mkdir(parents=True)
    skopeo("standalone-sign", "-o", str(target), str(folder / "manifest"), alone, ANN).ok()
    pod("pull", "--signature-policy", keys.signed_by(ANN), alone).ok()
    pod("rmi", alone).ok()
    theirs = f"{registry.host}/podman:1"
    settings = folder / ".config/containers"
    settings.mkdir(parents=True)
    (settings / "registries.d").symlink_to(keys.registries_d)
    signed = podman.with_env(HOME=str(folder), **keys.env)
    signed("push", "-q", "--tls-verify=false", "--sign-by", BOB, "busybox", theirs).ok()
    pod("pull", "--signature-policy", keys.signed_by(BOB), theirs).ok()


def test_signature_of_one_name_or_image_does_not_stand_for_another(
    pod: CommandLine, skopeo: CommandLine, keys: Keys, registry: Registry, archive: Path
) -> None:
    name, other = f"{registry.host}/mine:1", f"{registry.host}/mine:2"
    push_signed(pod, archive, name, ANN)
    skopeo(
        "--insecure-policy",
        "copy",
        "-q",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
        "--remove-signatures",
        f"docker://{name}",
        f"docker://{other}",
    ).ok()
    refused(pod, pod("pull", "--signature-policy", keys.signed_by(ANN), other), f"is for the name {name}")
    whole_repository = keys.signed_by(ANN, type="matchRepository")
    pod("pull", "--signature-policy", whole_repository, other).ok()
    pod("rmi", other).ok()
    by_digest = pod("image", "copy", f"docker://{name}", "containers-storage:x").ok().stdout.strip()
    pod("rmi", "x").ok()
    pod("pull", "--signature-policy", keys.signed_by(ANN), f"{registry.host}/mine@{by_digest}").ok()
    pod("rmi", "-f", *images(pod, "-q").ok().lines).ok()
    (signature,) = keys.folder.glob("signatures/mine@*/signature-1")
    data = signature.read_bytes()
    for spoiled in (data[:-30], data[:-30] + bytes(30), b"none at all", b""):
        signature.write_bytes(spoiled)
        refused(pod, pod("pull", "--signature-policy", keys.signed_by(ANN), name), "the signature is")


def test_rejected_images_are_neither_pulled_nor_run_nor_loaded_nor_copied(
    pod: CommandLine, keys: Keys, registry: Registry, archive: Path, skopeo: CommandLine, folder: Path
) -> None:
    name = f"{registry.host}/rejected:1"
    push = ("--insecure-policy", "copy", "-q", "--dest-tls-verify=false")
    skopeo(*push, f"docker-archive:{archive}", f"docker://{name}").ok()
    skopeo("--insecure-policy", "copy", "-q", f"docker-archive:{archive}", f"oci:{folder}/layout:one").ok()
    assert pod("image", "trust", "set", "--type", "reject", "default").ok().stdout == ""
    try:
        lines = [line.split() for line in pod("image", "trust", "show").ok().lines]
        assert lines == [["TRANSPORT", "NAME", "TYPE", "ID", "STORE"], ["all", "default", "reject"]]
        refused(pod, pod("pull", name), "the policy rejects it")
        refused(pod, pod("run", "--rm", name), "the policy rejects it")
        refused(pod, pod("load", "-i", archive), "the policy rejects it")
        refused(pod, pod("run", "--rm", f"oci:{folder}/layout"), "the policy rejects it")
        refused(pod, pod("image", "copy", f"docker://{name}", f"dir:{folder}/d"), "the policy rejects it")
        refused(pod, pod("image", "copy", f"oci:{folder}/layout", f"dir:{folder}/d"), "the policy rejects it")
        assert not (folder / "d").exists()
        pod("image", "trust", "set", "-t", "accept", registry.host).ok()
        pod("pull", name).ok()
        assert ["repository", registry.host, "accept"] in [
            line.split() for line in pod("image", "trust", "show").ok().lines
        ]
        assert json.loads(pod("image", "trust", "show", "--raw").ok().stdout)["default"] == [{"type": "reject"}]
    finally:
        (keys.folder / "config/containers/policy.json").unlink()


def test_keys_of_a_registry_are_set_and_an_image_there_is_signed_later(
    pod: CommandLine, keys: Keys, registry: Registry, archive: Path
) -> None:
    name = f"{registry.host}/later:1"
    pod("load", "-q", "-i", archive).ok()
    pod("push", "-q", "tiny:1", name).ok()
    pod("rmi", "tiny:1").ok()
    pod("image", "trust", "set", "-f", keys.public(ANN), registry.host).ok()
    try:
        refused(pod, pod("pull", name), "it has no signature")
        path = pod("image", "sign", "--sign-by", ANN, f"docker://{name}").ok().stdout.strip()
        assert path.startswith(f"{keys.folder}/signatures/later@sha256=")
        pod("pull", name).ok()
    finally:
        (keys.folder / "config/containers/policy.json").unlink()
    wrong = pod("image", "sign", "--sign-by", "nobody@example.org", name)
    assert (wrong.code, "cannot sign with the key nobody@example.org" in wrong.stderr) == (125, True)


def test_registry_with_an_interface_for_signatures_is_asked_for_them(
    pod: CommandLine, keys: Keys, server: FaultyRegistry, folder: Path
) -> None:
    document = server.add(tiny())
    digest = f"sha256:{hashlib.sha256(json.dumps(document).encode()).hexdigest()}"
    name = f"{server.host}/team/app:latest"
    (folder / "manifest").write_text(json.dumps(document))
    sign = CommandLine(["skopeo"], {**pod.env, **keys.env})
    sign("standalone-sign", "-o", str(folder / "signature"), str(folder / "manifest"), name, ANN).ok()
    content = base64.b64encode((folder / "signature").read_bytes()).decode()
    signatures = [{"schemaVersion": 2, "name": f"{digest}@1", "type": "atomic", "content": content}]

    def serve(request: Request) -> bool:
        if request.path == "/v2/":
            return request.answer(200, b"{}", {"X-Registry-Supports-Signatures": "1"})
        if request.path == f"/extensions/v2/team/app/signatures/{digest}":
            return request.answer(200, json.dumps({"signatures": signatures}).encode())
        return False

    server.faults.append(serve)
    pod("pull", "--signature-policy", keys.signed_by(ANN), name).ok()
    pod("rmi", name).ok()
    signatures.clear()
    refused(pod, pod("pull", "--signature-policy", keys.signed_by(ANN), name), "it has no signature")


def test_cosign_signature_with_a_key_is_verified(
    pod: CommandLine, keys: Keys, server: FaultyRegistry, folder: Path
) -> None:
    document = server.add(tiny())
    digest = hashlib.sha256(json.dumps(document).encode()).hexdigest()
    name = f"{server.host}/team/app:latest"
    for who in (ANN, BOB):
        _openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", f"{folder}/{who}.key")
        _openssl("ec", "-in", f"{folder}/{who}.key", "-pubout", "-out", f"{folder}/{who}.pub")
    policies = {
        who: keys.policy(
            f"cosign-{who}",
            type="sigstoreSigned",
            keyPath=f"{folder}/{who}.pub",
            signedIdentity={"type": "matchRepository"},
        )
        for who in (ANN, BOB)
    }
    refused(pod, pod("pull", "--signature-policy", policies[ANN], name), "it has no sigstore signature")
    _attach(server, folder, f"{folder}/{ANN}.key", digest, name.rpartition(":")[0])
    refused(pod, pod("pull", "--signature-policy", policies[BOB], name), "a key that the policy does not name")
    _attach(server, folder, f"{folder}/{ANN}.key", "0" * 64, name.rpartition(":")[0], signed_for=digest)
    refused(pod, pod("pull", "--signature-policy", policies[ANN], name), "another image")
    _attach(server, folder, f"{folder}/{ANN}.key", digest, "other.example/app")
    refused(pod, pod("pull", "--signature-policy", policies[ANN], name), "for the name other.example/app")
    _attach(server, folder, f"{folder}/{ANN}.key", digest, name.rpartition(":")[0])
    pod("pull", "--signature-policy", policies[ANN], name).ok()
    check_loaded(pod, tiny(), name)


def _attach(server: FaultyRegistry, folder: Path, key: str, digest: str, identity: str, signed_for: str = "") -> None:
    """Attach a signature as cosign does."""
    critical = {
        "identity": {"docker-reference": identity},
        "image": {"docker-manifest-digest": f"sha256:{digest}"},
        "type": "cosign container image signature",
    }
    payload = json.dumps({"critical": critical, "optional": None}).encode()
    (folder / "payload").write_bytes(payload)
    signature = _openssl("dgst", "-sha256", "-sign", key, f"{folder}/payload")
    layer = {
        "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
        "digest": server.add_blob(payload),
        "size": len(payload),
        "annotations": {"dev.cosignproject.cosign/signature": base64.b64encode(signature).decode()},
    }
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": server.add_blob(b"{}"), "size": 2}
    kind = "application/vnd.oci.image.manifest.v1+json"
    document = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer]}
    server.add_manifest(f"sha256-{signed_for or digest}.sig", document)


def _openssl(*words: str) -> bytes:
    return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout
