"""`pod search`: catalogues and tags beside Podman, and the search that Docker Hub has."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.commands import CommandLine
from tests.support.faulty_registry import FaultyRegistry, Request
from tests.support.images import write_docker_archive
from tests.support.registry import Registry
from tests.system.images.stores import tiny

RESULTS = [
    {"name": "busybox", "description": "small " * 20, "star_count": 3000, "is_official": True},
    {"name": "ann/busybox", "description": "of ann\x1b[2J", "star_count": 3, "is_automated": True},
]


@pytest.fixture(scope="module")
def filled(own: CommandLine, plain: Registry, scratch: Path) -> Registry:
    """A registry with repositories and tags in it."""
    own("load", "-i", write_docker_archive(scratch / "tiny.tar", tiny("tiny:1"))).ok()
    for name in ("a/one:1", "a/one:2", "b/one:1", "b/two:1"):
        own("push", "-q", "tiny:1", f"{plain.host}/{name}").ok()
    return plain


WORDS = [["/"], ["/one"], ["/a/"], ["/none"], ["/one", "--limit", "1"], ["/one", "--compatible"]]


@pytest.mark.parametrize("options", [[], ["--format", "json"], ["--format", "{{.Name}} {{.Index}}"]], ids=str)
def test_search_prints_what_podmans_does(
    own: CommandLine, podman: CommandLine, filled: Registry, options: list[str]
) -> None:
    for term, *words in WORDS:
        command = ["search", "--tls-verify=false", *words, *options, filled.host + term]
        ours, theirs = own(*command).ok(), podman(*command).ok()
        expected = [line.rstrip() for line in theirs.lines]
        if options[-1:] == ["json"]:
            expected = expected or ["[]"]  # Podman prints nothing then, which is no JSON
        assert [line.rstrip() for line in ours.lines] == expected


def test_tags_are_listed_in_order(own: CommandLine, podman: CommandLine, filled: Registry) -> None:
    command = ["search", "--tls-verify=false", "--list-tags", f"{filled.host}/a/one"]
    ours, theirs = own(*command).ok().lines, podman(*command).ok().lines
    assert sorted(ours) == sorted(theirs)
    assert [line.split()[-1] for line in ours] == ["TAG", "1", "2"]
    (document,) = json.loads(own(*command, "--format", "json").ok().stdout)
    assert document == {"Name": f"{filled.host}/a/one", "Tags": ["1", "2"]}
    assert own(*command, "--format", "{{.Tag}}", "--limit", "1").ok().lines == ["1"]
    assert "repository name not known" in own("search", "--list-tags", f"{filled.host}/none").stderr


def hub(request: Request) -> bool:
    """Answer searches as Docker Hub does."""
    if not request.path.startswith("/v1/search"):
        return False
    query = parse_qs(urlsplit(request.path).query)
    found = [one for one in RESULTS if query["q"][0] in str(one["name"])]
    return request.answer(200, json.dumps({"results": found[: int(query["n"][0])]}).encode())


def test_search_of_a_registry_that_has_one_tells_stars_and_filters_by_them(
    own: CommandLine, server: FaultyRegistry
) -> None:
    server.faults.append(hub)
    term = f"{server.host}/busybox"
    short, other = own("search", "--compatible", term).ok().lines[1:]
    assert short.split() == [f"{server.host}/busybox", *["small"] * 7, "sm...", "3000", "[OK]"]
    assert "\x1b" not in other and other.split()[-2:] == ["3", "[OK]"]
    assert "small " * 19 in own("search", "--no-trunc", term).ok().stdout
    for text, name in (("stars=4", "busybox"), ("is-automated", "ann/busybox"), ("is-official=false", "ann/busybox")):
        found = own("search", "--filter", text, "--format", "{{.Name}}", term).ok().lines
        assert found == [f"{server.host}/{name}"]
    assert len(own("search", "--limit", "1", "--format", "{{.StarCount}}", term).ok().lines) == 1
    wrong = own("search", "--filter", "colour=red", term)
    assert (wrong.code, "invalid filter 'colour=red'" in wrong.stderr) == (125, True)


def test_catalogue_is_read_page_by_page_until_there_is_enough(own: CommandLine, server: FaultyRegistry) -> None:
    def page(request: Request) -> bool:
        if not request.path.startswith("/v2/_catalog"):
            return False
        last = int(parse_qs(urlsplit(request.path).query).get("last", ["0"])[0])
        names = [f"app{number}" for number in range(last + 1, last + 4)]
        link = {"Link": f'</v2/_catalog?last={last + 3}&n=3>; rel="next"'}
        return request.answer(200, json.dumps({"repositories": names}).encode(), link if last < 30 else {})

    server.faults.append(page)
    asked = ["search", "--format", "{{.Name}}", f"{server.host}/app"]
    assert own(*asked).ok().lines == [f"{server.host}/app{number}" for number in range(1, 26)]
    assert len([path for _, path, _ in server.asked if "_catalog" in path]) == 9
    assert len(own(*asked, "--limit", "100").ok().lines) == 33


def test_registry_without_a_search_says_how_tags_are_listed(own: CommandLine, server: FaultyRegistry) -> None:
    result = own("search", f"{server.host}/app")
    first, hint = result.stderr.splitlines()
    assert (
        first == f"Error: cannot search {server.host}: it offers neither a search nor a catalogue of its repositories"
    )
    assert f"pod search --list-tags {server.host}/NAME" in hint
    server.faults.append(lambda request: request.path != "/v2/" and request.answer(401, b"{}"))
    assert "does not show its catalogue" in own("search", f"{server.host}/app").stderr
    assert "not of a tag" in own("search", "--list-tags", f"{server.host}/app:1").stderr


def test_bare_term_is_looked_for_on_the_registries_of_the_configuration(
    own: CommandLine, filled: Registry, server: FaultyRegistry, folder: Path
) -> None:
    conf = folder / "registries.conf"
    conf.write_text(f'unqualified-search-registries = ["{server.host}", "{filled.host}"]')
    result = own("search", "--format", "{{.Name}}", "two", env={"CONTAINERS_REGISTRIES_CONF": str(conf)}).ok()
    assert result.lines == [f"{filled.host}/b/two"]
    assert f"cannot search {server.host}" in result.stderr
