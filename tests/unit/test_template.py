"""Templates print what Go's text/template prints; the expected results are Go's own (see template_cases)."""

from __future__ import annotations

from typing import Any

import pytest

from pod.cli.template import parse
from pod.errors import TemplateError
from tests.unit.template_cases import load

_MADE_WITH, _DATA, _CASES = load()


def _name(case: dict[str, Any]) -> str:
    return f"{case['data']}-{case['template']}"


def _as_go_writes_it(text: str) -> str:
    """Return the text with each byte that is no UTF-8 replaced, as the table has it."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@pytest.mark.parametrize("case", [case for case in _CASES if "output" in case], ids=_name)
def test_prints_what_go_prints(case: dict[str, Any]) -> None:
    printed = parse(case["template"]).render(_DATA[case["data"]])
    assert _as_go_writes_it(printed) == case["output"]


@pytest.mark.parametrize("case", [case for case in _CASES if "error" in case], ids=_name)
def test_refuses_what_go_refuses(case: dict[str, Any]) -> None:
    with pytest.raises(TemplateError):
        parse(case["template"]).render(_DATA[case["data"]])


def test_the_table_is_go_s_and_large() -> None:
    assert _MADE_WITH.startswith("oracle.go and go1.2")
    assert len([case for case in _CASES if "output" in case]) > 300
