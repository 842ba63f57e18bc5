"""Whatever the template and the data: a text or a TemplateError, never anything else."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pod.cli.template import Fields, Row, parse
from pod.cli.template.functions import FUNCTIONS
from pod.errors import TemplateError

_TEXT = st.text(max_size=12)
_NUMBERS = st.integers(-99, 99)  # not larger: a range over a number goes as far as it says
_SCALARS = st.none() | st.booleans() | _NUMBERS | st.floats() | _TEXT
_KEYS = st.sampled_from(["A", "B", "Name", "List", "x y", "é"])


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keyed = st.dictionaries(_KEYS, children, max_size=4)
    return st.lists(children, max_size=4) | keyed | keyed.map(Fields) | keyed.map(Row)


_DATA = st.recursive(_SCALARS, _containers, max_leaves=12)

_FRAGMENTS = st.sampled_from(
    [
        "{{", "}}", "{{-", "-}}", " ", ".", "$", "|", "(", ")", ",", ":=", "=", '"', "`", "'", "\\", "\n", "/*", "*/",
        "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue", "nil", "true",
        ".A", ".B.A", ".Name", "$x", "$i", "0", "-1", "2", "1.5", "0x1F", "1e2", '"%d"', '"x"', "'c'", "A", "é",
        *FUNCTIONS,
    ]
)  # fmt: skip
_BROKEN_TEMPLATES = st.lists(_FRAGMENTS | _TEXT, max_size=15).map("".join)

_OPERANDS = st.sampled_from(
    [".", "$", ".A", ".B", ".A.B", ".Name", ".List", "nil", "true", "0", "1", "-3", "2.5", "100", '""', '"a,b"']
) | st.sampled_from(['"%5.1f|%q"', '"%[2]*d %v"', '"%#v %+v"', '"%x %T %c %U"', "`%!`", "'é'", "0x7f"])


def _calls(operands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    words = st.lists(operands, max_size=3)
    call = st.builds(lambda name, rest: " ".join([name, *rest]), st.sampled_from(sorted(FUNCTIONS)), words)
    piped = st.builds(lambda first, second: f"{first} | {second}", operands, call)
    return st.builds("({})".format, call | piped)


_PIPELINES = st.recursive(_OPERANDS, _calls, max_leaves=6)
_BLOCKS = st.builds(
    "{{{{{} {}}}}}a{{{{.}}}}{{{{else}}}}b{{{{end}}}}".format, st.sampled_from(["if", "with", "range"]), _PIPELINES
)
_SOUND_TEMPLATES = st.lists(st.builds("{{{{{}}}}}".format, _PIPELINES) | _BLOCKS, max_size=3).map(" ".join)


def _render(template: str, data: object) -> str | None:
    try:
        return parse(template).render(data)
    except TemplateError as err:
        assert err.message.startswith("template ")
        assert "\n" not in err.message
        return None


@settings(max_examples=400, deadline=None)
@given(_BROKEN_TEMPLATES, _DATA)
def test_no_text_makes_the_parser_fail_otherwise(template: str, data: object) -> None:
    _render(template, data)


@settings(max_examples=600, deadline=None)
@given(_SOUND_TEMPLATES, _DATA)
def test_no_data_makes_the_evaluator_fail_otherwise(template: str, data: object) -> None:
    _render(template, data)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="%vdsqxXtTcUeEfgGbo+-# 0123.*[]!é", max_size=14), st.lists(_DATA | st.integers(), max_size=3))
def test_printf_answers_every_format_with_a_text(text: str, values: list[Any]) -> None:
    words = " ".join(f"(index .Values {index})" for index in range(len(values)))
    assert _render(f"{{{{printf .Format {words}}}}}", Fields(Format=text, Values=values)) is not None


@given(st.text().filter(lambda text: "{{" not in text))
def test_text_without_actions_is_printed_as_it_is(text: str) -> None:
    assert _render(text, None) == text


@given(_TEXT)
def test_any_string_can_be_printed_whatever_it_holds(text: str) -> None:
    assert _render("{{.}}|{{print .}}", text) == f"{text}|{text}"


_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | _FINITE | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


def _same(found: Any, expected: Any) -> bool:
    """Compare, where a large float may have been read back as a whole number."""
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_same, found, expected))
    if isinstance(expected, dict):
        return list(found) == sorted(expected) and all(_same(found[key], expected[key]) for key in expected)
    return bool((float(found) if isinstance(expected, float) else found) == expected)


@given(_DOCUMENTS)
def test_json_can_be_read_back(document: Any) -> None:
    text = _render("{{json .}}", document)
    assert text is not None
    assert _same(json.loads(text), document)


@given(_FINITE)
def test_a_float_is_shown_in_digits_that_read_back_as_it(number: float) -> None:
    for verb in ("%v", "%g", "%G", "%b", "%x"):
        text = _render('{{printf "' + verb + '" .}}', number)
        assert text is not None
        if verb == "%x":
            assert float.fromhex(text) == number
        elif verb == "%b":
            mantissa, _, exponent = text.partition("p")
            assert int(mantissa) * 2 ** max(int(exponent), 0) / 2 ** max(-int(exponent), 0) == number
        else:
            assert float(text) == number


@given(st.text(max_size=20), st.integers(-3, 25))
def test_truncate_gives_at_most_so_many_bytes(text: str, length: int) -> None:
    shown = _render(f"{{{{truncate . {length}}}}}", text)
    assert (shown is None) == (length < 0)
    if shown is not None:
        assert len(shown.encode("utf-8", "surrogateescape")) <= max(length, 0)


@given(st.dictionaries(st.text(max_size=5), st.integers(), max_size=6))
def test_a_map_is_gone_through_in_the_order_of_its_keys(mapping: dict[str, int]) -> None:
    keys = parse("[{{$comma := ``}}{{range $k, $v := .}}{{$comma}}{{json $k}}{{$comma = `,`}}{{end}}]").render(mapping)
    assert json.loads(keys) == sorted(mapping)
