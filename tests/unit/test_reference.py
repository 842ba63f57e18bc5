"""Image references: Docker's grammar, its short forms, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.errors import InvalidReference
from pod.oci.reference import Reference, names_registry

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("busybox", "docker.io/library/busybox"),
        ("busybox:1.36", "docker.io/library/busybox:1.36"),
        ("docker.io/busybox", "docker.io/library/busybox"),
        ("index.docker.io/busybox", "docker.io/library/busybox"),
        ("docker.io/library/busybox:latest", "docker.io/library/busybox:latest"),
        ("me/tool", "docker.io/me/tool"),
        ("quay.io/me/tool:v1", "quay.io/me/tool:v1"),
        ("localhost/tool", "localhost/tool"),
        ("localhost:5000/tool:x", "localhost:5000/tool:x"),
        ("registry:5000/a/b/c", "registry:5000/a/b/c"),
        ("[::1]:5000/tool", "[::1]:5000/tool"),
        (f"busybox@sha256:{HEX}", f"docker.io/library/busybox@sha256:{HEX}"),
        (f"busybox:1@sha256:{HEX}", f"docker.io/library/busybox:1@sha256:{HEX}"),
        ("a__b/c.d/e-f---g", "docker.io/a__b/c.d/e-f---g"),
        ("UPPER.example/x", "UPPER.example/x"),
    ],
)
def test_short_names_mean_what_they_mean_to_docker(typed: str, full: str) -> None:
    assert str(Reference.parse(typed)) == full


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "empty name"),
        ("Busybox", "must be lowercase"),
        ("a b", "bad name"),
        ("-a", "bad name"),
        ("a-", "bad name"),
        ("a..b", "bad name"),
        ("a___b", "bad name"),
        ("a//b", "empty name"),
        ("a:", "no tag follows the colon"),
        ("a:-x", "bad tag '-x'"),
        ("a:" + "x" * 129, "bad tag"),
        ("a:b c", "bad tag"),
        ("a@sha256:123", "invalid digest 'sha256:123'"),
        ("a@md5:123", "invalid digest"),
        ("a@", "invalid digest ''"),
        ("bad_host.x/a", "bad registry 'bad_host.x'"),
        ("host:port/a", "bad registry 'host:port'"),
        ("a" * 256, "255 are allowed"),
        (HEX, "cannot be 64 hexadecimal characters"),
        ("a/b/../c", "bad name '..'"),
        ("/a", "empty name"),
    ],
)
def test_what_is_no_reference_is_quoted_with_the_part_at_fault(typed: str, complaint: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        Reference.parse(typed)
    assert complaint in caught.value.message


def test_an_upper_case_name_gets_its_lower_case_form_as_a_hint() -> None:
    with pytest.raises(InvalidReference) as caught:
        Reference.parse("Debian:12")
    assert caught.value.hint == "did you mean 'debian:12'?"


@pytest.mark.parametrize(
    ("full", "familiar"),
    [
        ("docker.io/library/busybox:latest", "busybox:latest"),
        ("docker.io/me/tool:1", "me/tool:1"),
        ("docker.io/library/a/b:1", "library/a/b:1"),
        ("localhost/tool:1", "localhost/tool:1"),
        ("quay.io/library/x:1", "quay.io/library/x:1"),
    ],
)
def test_familiar_names_are_those_that_docker_prints(full: str, familiar: str) -> None:
    assert Reference.parse(full).familiar == familiar
    assert str(Reference.parse(familiar)) == full


def test_a_tag_is_only_added_where_neither_tag_nor_digest_is_given() -> None:
    assert str(Reference.parse("a").with_default_tag()) == "docker.io/library/a:latest"
    assert str(Reference.parse("a:1").with_default_tag()) == "docker.io/library/a:1"
    assert str(Reference.parse(f"a@sha256:{HEX}").with_default_tag()) == f"docker.io/library/a@sha256:{HEX}"


def test_podmans_name_of_a_local_image_is_on_localhost() -> None:
    assert str(Reference.parse("tool:1").on_localhost()) == "localhost/tool:1"
    assert str(Reference.parse("me/tool").on_localhost()) == "localhost/me/tool"


@pytest.mark.parametrize(
    ("typed", "named"), [("a", False), ("a/b", False), ("localhost/a", True), ("a.b/c", True), ("a:5/c", True)]
)
def test_a_first_part_with_a_dot_or_a_port_names_a_registry(typed: str, named: bool) -> None:
    assert names_registry(typed) is named


@given(st.text(max_size=300))
def test_any_text_either_parses_to_a_stable_form_or_is_refused(text: str) -> None:
    try:
        reference = Reference.parse(text)
    except InvalidReference:
        return
    assert Reference.parse(str(reference)) == reference
    assert Reference.parse(reference.familiar) == reference


_PART = st.from_regex(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*", fullmatch=True).filter(lambda part: len(part) < 30)
_TAG = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)


@given(st.lists(_PART, min_size=1, max_size=4), st.one_of(st.just(""), _TAG))
def test_every_reference_of_the_grammar_parses(parts: list[str], tag: str) -> None:
    text = "example.org/" + "/".join(parts) + (f":{tag}" if tag else "")
    reference = Reference.parse(text)
    assert (reference.registry, reference.path, reference.tag) == ("example.org", "/".join(parts), tag)
