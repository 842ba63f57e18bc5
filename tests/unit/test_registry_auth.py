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
from pod.registry.auth_file import FILES, AuthFiles
from pod.registry.credentials import Credentials

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
    assert same_host("https://A/x", "https://a:443/x")
    assert not same_host("https://a/x", "https://a@b/x")


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


def test_addresses_that_docker_writes_count_for_their_host(tmp_path: Path) -> None:
    auths = {"https://r.example/v1/": entry("v1", "p"), "http://s.example": entry("http", "p"), "a/b": entry("x", "y")}
    files = auth_files(tmp_path, {"auths": auths})
    assert files.find("r.example", "team/app") == Credentials("v1", "p")
    assert files.find("s.example") == Credentials("http", "p")
    assert files.find("r.example:5000") is None


def test_credentials_for_a_repository_go_alone(tmp_path: Path) -> None:
    files = auth_files(tmp_path, {"auths": {"a/b": entry("x", "y"), "a/c": entry("x", "z"), "a": entry("x", "w")}})
    assert files.remove("a/b")
    assert files.find("a", "c/d") == Credentials("x", "z")
    assert files.find("a", "b/d") == Credentials("x", "w")


def test_first_file_that_knows_the_registry_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    places = ["run/containers/auth.json", "config/containers/auth.json", "home/.docker/config.json"]
    for number, place in enumerate(places):
        path = tmp_path / place
        path.parent.mkdir(parents=True)
        auths = {f"r{later}.example": entry(f"file{number}", "p") for later in range(number, len(places))}
        path.write_text(json.dumps({"auths": auths}))
    files = AuthFiles()
    assert [files.find(f"r{number}.example").username for number in range(3)] == ["file0"] * 3  # type: ignore[union-attr]
    (tmp_path / places[0]).unlink()
    assert files.find("r2.example") == Credentials("file1", "p")
    files.put("new.example", Credentials("ann", "p"))
    assert (tmp_path / places[0]).exists()
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "other.json"))
    assert AuthFiles().find("r2.example") is None


# --- credential helpers ------------------------------------------------------------------------------------------

HELPER = """#!/usr/bin/python3 -IS
import json, os, sys
path = os.path.dirname(sys.argv[0]) + "/kept.json"
kept = json.load(open(path)) if os.path.exists(path) else {}
asked = sys.stdin.read()
verb = sys.argv[1]
if verb == "store":
    asked = json.loads(asked)
    kept[asked["ServerURL"]] = asked
elif verb == "list":
    print(json.dumps({key: one["Username"] for key, one in kept.items()}))
elif asked not in kept:
    print("credentials not found in native keychain")
    sys.exit(1)
elif verb == "get":
    print(json.dumps(kept[asked]))
else:
    del kept[asked]
json.dump(kept, open(path, "w"))
"""


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A credential helper `test` that is on PATH, as the file where it keeps things in the clear."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker-credential-test"
    program.write_text(HELPER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder / "kept.json"


def test_helper_of_a_registry_keeps_and_gives_and_forgets_its_secret(tmp_path: Path, helper: Path) -> None:
    files = auth_files(tmp_path, {"credHelpers": {"r.example": "test"}, "auths": {"other": entry("x", "y")}})
    assert files.find("r.example", "a/b") is None
    files.put("r.example", Credentials("ann", "secret"))
    assert "secret" not in (tmp_path / "auth.json").read_text()
    assert json.loads(helper.read_text()) == {
        "r.example": {"ServerURL": "r.example", "Username": "ann", "Secret": "secret"}
    }
    assert files.find("r.example", "a/b") == Credentials("ann", "secret")
    assert files.remove("r.example")
    assert not files.remove("r.example")
    assert json.loads(helper.read_text()) == {}


def test_store_for_everything_is_asked_under_dockers_key_for_its_hub(tmp_path: Path, helper: Path) -> None:
    key = "https://index.docker.io/v1/"
    helper.write_text(json.dumps({key: {"Username": "<token>", "Secret": "identity"}}))
    files = auth_files(tmp_path, {"credsStore": "test", "auths": {key: {}}})
    assert files.find("docker.io", "library/busybox") == Credentials("", "", "identity")
    assert files.find("r.example") is None
    files.put("r.example", Credentials("ann", "secret"))
    files.remove_all()
    assert json.loads(helper.read_text()) == {}


def test_helper_of_registries_conf_stands_for_all_registries(tmp_path: Path, helper: Path) -> None:
    (tmp_path / "auth.json").write_text(json.dumps({"auths": {"r.example": entry("file", "p")}}))
    path = str(tmp_path / "auth.json")
    both = AuthFiles(path, ["test", FILES])
    assert both.find("r.example") == Credentials("file", "p")
    assert both.put("r.example", Credentials("ann", "secret")) == "the credential helper test"
    assert both.find("r.example", "a/b") == Credentials("ann", "secret")
    assert AuthFiles(path, [FILES, "test"]).find("r.example") == Credentials("file", "p")
    assert AuthFiles(path, ["test"]).remove("r.example")
    assert AuthFiles(path, ["test"]).find("r.example") is None
    assert both.remove("r.example") and not both.remove("r.example")
    assert json.loads(helper.read_text()) == {}


def test_missing_and_failing_helpers_are_named(tmp_path: Path, helper: Path) -> None:
    files = auth_files(tmp_path, {"credHelpers": {"a": "none-such", "b": "test", "c": "../bin/test"}})
    with pytest.raises(RegistryError, match="cannot run docker-credential-none-such: No such file"):
        files.find("a")
    helper.write_text("broken")
    with pytest.raises(RegistryError, match=r"docker-credential-test failed: .*JSONDecodeError"):
        files.find("b")
    with pytest.raises(RegistryError, match="is no credential helper"):
        files.find("c")
