"""A wrong template is answered with the place, the problem, and what to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from pod.cli.template import Fields, parse
from pod.errors import KernelRefused, TemplateError

_CONTAINER = Fields(
    Id="abc",
    Names="web",
    State=Fields(Status="running", Health=None),
    Mounts=["/a"],
    Labels={"a": "b"},
    Label=lambda key: key,
)


def _error(template: str, data: object = _CONTAINER) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        parse(template).render(data)
    return caught.value


@pytest.mark.parametrize(
    ("template", "message", "hint"),
    [
        ("{{.Nmaes}}", "template 1:3: in {{.Nmaes}}: there is no field .Nmaes", "did you mean .Names?"),
        ("{{.names}}", "template 1:3: in {{.names}}: there is no field .names", "did you mean .Names?"),
        (
            "{{.Q}}",
            "template 1:3: in {{.Q}}: there is no field .Q",
            "known: .Id .Label .Labels .Mounts .Names .State",
        ),
        (
            "{{.State.Statsu}}",
            "template 1:9: in {{.State.Statsu}}: there is no field .Statsu",
            "did you mean .Status?",
        ),
        (
            "{{.State.Health.Status}}",
            "template 1:16: in {{.State.Health.Status}}: there is no .Status in nil",
            "test it first: {{with …}} or {{if …}}",
        ),
        ("{{.Names.X}}", "template 1:9: in {{.Names.X}}: there is no .X in a string", ""),
        (
            "{{uper .Names}}",
            "template 1:3: in {{uper .Names}}: there is no function uper",
            "did you mean upper?",
        ),
        (
            "{{Names}}",
            "template 1:3: in {{Names}}: there is no function Names",
            "fields start with a dot: .Names",
        ),
        (
            "{{$name := 1}}{{$nmae}}",
            "template 1:17: in {{$nmae}}: there is no variable $nmae",
            "did you mean $name?",
        ),
        ("{{.Names", "template 1:1: in {{.Names: the action is not closed", "end it with }}"),
        ('{{"abc}}', 'template 1:3: in {{"abc}}: the string is not closed', 'end it with "'),
        ("{{(.Names}}", "template 1:10: in {{(.Names}}: a ( is not closed", "put the ) before }}"),
        ("{{if .Names}}x", "template 1:3: in {{if .Names}}: {{if}} is not closed", "add {{end}}"),
        ("{{end}}", "template 1:3: in {{end}}: {{end}} without {{if}}, {{with}} or {{range}}", ""),
        (
            "{{index .Mounts 5}}",
            "template 1:3: in {{index .Mounts 5}}: index 5 is out of range",
            "the last is 0",
        ),
        (
            "{{eq .Names 1}}",
            "template 1:3: in {{eq .Names 1}}: cannot compare string with int",
            "numbers stand without quotes, and text in quotes",
        ),
        (
            "{{lower .Mounts}}",
            "template 1:9: in {{lower .Mounts}}: a string is needed here, not a value of type []string",
            "",
        ),
        ("{{truncate .Id}}", "template 1:3: in {{truncate .Id}}: truncate takes 2 arguments, not 1", ""),
        ("{{.Label}}", "template 1:3: in {{.Label}}: .Label takes 1 argument, not 0", ""),
        (
            "{{range .Names}}{{end}}",
            "template 1:9: in {{range .Names}}: cannot range over a string",
            "range takes lists, maps and whole numbers",
        ),
        (
            "{{.the-key}}",
            "template 1:7: in {{.the-key}}: unexpected '-' after .the",
            'a key with other characters than letters and digits: index . "the-key"',
        ),
        (
            "{{“x”}}",
            "template 1:3: in {{“x”}}: unexpected '“'",
            'strings stand in "double quotes" or `backquotes`',
        ),
        (
            '{{template "x"}}',
            'template 1:3: in {{template "x"}}: template "x" is not defined',
            "nothing is defined; {{define}} does it",
        ),
    ],
)
def test_says_where_what_and_what_to_do(template: str, message: str, hint: str) -> None:
    error = _error(template)
    assert (error.message, error.hint) == (message, hint)


def test_counts_lines_and_columns_from_one() -> None:
    assert _error("one\n  two {{.Nope}}").message.startswith("template 2:9: in {{.Nope}}:")


def test_shows_one_line_of_a_long_action() -> None:
    message = _error("{{if and\n" + "  .Names\n" * 40 + "  .Nope}}{{end}}").message
    assert "\n" not in message
    assert ".Nope" in message
    assert len(message) < 150


@pytest.mark.parametrize(
    "template",
    [
        '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}',
        "{{if .Names}}" * 3000 + "{{end}}" * 3000,
        "{{" + "(" * 3000 + ".Names" + ")" * 3000 + "}}",
    ],
    ids=["includes itself", "nested ifs", "nested parentheses"],
)
def test_endless_nesting_is_an_error_and_no_crash(template: str) -> None:
    assert "nested too deeply" in _error(template).message


def test_data_that_contains_itself_is_an_error() -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    for template in ("{{.}}", "{{json .}}", '{{printf "%v" .}}'):
        assert "nested too deeply" in _error(template, loop).message


def test_a_failing_method_is_named_with_its_reason() -> None:
    def size() -> str:
        raise OSError("disk on fire")

    error = _error("{{.Size}}", Fields(Size=size))
    assert error.message == "template 1:3: in {{.Size}}: .Size failed: disk on fire"
    assert isinstance(error.__cause__, OSError)


def test_an_error_that_pod_raises_on_purpose_passes_as_it_is() -> None:
    def size() -> str:
        raise KernelRefused("cannot look")

    with pytest.raises(KernelRefused, match="cannot look"):
        parse("{{.Size}}").render(Fields(Size=size))


def test_an_error_in_a_named_template_points_into_it() -> None:
    assert _error('{{define "x"}}{{.Nope}}{{end}}{{template "x" .}}').message.startswith("template 1:17: in {{.Nope}}:")
