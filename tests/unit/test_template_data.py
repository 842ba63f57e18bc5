"""What pod's own data is to a template: structs, rows, methods, records, and where pod gives more than Go does."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pod.cli.template import Fields, Row, parse
from pod.cli.template.gojson import dumps
from pod.errors import TemplateError
from pod.record import Record


def render(template: str, data: object) -> str:
    return parse(template).render(data)


def test_an_absent_key_of_a_map_is_no_value_and_of_a_struct_an_error() -> None:
    assert render("{{.Nope}}", {"Name": "web"}) == "<no value>"
    with pytest.raises(TemplateError):
        render("{{.Nope}}", Fields(Name="web"))


def test_id_is_found_in_both_spellings() -> None:
    assert render("{{.ID}} {{.Id}}", Fields(Id="abc")) == "abc abc"
    assert render("{{.ID}} {{.Id}}", Fields(ID="abc")) == "abc abc"


def test_a_subclass_says_what_other_names_its_fields_have() -> None:
    class Image(Fields):
        aliases = {"Tags": "RepoTags"}

    assert render("{{.Tags}}", Image(RepoTags=["a", "b"])) == "[a b]"


def test_a_method_is_called_only_when_the_template_asks_for_it() -> None:
    calls = []

    def size() -> str:
        calls.append("size")
        return "1MB"

    row = Row(ID="abc", Size=size)
    assert render("{{.ID}}", row) == "abc"
    assert calls == []
    assert render("{{.Size}}", row) == "1MB"
    assert calls == ["size"]


def test_a_method_takes_arguments_from_words_and_from_the_pipe() -> None:
    row = Row(Label=lambda key, otherwise="none": {"a": "1"}.get(key, otherwise))
    assert render('{{.Label "a"}} {{.Label "b"}} {{.Label "b" "-"}} {{"a" | .Label}}', row) == "1 none - 1"


def test_a_bound_method_counts_its_arguments_without_self() -> None:
    class Container:
        Names = "web"

        def Label(self, key: str) -> str:
            return key.upper()

    assert render('{{.Names}} {{.Label "x"}}', Container()) == "web X"
    with pytest.raises(TemplateError, match=r"\.Label takes 1 argument, not 0"):
        render("{{.Label}}", Container())


def test_private_attributes_and_python_s_methods_are_out_of_reach() -> None:
    class Container:
        def __init__(self) -> None:
            self._secret = "s"
            self.Names = ["web"]

    for template in ("{{._secret}}", "{{.__class__}}", "{{.Names.append}}", "{{.Names.__len__}}"):
        with pytest.raises(TemplateError):
            render(template, Container())


def test_a_record_is_a_struct_under_its_wire_names() -> None:
    class Mount(Record):
        source: str
        read_only: bool = False
        _wire = {"source": "Source", "read_only": "ReadOnly"}

    mount = Mount("/srv", True)
    assert render("{{.Source}} {{.ReadOnly}} {{.}}", mount) == "/srv true {/srv true}"
    assert render("{{json .}}", mount) == '{"Source":"/srv","ReadOnly":true}'
    with pytest.raises(TemplateError):
        render("{{.to_json}}", mount)


def test_json_keeps_the_order_of_a_struct_and_sorts_a_map_and_a_row() -> None:
    assert render("{{json .}}", Fields(b=1, a={"z": 1, "y": 2})) == '{"b":1,"a":{"y":2,"z":1}}'
    assert render("{{json .}}", Row(b=1, a=2)) == '{"a":2,"b":1}'


def test_json_of_a_row_calls_methods_without_arguments_and_leaves_out_the_others() -> None:
    assert render("{{json .}}", Row(ID="a", Size=lambda: "1MB", Label=lambda key: key)) == '{"ID":"a","Size":"1MB"}'


def test_json_escapes_html_in_rows_only_as_docker_does() -> None:
    assert render("{{json .}}", Row(Ports="80->80/tcp")) == '{"Ports":"80-\\u003e80/tcp"}'
    assert render("{{json .}}", Fields(Cmd="a < b && c")) == '{"Cmd":"a < b && c"}'


def test_json_of_a_row_inside_a_struct_is_escaped_and_what_is_beside_it_is_not() -> None:
    data = Fields(Before="<", Rows=[Row(Ports="80->80/tcp", Name="\u2028")], After=">&")
    assert dumps(data) == '{"Before":"<","Rows":[{"Name":"\\u2028","Ports":"80-\\u003e80/tcp"}],"After":">&"}'


def test_json_tells_numbers_from_truth_values_and_writes_bytes_of_no_text_as_go_does() -> None:
    assert dumps(Fields(A=1, B=True, C=0, D=False, E=None, F=1.0, G=())) == (
        '{"A":1,"B":true,"C":0,"D":false,"E":null,"F":1,"G":[]}'
    )
    assert dumps({"\udcff": "a\udcfe"}) == '{"\\ufffd":"a\\ufffd"}'


def test_indented_json_has_a_key_a_line_and_empty_parts_on_one() -> None:
    text = dumps(Fields(Id="a", Args=["x", "y"], Labels={}, Mounts=[], State=Fields(Pid=1)), indent="  ")
    expected = """{
  "Id": "a",
  "Args": [
    "x",
    "y"
  ],
  "Labels": {},
  "Mounts": [],
  "State": {
    "Pid": 1
  }
}"""
    assert text == expected
    assert json.loads(text)["State"] == {"Pid": 1}


def test_index_of_an_absent_label_is_empty_also_when_there_is_no_label_at_all() -> None:
    for labels in ({"a": "b"}, {}):
        assert render('{{index .Labels "none"}}', Fields(Labels=labels)) == ""


def test_a_struct_can_be_indexed_and_ranged_over_as_docker_s_inspect_allows() -> None:
    state = Fields(State=Fields(Status="running", Pid=7))
    assert render('{{index .State "Status"}} {{len .State}}', state) == "running 2"
    assert render("{{range $k, $v := .State}}{{$k}}={{$v}} {{end}}", state) == "Pid=7 Status=running "


def test_nil_is_shown_as_go_shows_a_nil_pointer_of_a_struct() -> None:
    assert render("{{.Health}}", Fields(Health=None)) == "<nil>"
    assert render("{{if .Health}}a{{else}}b{{end}}", Fields(Health=None)) == "b"


def test_tuples_are_lists() -> None:
    assert render('{{join .Args " "}} {{index .Args 0}} {{.Args}}', Fields(Args=("a", "b"))) == "a b a [a b]"


def test_a_template_renders_any_number_of_rows() -> None:
    template = parse("{{$n := .N}}{{$n}}{{range .L}}{{.}}{{end}}")
    assert [template.render(Fields(N=n, L=[n])) for n in range(3)] == ["00", "11", "22"]


def test_nothing_heavy_is_imported() -> None:
    heavy = {"re", "json", "typing", "enum", "dataclasses", "collections", "functools", "contextlib", "datetime"}
    script = (
        "import sys; sys.path.insert(0, '.')\n"
        "from pod.cli.template import parse, Row\n"
        "from pod.cli import tables, units\n"
        "tables.format_rows('', [Row(ID='a')], {}, columns=('ID',))\n"
        "assert 'pod.cli.template.parser' not in sys.modules\n"
        "tables.format_rows('table {{.ID}}\\t{{.ID | upper}}', [Row(ID='a')], {}, columns=())\n"
        "units.ago(0), units.decimal_size(1), units.local_time(0)\n"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-I", "-S", "-c", script]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "pod.cli.tables" in loaded
    assert heavy.isdisjoint(loaded)
    assert "pod.cli.template.printf" not in loaded
