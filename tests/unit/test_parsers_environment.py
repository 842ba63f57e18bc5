"""-e, --env-file and --label-file, read as Docker reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pod.cli.parsers.environment import parse_environment
from pod.cli.parsers.labels import parse_labels
from pod.errors import UsageError

HOST = {"HOME": "/home/u", "LC_ALL": "C", "LC_TIME": "de", "EMPTY": ""}


def env(*values: str, files: tuple[Path, ...] = ()) -> tuple[str, ...]:
    return parse_environment(values, map(str, files), HOST)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["A=1"], ("A=1",)),
        (["A="], ("A=",)),
        (["A=x=y z"], ("A=x=y z",)),
        (["HOME"], ("HOME=/home/u",)),
        (["EMPTY"], ("EMPTY=",)),
        (["UNSET"], ()),
        (["LC_*"], ("LC_ALL=C", "LC_TIME=de")),
        (["A=1", "B=2", "A=3"], ("A=3", "B=2")),
    ],
)
def test_variables_have_values_or_take_them_from_here(values: list[str], expected: tuple[str, ...]) -> None:
    assert env(*values) == expected


def test_a_variable_without_a_name_is_refused() -> None:
    with pytest.raises(UsageError, match=r'^invalid value "=x" for --env: it has no name before the equals sign$'):
        env("=x")


def test_a_file_has_comments_and_raw_values(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_bytes('\ufeff# comment\n\n  A=1\nB="quoted # not a comment"\r\nHOME\nUNSET\nC=\n   # more\n'.encode())
    assert env(files=(file,)) == ("A=1", 'B="quoted # not a comment"', "HOME=/home/u", "C=")


def test_options_win_over_files_and_later_files_over_earlier_ones(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_text("A=1\nB=1\nC=1\n")
    second.write_text("B=2\nC=2\n")
    assert env("C=3", files=(first, second)) == ("A=1", "B=2", "C=3")


def test_a_name_with_a_blank_is_refused_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("export A=1\n")
    with pytest.raises(UsageError) as caught:
        env(files=(file,))
    assert caught.value.message == f"--env-file {file}: the name 'export A' contains white space"


def test_a_line_without_a_name_is_refused_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("=1\n")
    with pytest.raises(UsageError) as caught:
        env(files=(file,))
    assert caught.value.message == f"--env-file {file}: no name before the equals sign in '=1'"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        env(files=(tmp_path / "none",))
    assert caught.value.message == f"cannot read --env-file {tmp_path}/none: No such file or directory"


def test_a_file_that_is_no_text_is_refused_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_bytes(b"A=1\nB=\xff\n")
    with pytest.raises(UsageError) as caught:
        env(files=(file,))
    assert caught.value.message == f"--env-file {file}: line 2 is not UTF-8 text"


def test_labels_of_options_win_over_those_of_files(tmp_path: Path) -> None:
    file = tmp_path / "labels"
    file.write_text("# comment\na=1\nb=2\nbare\n")
    assert parse_labels(["b=3"], [str(file)]) == {"a": "1", "b": "3", "bare": ""}
