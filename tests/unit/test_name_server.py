"""The name server's messages and names, read and written beside dnspython; whatever a container sends is survived."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rdatatype
import dns.reversename
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pod.net.keeper import dns as ours
from pod.net.keeper.names import Member, Names
from pod.network_values import Attachment

WEB = Member(
    "a" * 64,
    ("web", "aaaaaaaaaaaa"),
    (Attachment("front", "eth0", "v0", "", ip="10.0.0.2", ip6="fd00::2", aliases=("www",)),),
)
DB = Member(
    "b" * 64,
    ("db",),
    (
        Attachment("front", "eth0", "v1", "", ip="10.0.0.3", aliases=("www",)),
        Attachment("back", "eth1", "v2", "", ip="10.1.0.3"),
    ),
    links={"frontend": "web"},
)


@pytest.fixture
def names() -> Names:
    made = Names()
    made.rebuild([WEB, DB])
    return made


def ask(
    names: Names, name: object, kind: str, network: str = "front", asker: Member | None = None
) -> dns.message.Message | None:
    query = dns.message.make_query(name, kind)  # type: ignore[arg-type]
    question = ours.parse_question(query.to_wire())
    assert question is not None
    answer = names.answer(question, network, asker, limit=question.size)
    if answer is None:
        return None
    message = dns.message.from_wire(answer)
    assert query.is_response(message)
    return message


def found(message: dns.message.Message | None) -> list[str]:
    assert message is not None
    return [item.to_text() for rrset in message.answer for item in rrset]


def test_questions_are_read_as_dnspython_writes_them() -> None:
    query = dns.message.make_query("Web.Example.", "AAAA", use_edns=0, payload=1400)
    question = ours.parse_question(query.to_wire())
    assert question is not None
    assert (question.id, question.name, question.type) == (query.id, "web.example", dns.rdatatype.AAAA)
    assert (question.size, question.extended) == (1400, True)


def test_both_kinds_of_addresses_are_answered(names: Names) -> None:
    assert found(ask(names, "web", "A")) == ["10.0.0.2"] and found(ask(names, "web", "AAAA")) == ["fd00::2"]
    assert found(ask(names, "db", "AAAA")) == []  # the name is there: no other server is to be asked
    assert sorted(found(ask(names, "www", "A"))) == ["10.0.0.2", "10.0.0.3"]


def test_names_of_other_networks_are_unknown(names: Names) -> None:
    assert ask(names, "web", "A", "back") is None and ask(names, "nobody", "A") is None
    assert found(ask(names, "web", "A", "back", DB)) == ["10.0.0.2"]  # who asks is on both


def test_a_link_is_known_to_who_has_it(names: Names) -> None:
    assert found(ask(names, "frontend", "A", "front", DB)) == ["10.0.0.2"]
    assert ask(names, "frontend", "A", "front", WEB) is None


def test_addresses_have_names(names: Names) -> None:
    assert found(ask(names, dns.reversename.from_address("10.0.0.3"), "PTR")) == ["db."]
    assert found(ask(names, dns.reversename.from_address("fd00::2"), "PTR")) == ["web."]
    assert ask(names, dns.reversename.from_address("10.1.0.3"), "PTR") is None


def test_every_address_has_its_turn_to_be_first(names: Names) -> None:
    assert {found(ask(names, "www", "A"))[0] for _ in range(2)} == {"10.0.0.2", "10.0.0.3"}


def test_what_does_not_fit_is_cut() -> None:
    question = ours.parse_question(dns.message.make_query("many", "A").to_wire())
    assert question is not None
    records = [ours.address_record(f"10.0.0.{number}") for number in range(100)]
    cut = dns.message.from_wire(ours.answer(question, records, limit=question.size))
    assert cut.flags & dns.flags.TC and not cut.answer
    assert len(found(dns.message.from_wire(ours.answer(question, records)))) == 100


@given(st.binary(max_size=80))
@example(b"\0\1\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1")  # a name that points at itself
@example(b"\0\1\1\0\0\1\0\0\0\0\0\1\1a\0\0\1\0\1\0\0\x29")
def test_no_datagram_breaks_the_server(data: bytes) -> None:
    question = ours.parse_question(data)
    if question is not None:
        names = Names()
        names.rebuild([WEB])
        names.answer(question, "front", None, limit=question.size)
        ours.answer(question, [], ours.SERVFAIL)
