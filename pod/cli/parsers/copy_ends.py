"""The source and the target of `cp`: `CONTAINER:PATH`, a path of this machine, or `-`."""

from __future__ import annotations

from pod.engine.cp import End
from pod.errors import UsageError


def copy_end(text: str) -> End:
    """Read one of the two words. What begins with / or . is a path of this machine, whatever colons it has."""
    container, colon, path = text.partition(":")
    if not colon or text.startswith(("/", ".")):
        if not text:
            raise UsageError("the source and the target of cp cannot be empty")
        return End("", text)
    if not container or not path:
        raise UsageError(f'"{text}" is not CONTAINER:PATH', hint="write a path of this machine as ./NAME:WITH:COLONS")
    return End(container, path)
