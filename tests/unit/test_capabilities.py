"""Which capabilities a container gets, after Docker's and Podman's rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.errors import UsageError
from pod.oci.runtime_spec import Capabilities
from pod.runtime.capabilities import (
    DOCKER_DEFAULT,
    NAMES,
    PODMAN_DEFAULT,
    all_known,
    for_process,
    mask,
    names,
    normalize,
    resolve,
)

some = st.sets(st.sampled_from(NAMES))


def test_numbers_are_the_kernel_s() -> None:
    header = Path("/usr/include/linux/capability.h")
    if not header.exists():
        pytest.skip(f"{header} is not installed (package linux-libc-dev)")
    found = dict(re.findall(r"#define (CAP_\w+)\s+(\d+)\n", header.read_text()))
    assert {name: str(number) for number, name in enumerate(NAMES)} == found


def test_podman_s_default_is_the_mask_that_its_containers_show() -> None:
    assert mask(PODMAN_DEFAULT) == 0x800405FB
    assert mask(DOCKER_DEFAULT) == 0xA80425FB


@given(some)
def test_masks_and_names_say_the_same(chosen: set[str]) -> None:
    assert names(mask(chosen)) == tuple(sorted(chosen))


def test_a_bit_without_a_name_is_left_out() -> None:
    assert names(1 << 63 | 1) == ("CAP_CHOWN",)


@pytest.mark.parametrize("written", ["CAP_NET_ADMIN", "net_admin", "Net_Admin", "cap_net_admin", " NET_ADMIN "])
def test_a_name_may_be_written_in_any_way(written: str) -> None:
    assert normalize(written) == "CAP_NET_ADMIN"


def test_an_unknown_capability_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        resolve(["net_admim"])
    assert caught.value.message == 'unknown capability "net_admim"'
    assert caught.value.hint == "did you mean NET_ADMIN?"


def test_a_capability_unlike_any_other_gets_a_place_to_look() -> None:
    with pytest.raises(UsageError) as caught:
        resolve(cap_drop=["12"])
    assert caught.value.hint == "capabilities(7) lists them"


def test_nothing_asked_is_the_default() -> None:
    assert resolve() == PODMAN_DEFAULT
    assert resolve(default=DOCKER_DEFAULT) == DOCKER_DEFAULT


@given(some, some)
def test_what_is_dropped_goes_and_what_is_added_stays(add: set[str], drop: set[str]) -> None:
    assert set(resolve(add, drop)) == (set(PODMAN_DEFAULT) - drop) | add


@given(some)
def test_drop_all_leaves_what_is_added(add: set[str]) -> None:
    assert resolve(add, ["all"]) == tuple(sorted(add))


@given(some)
def test_add_all_is_everything_but_what_is_dropped(drop: set[str]) -> None:
    assert set(resolve(["ALL", "chown"], drop)) == set(all_known()) - drop


def test_all_for_both_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot both add and drop all capabilities"):
        resolve(["ALL"], ["all"])


def test_privileged_is_everything_that_the_kernel_has() -> None:
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    assert set(resolve(cap_drop=["chown"], privileged=True)) == set(NAMES[: last + 1])


def test_privileged_does_not_hide_a_wrong_name() -> None:
    with pytest.raises(UsageError):
        resolve(["nonsense"], privileged=True)


def test_several_in_one_value_are_parted_at_commas() -> None:
    assert resolve(["chown,kill"], ["ALL"]) == ("CAP_CHOWN", "CAP_KILL")


def test_root_has_the_bounding_set_in_force() -> None:
    expected = Capabilities(bounding=PODMAN_DEFAULT, effective=PODMAN_DEFAULT, permitted=PODMAN_DEFAULT)
    assert for_process(PODMAN_DEFAULT, root=True, cap_add=["chown"]) == expected


def test_another_user_has_none_in_force() -> None:
    assert for_process(PODMAN_DEFAULT, root=False) == Capabilities(bounding=PODMAN_DEFAULT)


def test_another_user_keeps_what_was_added_by_name() -> None:
    bounding = resolve(["net_admin"])
    own = ("CAP_NET_ADMIN",)
    expected = Capabilities(bounding=bounding, effective=own, permitted=own, inheritable=own, ambient=own)
    assert for_process(bounding, root=False, cap_add=["net_admin"]) == expected


def test_another_user_gets_nothing_beyond_the_bounding_set() -> None:
    sets = for_process(("CAP_CHOWN",), root=False, cap_add=["ALL"])
    assert sets.ambient == sets.permitted == ("CAP_CHOWN",)
