"""Debian's docker-registry, with and without TLS and a password: push, pull and login, beside skopeo and Podman."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.support import registry_image
from tests.support.commands import CommandLine
from tests.support.images import write_docker_archive
from tests.support.registry import PASSWORD, USER, NoRegistry, Registry, free_port
from tests.system.images.stores import layers_of, tiny


def digest_of(skopeo: CommandLine, name: str) -> str:
    """Return the digest of a manifest on a registry, as skopeo computes it."""
    raw = skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}").ok().raw
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def load_busybox(pod: CommandLine, archive: Path) -> CommandLine:
    pod("load", "-i", archive).ok()
    return pod


@pytest.mark.skipif(not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun")
def test_private_registry_of_the_books(own: CommandLine, busybox_archive: Path, folder: Path) -> None:
    port = free_port()
    name = f"localhost:{port}/my-image"
    try:
        own("load", "-i", write_docker_archive(folder / "registry.tar", registry_image.image())).ok()
    except NoRegistry as reason:
        pytest.skip(str(reason))
    load_busybox(own, busybox_archive)
    own("run", "-d", "-p", f"{port}:5000", "--restart=always", "--name", "registry", "registry:2").ok()
    try:
        own("tag", "busybox", name).ok()
        own("push", name).ok()
        own("rmi", name, "busybox").ok()
        own("pull", name).ok()
        assert own("run", "--rm", "--network", "none", name, "echo", "hello").ok().stdout == "hello\n"
        own("rmi", name).ok()
        run = own("run", "--rm", "--network", "none", name, "echo", "again").ok()
        assert run.stdout == "again\n"
        assert f"Unable to find image '{name}:latest' locally" in run.stderr
    finally:
        own("rm", "-f", "-v", "registry").ok()
        own("rmi", "registry:2").ok()


def test_output_is_dockers_in_a_pipe_and_the_id_when_quiet(
    empty: CommandLine, busybox_archive: Path, plain: Registry
) -> None:
    own, name = empty, f"{plain.host}/lines:1"
    own("rmi", "-af").ok()
    load_busybox(own, busybox_archive)("tag", "busybox", name).ok()
    pushed = own("push", name).ok().lines
    assert pushed[0] == f"The push refers to repository [{plain.host}/lines]"
    assert pushed[-1].startswith("1: digest: sha256:")
    digest = pushed[-1].split()[2]
    own("rmi", name, "busybox").ok()
    lines = own("pull", name).ok().lines
    short = lines[1].partition(":")[0]
    assert lines == [
        f"1: Pulling from {plain.host}/lines",
        f"{short}: Pulling fs layer",
        f"{short}: Download complete",
        f"{short}: Pull complete",
        f"Digest: {digest}",
        f"Status: Downloaded newer image for {name}",
        name,
    ]
    image_id = own("pull", "-q", name).ok().stdout.strip()
    assert own("images", "-q", "--no-trunc", name).ok().stdout.strip() == f"sha256:{image_id}"


def test_uncompressed_layers_are_pushed_compressed_and_come_back_the_same(
    own: CommandLine, plain: Registry, folder: Path, skopeo: CommandLine
) -> None:
    name = f"{plain.host}/tiny:1"
    own("load", "-i", write_docker_archive(folder / "tiny.tar", tiny(name))).ok()
    before = layers_of(own, name)
    own("push", name).ok()
    manifest = json.loads(skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}").ok().stdout)
    assert {layer["mediaType"].rpartition("+")[2] for layer in manifest["layers"]} == {"gzip"}
    own("rmi", name).ok()
    own("pull", name).ok()
    assert layers_of(own, name) == before


def test_pulled_image_keeps_its_digest_when_it_is_pushed_elsewhere(
    own: CommandLine, busybox_archive: Path, plain: Registry, skopeo: CommandLine, folder: Path
) -> None:
    source, target = f"{plain.host}/from-skopeo:1", f"{plain.host}/other/place:2"
    for form in ("oci", "v2s2"):
        copied = ("copy", "-q", "--format", form, "--dest-tls-verify=false")
        skopeo(*copied, f"docker-archive:{busybox_archive}", f"docker://{source}").ok()
        own("pull", source).ok()
        own("push", "--digestfile", folder / "digest", source, target).ok()
        assert digest_of(skopeo, target) == digest_of(skopeo, source) == (folder / "digest").read_text()
        own("rmi", source).ok()


def test_podman_runs_what_pod_pushed_and_pod_what_podman_pushed(
    own: CommandLine, podman: CommandLine, busybox_archive: Path, plain: Registry
) -> None:
    ours, theirs = f"{plain.host}/ours:1", f"{plain.host}/theirs:1"
    load_busybox(own, busybox_archive)("push", "busybox", ours).ok()
    podman("pull", "-q", "--tls-verify=false", ours).ok()
    assert podman("run", "--rm", "--network", "none", ours, "echo", "ours").ok().stdout == "ours\n"
    podman("push", "-q", "--tls-verify=false", "busybox", theirs).ok()
    own("rmi", "-f", "busybox").ok()
    own("pull", theirs).ok()
    assert own("run", "--rm", "--network", "none", theirs, "echo", "theirs").ok().stdout == "theirs\n"
    podman("rmi", "-f", ours)


def test_login_is_needed_and_kept_in_a_private_file_that_skopeo_reads(
    own: CommandLine, busybox_archive: Path, secured: Registry, skopeo: CommandLine, folder: Path
) -> None:
    name = f"{secured.host}/closed"
    auth = {"REGISTRY_AUTH_FILE": str(folder / "auth.json")}
    load_busybox(own, busybox_archive)
    refused = own("push", "busybox", name, env=auth)
    assert refused.code == 125
    assert f"not authorized on {secured.host}" in refused.stderr
    assert f"pod login {secured.host}" in refused.stderr
    wrong = own("login", "-u", USER, "--password-stdin", secured.host, input="no-such-secret\n", env=auth)
    assert wrong.code == 125
    assert f"cannot log in to {secured.host}: wrong user name or password" in wrong.stderr
    assert "no-such-secret" not in wrong.stderr
    assert not (folder / "auth.json").exists()
    own("login", "-u", USER, "--password-stdin", secured.host, input=f"{PASSWORD}\n", env=auth).ok()
    assert stat.S_IMODE(os.stat(folder / "auth.json").st_mode) == 0o600
    assert own("login", "--get-login", secured.host, env=auth).ok().stdout == f"{USER}\n"
    own("push", "busybox", name, env=auth).ok()
    assert skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}", env=auth).ok().stdout
    own("pull", name, env=auth).ok()
    own("logout", secured.host, env=auth).ok()
    assert own("pull", name, env=auth).code == 125
    assert own("logout", secured.host, env=auth).code == 125


def test_unknown_certificate_names_the_file_to_put_it_in(
    own: CommandLine, secured: Registry, session_env: dict[str, str]
) -> None:
    assert secured.certificate is not None
    command = ["pull", "--tls-verify", "--creds", f"{USER}:{PASSWORD}", f"{secured.host}/nothing/here"]
    refused = own(*command)
    target = Path(session_env["HOME"]) / ".config/containers/certs.d" / secured.host / "ca.crt"
    assert refused.code == 125
    assert f"the certificate of {secured.host} cannot be trusted" in refused.stderr
    assert str(target) in refused.stderr
    target.parent.mkdir(parents=True)
    shutil.copy(secured.certificate, target)
    assert "no such repository or tag" in own(*command).stderr


def test_credentials_for_one_repository_are_not_used_for_another(
    own: CommandLine, secured: Registry, busybox_archive: Path, folder: Path
) -> None:
    auth = {"REGISTRY_AUTH_FILE": str(folder / "auth.json")}
    key = f"{secured.host}/team"
    own("login", "-u", USER, "--password-stdin", key, input=PASSWORD, env=auth).ok()
    load_busybox(own, busybox_archive)
    own("push", "busybox", f"{key}/app", env=auth).ok()
    assert own("push", "busybox", f"{secured.host}/other/app", env=auth).code == 125


def test_credential_helper_is_asked_for_the_password(
    own: CommandLine, secured: Registry, busybox_archive: Path, folder: Path
) -> None:
    helper = folder / "docker-credential-test"
    answer = json.dumps({"ServerURL": secured.host, "Username": USER, "Secret": PASSWORD})
    helper.write_text(f"#!/bin/sh\ncat >{folder}/asked\necho '{answer}'\n")
    helper.chmod(0o755)
    (folder / "auth.json").write_text(json.dumps({"credHelpers": {secured.host: "test"}}))
    env = {"REGISTRY_AUTH_FILE": str(folder / "auth.json"), "PATH": f"{folder}:{own.env['PATH']}"}
    load_busybox(own, busybox_archive)("push", "busybox", f"{secured.host}/by/helper", env=env).ok()
    assert (folder / "asked").read_text() == secured.host


def test_all_tags_are_pushed_and_pulled(own: CommandLine, plain: Registry, busybox_archive: Path) -> None:
    name = f"{plain.host}/many"
    load_busybox(own, busybox_archive)("tag", "busybox", f"{name}:a", f"{name}:b").ok()
    own("push", "--all-tags", name).ok()
    own("rmi", f"{name}:a", f"{name}:b").ok()
    own("pull", "--all-tags", name).ok()
    assert own("images", "--format", "{{.Tag}}", name).ok().lines == ["a", "b"]


def test_mirrors_aliases_and_blocks_of_registries_conf_hold(
    own: CommandLine, plain: Registry, busybox_archive: Path, folder: Path
) -> None:
    conf = folder / "registries.conf"
    conf.write_text(
        f"""
        unqualified-search-registries = ["{plain.host}"]
        [aliases]
        "nick" = "{plain.host}/conf/app"
        [[registry]]
        prefix = "example.invalid/mirrored"
        location = "example.invalid/mirrored"
        [[registry.mirror]]
        location = "{plain.host}/conf"
        [[registry]]
        location = "bad.invalid"
        blocked = true
        """
    )
    env = {"CONTAINERS_REGISTRIES_CONF": str(conf)}
    load_busybox(own, busybox_archive)("push", "busybox", f"{plain.host}/conf/app:latest").ok()
    assert own("pull", "nick", env=env).ok().lines[-1] == f"{plain.host}/conf/app:latest"
    assert own("pull", "conf/app", env=env).ok().lines[-1] == f"{plain.host}/conf/app:latest"
    assert own("pull", "example.invalid/mirrored/app", env=env).ok().lines[-1] == "example.invalid/mirrored/app:latest"
    assert "registry bad.invalid is blocked" in own("pull", "bad.invalid/x", env=env).stderr
