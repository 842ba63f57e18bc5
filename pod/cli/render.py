"""What several commands print the same way: JSON for people and for programs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def json_text(value: Any, *, indent: int = 2) -> str:
    """Return a document as JSON on several lines."""
    from pod.cli.template.gojson import dumps

    return dumps(value, indent=" " * indent) + "\n"
