"""Write `table.json`, the fast path's extract of the definitions: `python -m pod.cli.generate_table`.

One line per spelling of a command, sorted, so that a change of an option is a change of one line. A test compares
the file with `text()`.
"""

from __future__ import annotations

from pod.cli import fastpath
from pod.cli.definitions import define
from pod.cli.tree import COMMANDS, ROOT
from pod.linux import files, jsonfile


def text() -> str:
    """Return the content that the table should have."""
    lines: dict[str, object] = {}
    for entry in (ROOT, *COMMANDS):
        spec = define(entry).spec
        first, *others = entry.names
        lines[first] = {name: value for name, value in spec.to_json().items() if value}
        lines.update((other, first) for other in others)
    rows = [f"{_json(name)}: {_json(line)}" for name, line in sorted(lines.items())]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def _json(value: object) -> str:
    return jsonfile.dumps([value]).decode()[1:-1]


if __name__ == "__main__":
    files.write_atomic(fastpath.TABLE, text().encode(), mode=0o644)
