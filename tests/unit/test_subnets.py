"""Addresses and subnets as numbers, which subnets are free, and who is given which address."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.errors import NetworkError, UsageError
from pod.net import addresses, subnets
from pod.net.addresses import Subnet
from pod.net.keeper.leases import Leases
from pod.net.records import VERSION, Network, SubnetConfig
from pod.net.subnets import Pool


def network(name: str, subnet: str) -> Network:
    return Network(VERSION, name, "", subnets=(SubnetConfig(subnet, Subnet.parse(subnet).address(1)),))


@given(st.ip_addresses())
def test_addresses_are_what_ipaddress_says(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert addresses.number(str(address)) == int(address)
    assert ipaddress.ip_address(addresses.text(int(address), address.version)) == address


@given(st.ip_addresses(), st.integers(0, 32), st.ip_addresses(), st.integers(0, 32))
def test_subnets_are_what_ipaddress_says(
    one: ipaddress.IPv4Address | ipaddress.IPv6Address,
    length: int,
    two: ipaddress.IPv4Address | ipaddress.IPv6Address,
    other_length: int,
) -> None:
    theirs = ipaddress.ip_network(f"{one}/{length}", strict=False)
    others = ipaddress.ip_network(f"{two}/{other_length}", strict=False)
    ours, other = Subnet.parse(f"{one}/{length}"), Subnet.parse(f"{two}/{other_length}")
    assert ipaddress.ip_network(str(ours)) == theirs
    assert ours.overlaps(other) == (theirs.version == others.version and theirs.overlaps(others))
    assert (str(two) in ours) == (two in theirs)


@given(st.lists(st.tuples(st.integers(0, 2047), st.integers(20, 30)), max_size=12))
def test_the_first_free_subnet_is_chosen(taken: list[tuple[int, int]]) -> None:
    base, used = ipaddress.ip_network("10.200.0.0/21"), []
    for offset, length in taken:
        used.append(ipaddress.ip_network((int(base.network_address) + offset, length), strict=False))
    free = [str(one) for one in base.subnets(new_prefix=24) if not any(one.overlaps(other) for other in used)]
    networks = [network(str(number), str(one)) for number, one in enumerate(used)]
    try:
        assert [subnets.choose((Pool(str(base), 24),), networks).subnet] == free[:1]
    except NetworkError:
        assert not free


@pytest.mark.parametrize("text", ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "x/8", "10.0.0.0/-1", ""])
def test_what_is_no_subnet_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Subnet.parse(text)


def test_the_next_free_subnet_of_the_pools_is_chosen() -> None:
    pools = (Pool("10.200.0.0/23", 24), Pool("10.201.0.0/24", 24))
    used = [network("a", "10.200.0.128/25")]
    assert subnets.choose(pools, used) == SubnetConfig("10.200.1.0/24", "10.200.1.1")
    used.append(network("b", "10.200.1.0/24"))
    assert subnets.choose(pools, used).subnet == "10.201.0.0/24"
    used.append(network("c", "10.201.0.0/16"))
    with pytest.raises(NetworkError, match="there is no free subnet left"):
        subnets.choose(pools, used)


def test_subnets_that_overlap_are_refused_with_whose_they_are() -> None:
    with pytest.raises(NetworkError) as caught:
        subnets.make("10.200.0.0/16", "", "", [network("a", "10.200.3.0/24")])
    assert caught.value.message == "subnet 10.200.0.0/16 overlaps with 10.200.3.0/24, the subnet of network a"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("10.200.0.0/24", "10.201.0.1", ""), "--gateway 10.201.0.1 is outside of the subnet 10.200.0.0/24"),
        (("10.200.0.0/24", "", "10.201.0.0/25"), "--ip-range 10.201.0.0 is outside of the subnet 10.200.0.0/24"),
        (("10.200.0.0/24", "", "10.200.0.9-10.200.0.3"), "--ip-range 10.200.0.9-10.200.0.3 ends before it begins"),
        (("10.200.0.0/31", "", ""), "subnet 10.200.0.0/31 has no room for a gateway and a container"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(words: tuple[str, str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        subnets.make(*words, [])
    assert caught.value.message == message


def test_unique_local_subnets_are_of_rfc_4193() -> None:
    config = subnets.choose_ipv6()
    assert ipaddress.ip_network(config.subnet).subnet_of(ipaddress.ip_network("fd00::/8"))  # type: ignore[arg-type]


def test_addresses_are_given_in_turn_and_the_last_one_freed_comes_last() -> None:
    leases = Leases("a", SubnetConfig("10.0.0.0/29", "10.0.0.1"))
    first, second = leases.take("x"), leases.take("y")
    leases.free(first)
    third = leases.take("z")
    assert [first, second, third] == ["10.0.0.2", "10.0.0.3", "10.0.0.4"]
    assert [leases.take("w") for _ in range(3)] == ["10.0.0.5", "10.0.0.6", "10.0.0.2"]
    with pytest.raises(NetworkError, match=r"network a has no free address left in 10.0.0.0/29"):
        leases.take("v")


def test_only_addresses_of_the_range_are_given_but_others_may_be_asked_for() -> None:
    leases = Leases("a", SubnetConfig("10.0.0.0/24", "10.0.0.1", "10.0.0.9", "10.0.0.9"))
    assert (leases.take("x"), leases.take("y", "10.0.0.77")) == ("10.0.0.9", "10.0.0.77")
    with pytest.raises(NetworkError, match=r"address 10.0.0.77 on network a is taken by container y"):
        leases.take("z", "10.0.0.77")
    with pytest.raises(NetworkError, match="taken by the gateway"):
        leases.take("z", "10.0.0.1")
    with pytest.raises(NetworkError, match="it stands for the whole subnet"):
        leases.take("z", "10.0.0.255")
