"""policy.json: which requirements hold for an image, whose name a signature must have, and what is not understood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pod.errors import NotTrusted
from pod.oci.digest import Digest
from pod.oci.reference import Reference
from pod.registry.trust import identities
from pod.registry.trust.checked import CheckedImage, docker_scopes, path_scopes
from pod.registry.trust.payload import COSIGN, SIMPLE, Payload
from pod.registry.trust.policy import Policy

ACCEPT, REJECT = {"type": "insecureAcceptAnything"}, {"type": "reject"}
DIGEST = "sha256:" + "a" * 64


def checked(name: str) -> CheckedImage:
    reference = Reference.parse(name).with_default_tag()
    return CheckedImage(name, "docker", docker_scopes(reference), Digest("a" * 64), reference)


def policy(default: dict[str, Any], **scopes: dict[str, Any]) -> Policy:
    document = {"default": [default], "transports": {"docker": {name: [value] for name, value in scopes.items()}}}
    return Policy.parse("/policy.json", document)


def allows(chosen: Policy, name: str) -> bool:
    try:
        chosen.check(checked(name))
    except NotTrusted:
        return False
    return True


def test_scopes_of_a_name_go_from_the_image_to_the_domains_above() -> None:
    assert docker_scopes(Reference.parse("a.b.example:5000/team/app:1")) == (
        "a.b.example:5000/team/app:1",
        "a.b.example:5000/team/app",
        "a.b.example:5000/team",
        "a.b.example:5000",
        "*.b.example",
        "*.example",
    )
    assert docker_scopes(Reference.parse(f"busybox@{DIGEST}"))[0] == f"docker.io/library/busybox@{DIGEST}"


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("one.example/team/app:1", "one.example/team/app:1"),
        ("one.example/team/app", "one.example/team/app:1"),
        ("one.example/team", "one.example/team/app:1"),
        ("one.example", "one.example/team/app:1"),
        ("*.example", "one.example/team/app:1"),
        ("", "one.example/team/app:1"),
        ("docker.io/library", "busybox"),
    ],
)
def test_scope_holds_for_what_is_below_it(scope: str, name: str) -> None:
    assert not allows(policy(ACCEPT, **{scope: REJECT}), name)
    assert allows(policy(REJECT, **{scope: ACCEPT}), name)
    assert not allows(policy(REJECT, **{scope: ACCEPT}), "two.other/x") or scope == ""


def test_most_exact_scope_decides_alone() -> None:
    chosen = policy(ACCEPT, **{"one.example": REJECT, "one.example/team": ACCEPT, "one.example/team/app:1": REJECT})
    assert allows(chosen, "one.example/team/app:2")
    assert not allows(chosen, "one.example/team/app:1")
    assert not allows(chosen, "one.example/teamwork/app")


def test_paths_are_scopes_of_archives(tmp_path: Path) -> None:
    scopes = path_scopes("dir", str(tmp_path / "a" / "b"))
    assert scopes[:2] == (str(tmp_path / "a" / "b"), str(tmp_path / "a"))
    assert path_scopes("docker-archive", "/x/y.tar") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "policy.json"),
        ("[]", "other members"),
        ('{"default": []}', "lists no requirements"),
        ("{}", "lists no requirements"),
        ('{"default": [{"type": "trustMe"}]}', "unknown type 'trustMe'"),
        ('{"default": [{"type": "reject", "more": 1}]}', "does not understand more"),
        ('{"default": [{"type": "signedBy", "keyType": "GPGKeys"}]}', "needs one of keyPath"),
        ('{"default": [{"type": "signedBy", "keyPath": "/k"}]}', "keyType"),
        ('{"default": [{"type": "sigstoreSigned", "fulcio": {}, "keyPath": "/k"}]}', "does not understand fulcio"),
        (
            '{"default": [{"type": "sigstoreSigned", "keyPath": "/k", "signedIdentity": {"type": "x"}}]}',
            "signedIdentity has the unknown type",
        ),
        ('{"default": [{"type": "reject"}], "transports": {"docker": {"x": []}}}', "transports.docker.x"),
    ],
)
def test_what_is_not_understood_rejects_everything(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "policy.json").write_text(text)
    with pytest.raises(NotTrusted, match=reason):
        Policy.load(str(tmp_path / "policy.json"))


EXACT = {"type": "matchExact"}
REPOSITORY = {"type": "matchRepository"}


@pytest.mark.parametrize(
    ("wanted", "image", "signed", "expected"),
    [
        (None, "a.example/x:1", "a.example/x:1", True),
        (None, "a.example/x:1", "a.example/x:2", False),
        (None, f"a.example/x@{DIGEST}", "a.example/x:2", True),
        (None, f"a.example/x@{DIGEST}", "a.example/y:2", False),
        (EXACT, f"a.example/x@{DIGEST}", "a.example/x:2", False),
        (EXACT, "busybox:1", "docker.io/library/busybox:1", True),
        (REPOSITORY, "a.example/x:1", "a.example/x:2", True),
        (REPOSITORY, "a.example/x:1", "b.example/x:1", False),
        ({"type": "exactReference", "dockerReference": "b.example/y:3"}, "a.example/x:1", "b.example/y:3", True),
        ({"type": "exactReference", "dockerReference": "b.example/y:3"}, "b.example/y:3", "b.example/y:4", False),
        ({"type": "exactRepository", "dockerRepository": "b.example/y"}, "a.example/x:1", "b.example/y:9", True),
        ({"type": "exactRepository", "dockerRepository": "b.example/y"}, "a.example/x:1", "a.example/x:1", False),
        (
            {"type": "remapIdentity", "prefix": "mirror.example/all", "signedPrefix": "a.example"},
            "mirror.example/all/x:1",
            "a.example/x:1",
            True,
        ),
        (
            {"type": "remapIdentity", "prefix": "mirror.example/all", "signedPrefix": "a.example"},
            "mirror.example/allx/x:1",
            "a.example/x:1",
            False,
        ),
        (None, "a.example/x:1", "no such/name", False),
    ],
)
def test_name_in_a_signature_must_fit(wanted: dict[str, Any] | None, image: str, signed: str, expected: bool) -> None:
    assert identities.fits(wanted, Reference.parse(image), signed) is expected


def test_without_a_name_only_exact_identities_fit() -> None:
    assert not identities.fits(None, None, "a.example/x:1")
    assert identities.fits({"type": "exactRepository", "dockerRepository": "a.example/x"}, None, "a.example/x:1")


def test_signed_document_is_understood_to_the_last_member() -> None:
    good = Payload(DIGEST, "a.example/x:1").dumps(0)
    assert Payload.parse(good, SIMPLE) == Payload(DIGEST, "a.example/x:1")
    with pytest.raises(ValueError, match=COSIGN):
        Payload.parse(good, COSIGN)
    for path, value in ((("extra",), 1), (("critical", "extra"), 1), (("critical", "type"), "x"), (("critical",), [])):
        document = json.loads(good)
        target = document
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = value
        with pytest.raises(ValueError, match="it is no"):
            Payload.parse(json.dumps(document).encode(), SIMPLE)
