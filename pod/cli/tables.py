"""How commands print what they list: aligned columns, `--format` templates, and JSON.

The columns are those of Docker (or Podman), blanks and all, because scripts cut them. They are the same on a
terminal, where only the heading may be bold. On the path of `ps`, so rich has no place here.
"""

from __future__ import annotations

from pod.cli.template import Fields, Row, Template, parse
from pod.errors import TemplateError
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


class Layout(Record):
    """How columns are spaced: the narrowest a column may be, and the blanks that follow its widest value."""

    minimum: int
    padding: int


DOCKER = Layout(10, 3)
PODMAN = Layout(12, 2)


def render_table(
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    layout: Layout = DOCKER,
    heading: bool = True,
    bold: bool = False,
) -> str:
    """Return a table of fixed columns, one line a row; what would break a cell is replaced by blanks."""
    lines = ["\t".join(" ".join(cell.split("\t")).replace("\n", " ") for cell in row) for row in rows]
    if heading:
        lines.insert(0, "\t".join(titles))
    return _embolden(align("\n".join(lines) + "\n", layout) if lines else "", bold and heading)


def format_rows(
    format_text: str,
    rows: Sequence[Row],
    titles: dict[str, str],
    *,
    columns: Sequence[str],
    layout: Layout = DOCKER,
    heading: bool = True,
    json_array: bool = False,
    bold: bool = False,
) -> str:
    """Return the rows of a listing as `--format` asks for them.

    The format is "" or `table` (then the fields in `columns` are shown), `table TEMPLATE`, `json` (an object a line as
    Docker has it, or one array as Podman has it), or a template: a line a row, or all rows at once if it starts with
    `{{range .}}`. `titles` are the headings of fields; one that is not in it is called by its name.

    Raises TemplateError.
    """
    if format_text in ("", "table"):
        cells = [[_cell(row, name) for name in columns] for row in rows]
        heads = [_Titles(titles)[name] for name in columns]
        return render_table(heads, cells, layout=layout, heading=heading, bold=bold)
    if _is_json(format_text):
        return _json_rows(rows, json_array)
    if format_text.startswith("table"):
        template = _parse(format_text.removeprefix("table").strip(" "))
        return _embolden(align(_table_text(template, rows, titles, heading), layout), bold and heading)
    template = _parse(format_text.strip(" "))
    if _ranges_over_all(format_text):
        text = template.render(list(rows))
        return text if text.endswith("\n") or not text else text + "\n"
    return "".join(template.render(row) + "\n" for row in rows)


def format_documents(format_text: str, documents: Sequence[object]) -> str:
    """Return what `inspect --format` prints: a line a document, or with "" or `json` one JSON array."""
    from pod.cli.template.gojson import dumps

    if not format_text:
        return dumps(list(documents), indent="    ") + "\n"
    if _is_json(format_text):
        return dumps(list(documents)) + "\n"
    template = _parse(format_text)
    return "".join(template.render(document) + "\n" for document in documents)


def _cell(row: Row, name: str) -> str:
    value = row[name]
    if callable(value):
        value = value()
    if isinstance(value, str):
        return value
    from pod.cli.template.functions import to_text

    return to_text(value)


def _json_rows(rows: Sequence[Row], as_array: bool) -> str:
    from pod.cli.template.gojson import dumps

    return dumps(list(rows), indent="  ") + "\n" if as_array else "".join(dumps(row) + "\n" for row in rows)


def _is_json(format_text: str) -> bool:
    """Tell whether JSON is asked for: `json`, or what Podman takes for it: `{{json}}`, `{{ json. }}`."""
    text = format_text.strip()
    if text.startswith("{{") and text.endswith("}}"):
        return text[2:-2].strip() in ("json", "json.")
    return text == "json"


def _ranges_over_all(format_text: str) -> bool:
    """Tell whether a template goes through the rows by itself, as Podman allows."""
    opening = format_text.lstrip().partition("}}")[0]
    return opening.startswith("{{") and opening[2:].strip(" -").split() == ["range", "."]


def _parse(format_text: str) -> Template:
    """Parse a template in which the shell's user wrote `\\t` and `\\n` for tab and line break.

    Docker replaces them everywhere, also in the strings of the template; where that breaks it (`{{join .L "\\n"}}`),
    Podman takes the template as it was written, and so does this.
    """
    expanded = format_text.replace(r"\t", "\t").replace(r"\n", "\n")
    try:
        return parse(expanded)
    except TemplateError as err:
        if expanded == format_text:
            raise
        try:
            return parse(_expand_outside(format_text))
        except TemplateError:
            raise err from None


def _expand_outside(format_text: str) -> str:
    """Expand `\\t` and `\\n` only outside of actions; inside, strings do that themselves."""
    parts = []
    for part in format_text.split("{{"):
        action, closing, text = part.rpartition("}}")
        parts.append(action + closing + text.replace(r"\t", "\t").replace(r"\n", "\n"))
    return "{{".join(parts)


class _Titles(Fields):
    """The titles of columns, as the data of the heading."""

    def __missing__(self, name: str) -> str:
        title = name[:1]
        for previous, char, following in zip(name, name[1:], name[2:] + " ", strict=False):
            starts_word = char.isupper() and (previous.islower() or following.islower())  # created|At, IP|Address
            title += " " + char if starts_word else char
        return title.upper()


def _label_title(key: str) -> str:
    """Return the heading of `{{.Label "com.example.some-key"}}`: `some key`."""
    return key.rpartition(".")[2].replace("-", " ").replace("_", " ")


def _table_text(template: Template, rows: Sequence[Row], titles: dict[str, str], heading: bool) -> str:
    """Return the rows, and a heading made with the same template, not yet aligned."""
    lines = []
    if heading:
        try:
            lines.append(template.render_heading(_Titles(titles, Label=_label_title)) + "\n")
        except TemplateError:
            pass  # `{{range .Mounts}}` goes through a list; its title is none
    lines.extend(template.render(row) + "\n" for row in rows)
    return "".join(lines)


def _embolden(table: str, bold: bool) -> str:
    if not bold or not table:
        return table
    first, newline, rest = table.partition("\n")
    return f"{_BOLD}{first}{_PLAIN}{newline}{rest}"


def align(text: str, layout: Layout = DOCKER) -> str:
    """Return tab-separated lines with their columns aligned, as Go's tabwriter does.

    A cell belongs to a column only if a tab ends it; a column is as wide as its widest cell in adjacent lines that
    have it. https://pkg.go.dev/text/tabwriter#Writer
    """
    lines = [line.split("\t") for line in text.split("\n")]
    columns = max(len(cells) for cells in lines) - 1
    for column in range(columns):
        start = 0
        while start < len(lines):
            end = start
            while end < len(lines) and len(lines[end]) > column + 1:
                end += 1
            _pad_cells(lines[start:end], column, layout)
            start = end + 1
    return "\n".join("".join(cells) for cells in lines)


def _pad_cells(lines: list[list[str]], column: int, layout: Layout) -> None:
    widths = [_display_width(cells[column]) for cells in lines]
    widest = max((layout.minimum, *(width + layout.padding for width in widths)))
    for cells, width in zip(lines, widths, strict=True):
        cells[column] += " " * (widest - width)


def _display_width(text: str) -> int:
    """Return how many places of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
