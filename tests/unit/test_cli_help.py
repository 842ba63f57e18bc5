"""Help at 80 columns: nothing is wider, no heading stands alone, and the overview leads to every command."""

from __future__ import annotations

import re

import pytest

from pod.cli import help, tree
from pod.cli.definitions import define

PAGES = [(name, entry) for entry in tree.COMMANDS for name in entry.names[:1] if not entry.hidden]


def overview(capsys: pytest.CaptureFixture[str]) -> str:
    help.show_overview()
    return capsys.readouterr().out


def test_no_heading_of_the_overview_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = overview(capsys).split("\n\n")
    headings = [block.partition("\n")[0] for block in blocks if re.match(r"[\w ]+:(\n|$)", block)]
    assert [heading.rstrip(":") for heading in headings] == [*tree.SECTIONS, "Global options"]
    assert all("\n  " in block for block in blocks if block.partition("\n")[0] in headings)


def test_the_overview_leads_to_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(overview(capsys).split())
    for name, _ in PAGES:
        group, _, verb = name.partition(" ")
        assert re.search(rf" {group} …[^…]*\b{verb}\b" if verb else rf" {name} ", text), name


def test_the_overview_is_no_wider_than_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line for line in overview(capsys).splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(("name", "entry"), PAGES, ids=[name for name, _ in PAGES])
def test_help_is_no_wider_than_a_terminal_and_explains_every_option(
    name: str, entry: tree.Entry, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = define(entry)
    help.show(definition, name)
    text = capsys.readouterr().out
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert [
        p.name for p in definition.parameters if p.is_option and not p.info.hidden and not help.explanation(p)
    ] == []
