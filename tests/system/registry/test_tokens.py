"""Debian's docker-registry with bearer tokens: scopes, identity tokens, tokens that are no good any more."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.images import write_docker_archive
from tests.support.registry import PASSWORD, USER, Registry
from tests.support.token_server import IDENTITY, TokenServer
from tests.system.images.stores import layers_of, tiny

Guarded = tuple[Registry, TokenServer]
CREDS = ("--creds", f"{USER}:{PASSWORD}")


@pytest.fixture(scope="module")
def pod(own: CommandLine, scratch: Path) -> CommandLine:
    own("load", "-i", write_docker_archive(scratch / "tiny.tar", tiny("tiny:1"))).ok()
    return own


def test_push_and_pull_ask_for_the_scopes_that_they_need(pod: CommandLine, guarded: Guarded) -> None:
    registry, tokens = guarded
    tokens.scopes.clear()
    pod("push", *CREDS, "tiny:1", f"{registry.host}/a/one").ok()
    assert set(tokens.scopes) == {"repository:a/one:pull,push"}
    tokens.scopes.clear()
    mounted = pod("push", *CREDS, "tiny:1", f"{registry.host}/a/two").ok()
    assert "Mounted from a/one" in mounted.stdout
    assert set(tokens.scopes) == {"repository:a/two:pull,push", "repository:a/one:pull"}
    tokens.scopes.clear()
    pod("pull", *CREDS, f"{registry.host}/a/one").ok()
    assert set(tokens.scopes) == {"repository:a/one:pull"}
    tokens.scopes.clear()
    assert pod("search", *CREDS, f"{registry.host}/").ok().lines[1:] != []
    assert set(tokens.scopes) == {"registry:catalog:*"}


def test_token_that_is_no_good_any_more_is_asked_for_again(pod: CommandLine, guarded: Guarded) -> None:
    registry, tokens = guarded
    name = f"{registry.host}/stale/one"
    tokens.stale = 1
    pod("push", *CREDS, "tiny:1", name).ok()
    assert tokens.stale == 0
    pod("rmi", "-f", "tiny:1").ok()
    tokens.stale = 1
    pod("pull", *CREDS, name).ok()
    assert layers_of(pod, name) == tiny().diff_ids()
    pod("tag", name, "tiny:1").ok()


def test_identity_token_of_the_auth_file_is_sent_in_a_form(pod: CommandLine, guarded: Guarded, folder: Path) -> None:
    registry, tokens = guarded
    (folder / "auth.json").write_text(json.dumps({"auths": {registry.host: {"identitytoken": IDENTITY}}}))
    tokens.methods.clear()
    pod("push", "--authfile", folder / "auth.json", "tiny:1", f"{registry.host}/identity/one").ok()
    assert set(tokens.methods) == {"POST"}
    assert pod("login", "--authfile", folder / "auth.json", "--get-login", registry.host).ok().stdout == "<token>\n"


def test_login_tries_the_password_at_the_token_server(pod: CommandLine, guarded: Guarded, folder: Path) -> None:
    registry, _ = guarded
    auth = {"REGISTRY_AUTH_FILE": str(folder / "auth.json")}
    wrong = pod("login", "-u", USER, "-p", "wrong", registry.host, env=auth)
    assert wrong.stderr.startswith(f"Error: cannot log in to {registry.host}: wrong user name or password")
    said = pod("login", "--verbose", "-u", USER, "--password-stdin", registry.host, input=PASSWORD, env=auth).ok()
    assert said.lines == [f"Used: {folder}/auth.json", "Login Succeeded!"]
    assert pod("login", registry.host, env=auth).ok().stdout == f"Already logged in to {registry.host}\n"
    pod("push", "tiny:1", f"{registry.host}/after/login", env=auth).ok()
    pod("logout", "--all", env=auth).ok()
    refused = pod("pull", f"{registry.host}/after/login", env=auth)
    assert f"not authorized on {registry.host}: who are you?" in refused.stderr
    assert f"`pod login {registry.host}` first" in refused.stderr


def test_password_comes_from_a_secret_and_may_be_kept_as_docker_does(
    pod: CommandLine, guarded: Guarded, folder: Path
) -> None:
    registry, _ = guarded
    pod("secret", "create", USER, "-", input=PASSWORD).ok()
    file = folder / "config.json"
    pod("login", "--secret", USER, "--compat-auth-file", file, registry.host).ok()
    assert list(json.loads(file.read_text())["auths"]) == [registry.host]
    both = pod("login", "--secret", USER, "-p", "x", registry.host)
    assert "--password and --secret exclude each other" in both.stderr
    refused = pod("login", "--secret", USER, "--compat-auth-file", file, f"{registry.host}/team")
    assert "it has room for a registry only" in refused.stderr
    pod("logout", "--compat-auth-file", file, registry.host).ok()
    pod("secret", "rm", USER).ok()


def test_skopeo_reads_what_login_wrote(pod: CommandLine, guarded: Guarded, skopeo: CommandLine, folder: Path) -> None:
    registry, _ = guarded
    auth = {"REGISTRY_AUTH_FILE": str(folder / "auth.json")}
    pod("push", *CREDS, "tiny:1", f"{registry.host}/team/app").ok()
    pod("login", "-u", USER, "--password-stdin", f"{registry.host}/team", input=PASSWORD, env=auth).ok()
    skopeo("inspect", "--tls-verify=false", "--raw", f"docker://{registry.host}/team/app", env=auth).ok()
    shutil.copy(folder / "auth.json", folder / "copy.json")
    assert pod("login", "--get-login", "--authfile", folder / "copy.json", f"{registry.host}/team").ok().lines == [USER]
