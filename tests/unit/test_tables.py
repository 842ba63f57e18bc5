"""Listings: Docker's columns to the blank, `--format` in all its forms, and JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.cli.tables import PODMAN, align, format_documents, format_rows, render_table
from pod.cli.template import Fields, Row
from pod.errors import TemplateError

_ROWS = [
    Row(ID="0123456789ab", Image="nginx", Names="web", Ports="0.0.0.0:80->80/tcp", Label=lambda key: f"<{key}>"),
    Row(ID="fedcba987654", Image="registry.example.com/a/b:1", Names="db", Ports="", Label=lambda key: key[:0]),
]
_TITLES = {"ID": "CONTAINER ID", "Image": "IMAGE", "Names": "NAMES", "Ports": "PORTS"}
_COLUMNS = ("ID", "Image", "Ports", "Names")
_DEFAULT_TABLE = """\
CONTAINER ID   IMAGE                        PORTS                NAMES
0123456789ab   nginx                        0.0.0.0:80->80/tcp   web
fedcba987654   registry.example.com/a/b:1                        db
"""


def _format(text: str, rows: list[Row] = _ROWS, *, heading: bool = True, json_array: bool = False) -> str:
    return format_rows(text, rows, _TITLES, columns=_COLUMNS, heading=heading, json_array=json_array)


@pytest.mark.parametrize("text", ["", "table"])
def test_without_a_format_there_is_docker_s_table(text: str) -> None:
    assert _format(text) == _DEFAULT_TABLE


def test_a_table_without_rows_is_its_heading() -> None:
    assert _format("", []) == "CONTAINER ID   IMAGE     PORTS     NAMES\n"


def test_a_table_can_go_without_its_heading() -> None:
    assert _format("", heading=False) == "".join(_DEFAULT_TABLE.splitlines(keepends=True)[1:])
    assert _format("", [], heading=False) == ""


def test_a_table_template_takes_backslash_t_for_a_column() -> None:
    expected = "NAMES     CONTAINER ID\nweb       0123456789ab\ndb        fedcba987654\n"
    assert _format(r"table {{.Names}}\t{{.ID}}") == expected


def test_functions_leave_the_heading_alone() -> None:
    table = _format(r"table {{lower .Names}}\t{{upper .Image}}\t{{truncate .ID 4}}\t{{json .Ports}}\t{{pad .ID 1 1}}|")
    assert (
        table.splitlines()[0]
        == "NAMES     IMAGE                        CONTAINER ID   PORTS                   CONTAINER ID |"
    )
    assert (
        table.splitlines()[2]
        == 'db        REGISTRY.EXAMPLE.COM/A/B:1   fedc           ""                      fedcba987654 |'
    )


def test_a_label_is_headed_by_the_last_word_of_its_key() -> None:
    assert _format('table {{.Label "com.example.some-key_x"}}', _ROWS[:1]) == "some key x\n<com.example.some-key_x>\n"


def test_a_field_without_a_title_is_headed_by_its_name() -> None:
    rows = [Row(CreatedAt="now", IPAddress="10.0.0.1", RunningFor="")]
    heading = format_rows("table {{.CreatedAt}}|{{.IPAddress}}|{{.RunningFor}}", rows, {}, columns=()).splitlines()[0]
    assert heading == "CREATED AT|IP ADDRESS|RUNNING FOR"


def test_a_heading_that_cannot_be_made_is_left_out() -> None:
    rows = [Row(Mounts=["/a", "/b"])]
    assert format_rows("table {{range .Mounts}}{{.}} {{end}}", rows, {}, columns=()) == "/a /b \n"


def test_a_template_prints_a_line_a_row() -> None:
    assert _format("{{.Names}}") == "web\ndb\n"
    assert _format(r"{{.Names}}\t{{.ID}}\n") == "web\t0123456789ab\n\ndb\tfedcba987654\n\n"
    assert _format("{{.Names}}", []) == ""


def test_a_range_goes_over_all_rows_as_podman_allows() -> None:
    assert _format("{{range .}}{{.Names}};{{end}}") == "web;db;\n"
    assert _format(r"{{ range . }}{{.Names}}\n{{end -}}") == "web\ndb\n"
    assert _format("{{range .}}{{.Names}}{{end}}", []) == ""


def test_backslash_n_in_a_string_of_the_template_still_parses() -> None:
    assert _format(r'{{join (split .Names "e") "\n"}}\t|', _ROWS[:1]) == "w\nb\t|\n"


def test_json_is_an_object_a_line_as_docker_has_it() -> None:
    lines = _format("json").splitlines()
    assert lines[0] == ('{"ID":"0123456789ab","Image":"nginx","Names":"web","Ports":"0.0.0.0:80-\\u003e80/tcp"}')
    assert json.loads(lines[1])["Names"] == "db"
    assert _format("{{json .}}") == _format("json")
    assert _format("json", []) == ""


def test_json_is_one_array_as_podman_has_it() -> None:
    assert [row["Names"] for row in json.loads(_format("json", json_array=True))] == ["web", "db"]
    assert _format("{{ json }}", json_array=True) == _format("json", json_array=True)
    assert _format("json", [], json_array=True) == "[]\n"


def test_a_wrong_field_is_refused_and_the_right_one_named() -> None:
    with pytest.raises(TemplateError) as caught:
        _format(r"table {{.Name}}\t{{.ID}}")
    assert caught.value.hint == "did you mean .Names?"


def test_the_heading_is_bold_on_a_terminal_and_its_columns_stay_in_place() -> None:
    table = format_rows("", _ROWS, _TITLES, columns=_COLUMNS, bold=True)
    first, rest = table.split("\n", 1)
    assert first == "\x1b[1m" + _DEFAULT_TABLE.split("\n")[0] + "\x1b[0m"
    assert rest == _DEFAULT_TABLE.split("\n", 1)[1]


def test_wide_and_combining_characters_keep_columns_straight() -> None:
    assert align("日本\tx\ne\u0301\tx\nab\tx\n") == "日本      x\ne\u0301         x\nab        x\n"


def test_podman_s_layout_has_wider_narrow_columns() -> None:
    assert align("ID\tNAME\n0123456789abcdef\tx\n", PODMAN) == "ID                NAME\n0123456789abcdef  x\n"
    assert align("ID\tNAME\na\tx\n", PODMAN) == "ID          NAME\na           x\n"


def test_a_fixed_table_takes_no_tab_or_line_break_from_a_value() -> None:
    assert render_table(["A", "B"], [["x\ty", "1\n2"]]) == "A         B\nx y       1 2\n"


def test_a_fixed_table_without_rows_and_heading_is_nothing() -> None:
    assert render_table(["A"], [], heading=False) == ""
    assert render_table(["A", "B"], []) == "A         B\n"


def test_inspect_prints_a_document_a_line_or_all_as_one_array() -> None:
    documents = [Fields(Id="a", Cmd="x && y"), Fields(Id="b", Cmd="")]
    assert format_documents("{{.Id}}", documents) == "a\nb\n"
    assert format_documents("json", documents) == '[{"Id":"a","Cmd":"x && y"},{"Id":"b","Cmd":""}]\n'
    text = format_documents("", documents)
    assert text.startswith('[\n    {\n        "Id": "a",\n')
    assert json.loads(text) == documents
    assert format_documents("", []) == "[]\n"


def test_what_json_cannot_say_is_an_error() -> None:
    with pytest.raises(TemplateError, match="cannot write JSON: JSON has no nan"):
        format_documents("", [Fields(Load=float("nan"))])


_CELLS = st.text(alphabet="abc é✓", max_size=14)


@given(st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_cell_starts_in_the_same_column_of_every_line(rows: list[list[str]]) -> None:
    lines = align("".join("\t".join(row) + "\n" for row in rows)).splitlines()
    widths = [max(10, *(len(row[column]) + 3 for row in rows)) for column in (0, 1)]
    for line, row in zip(lines, rows, strict=True):
        assert line == row[0].ljust(widths[0]) + row[1].ljust(widths[1]) + row[2]
