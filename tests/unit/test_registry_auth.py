"""Challenges, tokens and credential files."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from pod.errors import RegistryError
from pod.registry.auth import Authorizer, Challenge, same_host
from pod.registry.auth_file import AuthFiles, Credentials

BEARER = 'Bearer realm="https://auth.example.com/token",service="here, there",scope="repository:a/b:pull"'


def test_challenge_has_its_quoted_parameters() -> None:
    challenge = Challenge.parse(BEARER)
    assert challenge is not None
    assert challenge.scheme == "bearer"
    assert challenge.parameters == {
        "realm": "https://auth.example.com/token",
        "service": "here, there",
        "scope": "repository:a/b:pull",
    }


@pytest.mark.parametrize("header", ["", "Negotiate", 'Digest realm="x"'])
def test_unknown_challenge_is_none(header: str) -> None:
    assert Challenge.parse(header) is None


def test_unquoted_parameter_ends_at_the_comma() -> None:
    challenge = Challenge.parse("bearer realm=https://x/t , service=y")
    assert challenge == Challenge("bearer", {"realm": "https://x/t", "service": "y"})


class TokenServer:
    """Gives out numbered tokens and remembers how it was asked."""

    def __init__(self, **answer: Any) -> None:
        self.asked: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, str]]] = []
        self.answer = answer

    def __call__(
        self, method: str, realm: str, parameters: dict[str, Any], form: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any]:
        self.asked.append((method, realm, parameters, form, headers))
        return {"token": f"t{len(self.asked)}", **self.answer}


def test_no_challenge_means_no_header() -> None:
    assert Authorizer(Credentials("ann", "secret"), TokenServer()).header("repository:a:pull") == ""


def test_basic_challenge_is_answered_with_name_and_password() -> None:
    authorizer = Authorizer(Credentials("ann", "sec:ret"), TokenServer())
    authorizer.learn('Basic realm="x"')
    scheme, _, text = authorizer.header("").partition(" ")
    assert (scheme, base64.b64decode(text)) == ("Basic", b"ann:sec:ret")


def test_token_is_fetched_once_for_each_scope_until_it_is_forgotten() -> None:
    server = TokenServer(expires_in=300)
    authorizer = Authorizer(None, server)
    authorizer.learn(BEARER)
    headers = [authorizer.header(scope) for scope in ("one", "one", "two")]
    assert headers == ["Bearer t1", "Bearer t1", "Bearer t2"]
    authorizer.forget("one")
    assert authorizer.header("one") == "Bearer t3"
    assert server.asked[0][2] == {"service": "here, there", "scope": ["one"]}


def test_token_with_no_life_told_lives_for_a_while() -> None:
    authorizer = Authorizer(None, TokenServer())
    authorizer.learn(BEARER)
    assert authorizer.header("one") == authorizer.header("one")


def test_identity_token_is_sent_in_a_form_and_not_in_the_address() -> None:
    server = TokenServer()
    authorizer = Authorizer(Credentials("", "", "identity"), server)
    authorizer.learn(BEARER)
    authorizer.header("repository:a/b:pull")
    ((method, _, parameters, form, headers),) = server.asked
    assert (method, parameters, headers) == ("POST", {}, {})
    assert (form["grant_type"], form["refresh_token"]) == ("refresh_token", "identity")


def test_another_port_or_scheme_is_another_host() -> None:
    assert same_host("https://a/x", "https://a/y")
    assert not same_host("https://a/x", "http://a/x")
    assert not same_host("https://a/x", "https://a:8443/x")


def test_credentials_do_not_show_the_password() -> None:
    assert "secret" not in repr(Credentials("ann", "secret"))
    assert "secret" not in f"{Credentials('ann', 'secret', 'secret')}"


# --- auth.json ---------------------------------------------------------------------------------------------------


def entry(name: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{name}:{password}".encode()).decode()}


def auth_files(folder: Path, document: dict[str, Any]) -> AuthFiles:
    (folder / "auth.json").write_text(json.dumps(document))
    return AuthFiles(str(folder / "auth.json"))


def test_longest_key_that_fits_wins(tmp_path: Path) -> None:
    auths = {"r.example": entry("all", "1"), "r.example/team": entry("team", "2"), "r.example/te": entry("no", "3")}
    files = auth_files(tmp_path, {"auths": auths})
    assert files.find("r.example", "team/app") == Credentials("team", "2")
    assert files.find("r.example", "other/app") == Credentials("all", "1")
    assert files.find("other.example", "team/app") is None


def test_key_that_docker_writes_for_its_hub_is_found(tmp_path: Path) -> None:
    files = auth_files(tmp_path, {"auths": {"https://index.docker.io/v1/": entry("ann", "p")}})
    assert files.find("docker.io", "library/busybox") == Credentials("ann", "p")


def test_login_keeps_what_else_is_in_the_file_and_makes_it_private(tmp_path: Path) -> None:
    files = auth_files(tmp_path, {"auths": {"a": entry("x", "y")}, "psFormat": "kept"})
    files.put("b", Credentials("ann", "pass:word"))
    assert stat.S_IMODE((tmp_path / "auth.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "auth.json").read_text())["psFormat"] == "kept"
    assert files.find("b") == Credentials("ann", "pass:word")
    assert files.find("a") == Credentials("x", "y")


def test_logout_forgets_and_says_whether_there_was_something(tmp_path: Path) -> None:
    files = auth_files(tmp_path, {"auths": {"a": entry("x", "y")}})
    assert files.remove("a")
    assert not files.remove("a")
    assert files.find("a") is None


def test_broken_entry_names_the_file_and_shows_no_secret(tmp_path: Path) -> None:
    files = auth_files(tmp_path, {"auths": {"a": {"auth": "c2VjcmV0*"}}})
    with pytest.raises(RegistryError, match="the entry of a is broken") as caught:
        AuthFiles(files.paths[0]).find("a")
    assert "c2VjcmV0" not in caught.value.message


def test_missing_file_means_no_credentials(tmp_path: Path) -> None:
    assert AuthFiles(str(tmp_path / "none.json")).find("a") is None
