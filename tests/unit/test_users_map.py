"""Id maps of containers: from the words of the command line to ranges of the user's namespace."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.engine import users_map
from pod.errors import PodError, UsageError
from pod.linux.idmap import IdMap, IdRange
from pod.storage import id_shift
from pod.storage.container_records import AskedIds, Users

OURS = IdMap((IdRange(0, 1000, 1), IdRange(1, 100000, 65536)), (IdRange(0, 1000, 1), IdRange(1, 100000, 65536)))


def spelled(*asked: AskedIds) -> tuple[IdRange, ...]:
    return users_map._spelled_out(Users(uid_map=asked), OURS).uids


def test_keep_id_is_podmans_map() -> None:
    assert users_map.keep(1001, 65537) == (IdRange(0, 1, 1001), IdRange(1001, 0, 1), IdRange(1002, 1002, 64535))
    assert users_map.keep(0, 65537) == (IdRange(0, 0, 1), IdRange(1, 1, 65536))
    assert users_map.keep(1000, 1) == (IdRange(1000, 0, 1),)


def test_keep_id_of_a_high_number() -> None:
    """Accounts of a directory have ids beyond those of any range."""
    assert users_map.keep(1_000_000, 65537) == (IdRange(0, 1, 65536), IdRange(1_000_000, 0, 1))


@given(own=st.integers(0, 100_000), total=st.integers(1, 70_000), size=st.integers(0, 70_000))
def test_keep_id_maps_each_id_once(own: int, total: int, size: int) -> None:
    ranges = users_map.keep(own, total, size)
    assert IdRange(own, 0, 1) in ranges
    for side in ("inside", "outside"):
        ordered = sorted(ranges, key=lambda part: getattr(part, side))
        for one, other in itertools.pairwise(ordered):
            assert getattr(one, side) + one.count <= getattr(other, side)
    assert max(part.outside + part.count for part in ranges) <= total


def test_a_range_that_extends_leaves_no_id_out() -> None:
    assert spelled(AskedIds(5, 0, 1, extends=True)) == (IdRange(0, 1, 5), IdRange(5, 0, 1), IdRange(6, 6, 65531))
    assert spelled(AskedIds(100, 2, 1, extends=True)) == (
        IdRange(0, 0, 2),
        IdRange(2, 3, 98),
        IdRange(100, 2, 1),
        IdRange(101, 101, 65436),
    )


def test_numbers_of_the_machine_are_translated() -> None:
    assert spelled(AskedIds(0, 1000, 1, of_host=True)) == (IdRange(0, 0, 1),)
    assert spelled(AskedIds(0, 100009, 5, of_host=True)) == (IdRange(0, 10, 5),)
    with pytest.raises(UsageError, match="id 1001 of this machine is not yours"):
        spelled(AskedIds(0, 1001, 1, of_host=True))


def test_ids_that_the_user_does_not_have_are_refused() -> None:
    with pytest.raises(UsageError, match="your namespace has the ids 0 to 65536"):
        spelled(AskedIds(0, 65000, 1000))


def test_ranges_with_ids_in_common_are_refused() -> None:
    with pytest.raises(UsageError, match="have ids in common: 0:1:5 and 4:100:1"):
        spelled(AskedIds(0, 1, 5), AskedIds(4, 100, 1))


def test_auto_takes_the_first_free_stretch() -> None:
    assert users_map._free(1024, 65537, []) == IdRange(0, 1, 1024)
    taken = [IdRange(0, 1, 1024), IdRange(0, 2049, 1024)]
    assert users_map._free(1024, 65537, taken) == IdRange(0, 1025, 1024)
    assert users_map._free(1025, 65537, taken) == IdRange(0, 3073, 1025)
    with pytest.raises(PodError, match="no 64000 ids are left"):
        users_map._free(64000, 65537, taken)


def test_owners_go_out_and_come_back() -> None:
    ids = IdMap(users_map.keep(1000, 65537), users_map.keep(1000, 65537))
    out, back = id_shift.outward(ids), id_shift.inward(ids)
    for number in (0, 33, 1000, 1001, 65534):
        assert back(*out(number, number)) == (number, number)
    assert out(0, 1000) == (1, 0)


def test_an_owner_that_the_container_does_not_have_becomes_nobody_of_its() -> None:
    ids = IdMap((IdRange(0, 33, 1),), (IdRange(0, 33, 1),))
    assert id_shift.outward(ids)(33, 5) == (0, 5), "33 outside is the container's root"
