"""What `info` prints: the engine's facts as YAML, JSON, or through a template."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context


def show_info(context: Context, format: str) -> int:
    """Print what is known of the machine and the store."""
    from pod.engine.info import info

    facts = info(context.engine)
    if format.strip() in ("json", "{{json .}}"):
        from pod.cli.render import json_text

        sys.stdout.write(json_text(facts))
    elif format:
        from pod.cli.tables import format_documents

        sys.stdout.write(format_documents(format, [facts]))
    else:
        import yaml

        sys.stdout.write(yaml.safe_dump(facts, sort_keys=False, allow_unicode=True))
    return 0
