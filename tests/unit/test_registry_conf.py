"""registries.conf: what names mean, where images come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pod.errors import RegistryError
from pod.oci.reference import Reference
from pod.registry import places
from pod.registry.registries_conf import Location, RegistriesConf
from pod.registry.short_names import record, settle

Read = Callable[[str], RegistriesConf]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    def read(text: str) -> RegistriesConf:
        path = tmp_path / "registries.conf"
        path.write_text(text)
        monkeypatch.setattr(places, "registries_files", lambda: [str(path)])
        monkeypatch.setattr(places, "short_name_file", lambda: str(tmp_path / "cache" / "aliases.conf"))
        return RegistriesConf()

    return read


def names(conf: RegistriesConf, text: str) -> list[str]:
    return [str(candidate) for candidate in conf.meaning(text).candidates]


def test_bare_name_means_docker_io_where_nothing_is_configured(read: Read) -> None:
    assert names(read(""), "busybox") == ["docker.io/library/busybox:latest"]
    assert names(read(""), "ann/app:1") == ["docker.io/ann/app:1"]


def test_bare_name_is_looked_for_on_each_registry_in_turn(read: Read) -> None:
    conf = read('unqualified-search-registries = ["one.example", "docker.io"]')
    assert names(conf, "busybox:1") == ["one.example/busybox:1", "docker.io/library/busybox:1"]
    assert names(conf, "two.example/busybox") == ["two.example/busybox:latest"]


def test_alias_comes_before_the_search(read: Read) -> None:
    conf = read('unqualified-search-registries = ["one.example"]\n[aliases]\n"fedora" = "fp.example/fedora"')
    assert names(conf, "fedora:41") == ["fp.example/fedora:41"]
    digest = "sha256:" + "a" * 64
    assert names(conf, f"fedora@{digest}") == [f"fp.example/fedora@{digest}"]


CONF = """
[[registry]]
prefix = "example.com/team"
location = "inside.example/copies"
insecure = true
[[registry.mirror]]
location = "mirror.example"
[[registry.mirror]]
location = "digests.example"
pull-from-mirror = "digest-only"
[[registry]]
location = "example.com/team/closed"
blocked = true
[[registry]]
prefix = "*.wild.example"
insecure = true
"""


def test_mirrors_come_first_and_the_prefix_is_replaced(read: Read) -> None:
    found = read(CONF).locations(Reference.parse("example.com/team/app:1"))
    assert found == [Location("mirror.example", "app"), Location("inside.example", "copies/app", True)]


def test_mirror_for_digests_does_not_serve_tags(read: Read) -> None:
    found = read(CONF).locations(Reference.parse(f"example.com/team/app@sha256:{'a' * 64}"))
    assert [place.host for place in found] == ["mirror.example", "digests.example", "inside.example"]


def test_push_goes_past_the_mirrors(read: Read) -> None:
    found = read(CONF).locations(Reference.parse("example.com/team/app:1"), mirrors=False)
    assert [place.host for place in found] == ["inside.example"]


def test_longest_prefix_wins_and_a_blocked_one_is_refused(read: Read) -> None:
    with pytest.raises(RegistryError, match=r"registry example\.com is blocked for example\.com/team/closed/app"):
        read(CONF).locations(Reference.parse("example.com/team/closed/app"))


def test_prefix_ends_at_a_slash(read: Read) -> None:
    assert read(CONF).locations(Reference.parse("example.com/teamwork")) == [Location("example.com", "teamwork")]


def test_wildcard_holds_for_every_host_below(read: Read) -> None:
    assert read(CONF).locations(Reference.parse("a.wild.example/x")) == [Location("a.wild.example", "x", True)]
    assert not read(CONF).is_insecure("wild.example")


def test_location_takes_the_place_of_the_host_that_a_wildcard_fits(read: Read) -> None:
    conf = read('[[registry]]\nprefix = "*.wild.example"\nlocation = "copy.example/all"')
    assert conf.locations(Reference.parse("a.wild.example:5000/x/y")) == [Location("copy.example", "all/x/y")]


TWO = 'unqualified-search-registries = ["one.example", "two.example"]\n'


def test_person_chooses_among_several_registries_and_it_is_remembered(read: Read) -> None:
    conf = read(TWO)
    chosen = settle("app:1", conf.meaning("app:1"), conf.short_name_mode, lambda _name, _candidates: 1)
    assert (list(map(str, chosen.candidates)), chosen.short) == (["two.example/app:1"], "app")
    record(chosen.short, chosen.candidates[0])
    record("team/other", Reference.parse("one.example/x/other"))
    assert names(read(TWO), "app:2") == ["two.example/app:2"]
    assert names(read(TWO), "team/other") == ["one.example/x/other:latest"]


def test_without_a_terminal_all_registries_are_tried_unless_the_mode_is_enforcing(read: Read) -> None:
    conf = read(TWO)
    found = conf.meaning("app")
    assert len(settle("app", found, conf.short_name_mode, None).candidates) == 2
    with pytest.raises(RegistryError, match=r"ambiguous: it may be on one\.example, two\.example") as error:
        settle("app", found, read(TWO + 'short-name-mode = "enforcing"').short_name_mode, None)
    assert "one.example/app:latest" in error.value.hint


def test_nobody_is_asked_where_the_mode_is_disabled_or_there_is_one_registry(read: Read) -> None:
    def never(_name: str, _candidates: list[str]) -> int:
        raise AssertionError

    conf = read(TWO + 'short-name-mode = "disabled"')
    assert len(settle("app", conf.meaning("app"), conf.short_name_mode, never).candidates) == 2
    one = read('unqualified-search-registries = ["one.example"]\nshort-name-mode = "enforcing"')
    assert len(settle("app", one.meaning("app"), one.short_name_mode, never).candidates) == 1


def test_unknown_mode_names_the_file(read: Read) -> None:
    with pytest.raises(RegistryError, match=r"registries\.conf: short-name-mode 'strict'"):
        read('short-name-mode = "strict"')


def test_broken_file_is_named(read: Read) -> None:
    with pytest.raises(RegistryError, match=r"registries\.conf"):
        read("[[registry]\n")
