"""How changes of file systems are printed."""

from __future__ import annotations

import os
import sys

from pod.cli.parsers import invalid
from pod.storage.tree_changes import ADDED, CHANGED, DELETED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.storage.tree_changes import Change

_JSON_NAMES = {CHANGED: "changed", ADDED: "added", DELETED: "deleted"}


def show(changes: Sequence[Change], format: str) -> int:
    """Print a line for each change, or one JSON document with those kinds that there are."""
    if format not in ("", "json"):
        raise invalid("--format", format, "json is the only format")
    if format == "json":
        from pod.cli.render import json_text

        document = {
            name: paths
            for kind, name in _JSON_NAMES.items()
            if (paths := [os.fsdecode(change.path) for change in changes if change.kind == kind])
        }
        sys.stdout.write(json_text(document, indent=5))
    else:
        lines = b"".join(b"%b %b\n" % (change.kind.encode(), change.path) for change in changes)
        sys.stdout.flush()
        sys.stdout.buffer.write(lines)
    sys.stdout.flush()
    return 0
