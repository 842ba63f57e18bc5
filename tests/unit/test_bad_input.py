"""Mistakes of every kind in every command: one line that names it, a hint, exit code 125, nothing on stdout."""

from __future__ import annotations

import pytest

from pod.cli import argv, tree
from pod.cli.definitions import define
from pod.cli.elsewhere import ELSEWHERE
from pod.cli.main import main

NAMES = [name for entry in tree.COMMANDS if not entry.hidden for name in entry.names]
Capture = pytest.CaptureFixture[str]


def complaint(capsys: Capture, *words: str) -> list[str]:
    """Return the lines on stderr of a command line that is refused before anything happens."""
    code = main(["pod", *words])
    captured = capsys.readouterr()
    assert (code, captured.out) == (125, "")
    assert captured.err.startswith("Error: ") and captured.err.endswith("\n")
    assert "bug in pod" not in captured.err
    return captured.err.splitlines()


def options(name: str) -> dict[str, list[str]]:
    found = tree.find(name.split())
    assert found is not None
    return define(found[0]).spec.options


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_named_and_the_help_pointed_at(name: str, capsys: Capture) -> None:
    lines = complaint(capsys, *name.split(), "--zzz-no-such=1", "x", "y")
    assert lines == ["Error: unknown option --zzz-no-such", f"  `pod {name} --help` lists the options"]
    lines = complaint(capsys, *name.split(), "-Z")
    assert lines == ["Error: unknown option -Z", f"  `pod {name} --help` lists the options"]


@pytest.mark.parametrize("name", [name for name in NAMES if options(name)])
def test_a_mistyped_option_suggests_the_one_that_was_meant(name: str, capsys: Capture) -> None:
    meant = max(options(name), key=len)
    for typed in (f"{meant[:3]}{meant[4:]}", f"{meant[:-2]}{meant[-1]}{meant[-2]}q"):
        if typed in options(name):
            continue
        lines = complaint(capsys, *name.split(), typed)
        assert lines[0] == f"Error: unknown option {typed}"
        assert lines[1].startswith("  did you mean --")
    assert meant in complaint(capsys, *name.split(), f"{meant}x")[1]


@pytest.mark.parametrize("name", NAMES)
def test_an_option_without_its_value_says_so(name: str, capsys: Capture) -> None:
    for option, (_, kind, *_rest) in options(name).items():
        if kind == argv.FLAG:
            lines = complaint(capsys, *name.split(), f"{option}=maybe")
            assert lines[0] == f"Error: invalid value 'maybe' for {option}: it is true or false"
        elif kind != argv.MAYBE:
            assert complaint(capsys, *name.split(), option)[0] == f"Error: option {option} needs a value"


@pytest.mark.parametrize("name", [name for name in NAMES if len(name.split()[-1]) > 3])
def test_a_mistyped_command_suggests_the_one_that_was_meant(name: str, capsys: Capture) -> None:
    typed = f"{name}q"
    lines = complaint(capsys, *typed.split())
    assert lines[0] == f"Error: unknown command `pod {typed}`"
    assert lines[1].startswith("  did you mean `pod ")


@pytest.mark.parametrize("group", sorted(tree.GROUPS))
def test_a_group_alone_shows_its_commands(group: str, capsys: Capture) -> None:
    assert main(["pod", group]) == 0
    shown = capsys.readouterr()
    assert shown.err == "" and shown.out.startswith(f"Usage: pod {group} COMMAND\n")
    for name, _entry in tree.members(group):
        assert f"\n  {name.removeprefix(f'{group} ')}" in shown.out


@pytest.mark.parametrize("name", sorted(tree.NOT_YET))
def test_what_is_not_there_yet_says_so_in_one_line(name: str, capsys: Capture) -> None:
    (line,) = complaint(capsys, name, "--some", "thing")
    assert line == f"Error: this version of pod has no `pod {name}`; `pod --help` lists what it has"


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_what_has_no_place_says_in_one_line_what_to_use_instead(name: str, capsys: Capture) -> None:
    (line,) = complaint(capsys, *name.split(), "ls", "--some")
    assert line == f"Error: pod has no `pod {name}`: {ELSEWHERE[name]}"


@pytest.mark.parametrize(
    "name", ["ps", "images", "events --stream=false", "volume ls", "container prune", "image prune"]
)
def test_a_filter_that_does_not_exist_lists_those_that_do(name: str, capsys: Capture, tmp_path: object) -> None:
    force = ["-f"] if name.endswith("prune") else []
    lines = complaint(capsys, "--root", f"{tmp_path}/s", *name.split(), *force, "--filter", "nosuch=1")
    assert lines[0] == "Error: there is no filter 'nosuch'"
    assert lines[1].startswith("  there are ") and ", label" in lines[1]


@pytest.mark.parametrize("name", ["ps", "images", "info", "version", "events --stream=false", "volume ls"])
def test_a_template_error_points_at_the_place(name: str, capsys: Capture, tmp_path: object) -> None:
    lines = complaint(capsys, "--root", f"{tmp_path}/s", *name.split(), "--format", "a {{.Names | nosuch}} b")
    assert lines[0] == "Error: template 1:14: in {{.Names | nosuch}}: there is no function nosuch"
