"""--userns and its relatives as typed: modes, options of modes, and ranges of ids."""

from __future__ import annotations

import pytest

from pod.cli.commands.container.create_flags import CreateFlags
from pod.cli.parsers.users import parse_accounts, parse_maps, parse_users
from pod.errors import UsageError
from pod.storage.container_records import Accounts, AskedIds, Users


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Users()),
        ("host", Users("host")),
        ("keep-id", Users("keep-id")),
        ("keep-id:uid=200,gid=210", Users("keep-id", uid=200, gid=210)),
        ("keep-id:size=4000", Users("keep-id", size=4000)),
        ("auto", Users("auto")),
        ("auto:size=8192", Users("auto", size=8192)),
        ("auto:uidmapping=0:5:1,gidmapping=0:6:1", Users("auto", uid_map=(AskedIds(0, 5),), gid_map=(AskedIds(0, 6),))),
        ("nomap", Users("nomap")),
        ("container:web", Users("container", "web")),
        ("ns:/proc/1/ns/user", Users("ns", "/proc/1/ns/user")),
    ],
)
def test_modes(text: str, expected: Users) -> None:
    assert parse_users(CreateFlags(image="x", userns=text), {}) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("keep", "there is no mode 'keep'"),
        ("host:x", "host takes no options"),
        ("keep-id:foo=1", "keep-id has no option 'foo'"),
        ("keep-id:uid=x", "'x' is no id"),
        ("keep-id:uid=4294967295", "'4294967295' is no id"),
        ("auto:uidmapping=1", "it is written INSIDE:OUTSIDE:COUNT"),
        ("container:", "it is written container:NAME"),
    ],
)
def test_what_is_wrong_with_a_mode_is_said(text: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_users(CreateFlags(image="x", userns=text), {})
    assert reason in caught.value.message


def test_the_environment_says_it_where_nothing_else_does() -> None:
    environ = {"PODMAN_USERNS": "keep-id"}
    assert parse_users(CreateFlags(image="x"), environ).mode == "keep-id"
    assert parse_users(CreateFlags(image="x", userns="host"), environ).mode == "host"
    assert parse_users(CreateFlags(image="x", uidmap=("0:0:1",)), environ).mode == ""


@pytest.mark.parametrize(
    ("uidmap", "gidmap", "expected"),
    [
        (("0:1:5",), (), ((AskedIds(0, 1, 5),), ())),
        (("0:1",), ("3:4:2",), ((AskedIds(0, 1),), (AskedIds(3, 4, 2),))),
        (("0:1:5,7:8:9",), (), ((AskedIds(0, 1, 5), AskedIds(7, 8, 9)), ())),
        (("+5:@1000:1",), (), ((AskedIds(5, 1000, 1, of_host=True, extends=True),), ())),
        (("ug1:2:3",), (), ((AskedIds(1, 2, 3),), (AskedIds(1, 2, 3),))),
        (("g1:2:3",), (), ((), (AskedIds(1, 2, 3),))),
        ((), ("+u1:2:3",), ((AskedIds(1, 2, 3, extends=True),), ())),
    ],
)
def test_ranges(
    uidmap: tuple[str, ...], gidmap: tuple[str, ...], expected: tuple[tuple[AskedIds, ...], tuple[AskedIds, ...]]
) -> None:
    assert parse_maps(uidmap, gidmap) == expected


@pytest.mark.parametrize("text", ["", "1", "a:b", "1:2:3:4", "1:2:0", "-1:2:3", "1:@:3", "x1:2:3", "4294967290:1:10"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_maps((text or ":",), ())


def test_a_map_and_a_mode_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        parse_users(CreateFlags(image="x", userns="keep-id", uidmap=("0:0:1",)), {})
    with pytest.raises(UsageError, match="exclude each other"):
        parse_users(CreateFlags(image="x", subuidname="me", gidmap=("0:0:1",)), {})


def test_accounts() -> None:
    flags = CreateFlags(image="x", passwd=False, passwd_entry="a", group_entry="b", hostuser=("x,y", "z"))
    assert parse_accounts(flags) == Accounts(False, "a", "b", ("x", "y", "z"))
