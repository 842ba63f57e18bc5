"""Unit files and their words are read as systemd reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.systemd import words
from pod.systemd.unit_file import Line, UnitError, UnitFile


def read(text: str) -> UnitFile:
    unit = UnitFile()
    unit.read(text, "f")
    return unit


def test_a_value_goes_on_behind_a_backslash_and_over_comments() -> None:
    unit = read("[A]\nKey=one \\\n# a comment\n  two \\\n three\nOther=x\n")
    assert (unit.value("A", "Key"), unit.value("A", "Other")) == ("one two three", "x")


def test_an_empty_value_takes_back_what_was_said_before() -> None:
    assert [line.text for line in read("[A]\nK=1\nK=\nK=2\n").lines("A", "K")] == ["2"]


def test_sections_of_one_name_are_one() -> None:
    assert read("[A]\nK=1\n[B]\nK=2\n[A]\nL=3\n").write() == "[A]\nK=1\nL=3\n\n[B]\nK=2\n"


def test_comments_stay_where_they_are() -> None:
    assert read("# top\n[A]\n; inside\nK=1\n").write() == "# top\n\n[A]\n; inside\nK=1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[A]\nno key\n", "f:2: neither a section nor KEY=VALUE nor a comment: no key"),
        ("K=1\n", "f:1: K= stands before the first section"),
        ("\n\n[A\n", "f:3: this section has no end: [A"),
    ],
)
def test_a_wrong_line_is_named(text: str, message: str) -> None:
    with pytest.raises(UnitError) as caught:
        read(text)
    assert caught.value.message == message


@pytest.mark.parametrize(("text", "flag"), [("yes", True), ("ON", True), ("0", False), ("false", False)])
def test_a_flag_has_systemds_spellings(text: str, flag: bool) -> None:
    assert read(f"[A]\nK={text}\n").flag("A", "K") is flag


def test_a_flag_that_is_neither_is_refused_with_its_line() -> None:
    with pytest.raises(UnitError, match=r"f:2: K=perhaps: it is yes or no"):
        read("[A]\nK=perhaps\n").flag("A", "K")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", ["a", "b"]),
        ('"a b" \'c "d\'', ["a b", 'c "d']),
        ('a" b"c', ["a bc"]),
        (r"\x41 \u00e4 \101 a\sb", ["A", "ä", "A", "a b"]),
        (r"^\d+$", [r"^\d+$"]),
        ("''", [""]),
        ("  ", []),
    ],
)
def test_words_are_split_as_systemd_does(text: str, expected: list[str]) -> None:
    assert words.split(Line(text)) == expected


@pytest.mark.parametrize("text", ['"open', "'open", r"\x4", r"\uzzzz"])
def test_what_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(UnitError, match="f:7"):
        words.split(Line(text, "K", "f", 7))


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_what_is_joined_is_split_again(parts: list[str]) -> None:
    assert words.split(Line(words.join(parts))) == parts


@given(st.text())
def test_no_text_fails_otherwise_than_with_a_unit_error(text: str) -> None:
    try:
        unit = read(text)
        for lines in unit.sections.values():
            for line in lines:
                words.split(line)
    except UnitError:
        pass
