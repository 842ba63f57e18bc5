"""What `image trust show` and `image trust set` do."""

from __future__ import annotations

from pod.engine.images import trust
from pod.linux import jsonfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADINGS = ("TRANSPORT", "NAME", "TYPE", "ID", "STORE")


def show(*, registry: str, json: bool, noheading: bool, path: str, raw: bool) -> int:
    """Print the policy as a table, as JSON, or as it is."""
    if raw:
        print(trust.raw(path), end="")
        return 0
    rows = [row for row in trust.rows(path) if not registry or row.name == registry]
    if json:
        print(jsonfile.dumps([row.to_json() for row in rows]).decode())
        return 0
    cells = [(row.transport, row.name, row.type, row.keys, row.store) for row in rows]
    lines = cells if noheading else [_HEADINGS, *cells]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))] if lines else []
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return 0


def set_type(scope: str, kind: str, keys: Sequence[str], path: str) -> int:
    """Change the policy."""
    trust.set_type(scope, kind, keys, path)
    return 0
