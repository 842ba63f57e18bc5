"""Places in a Dockerfile, and errors that show them."""

from __future__ import annotations

from pod.errors import DockerfileError
from pod.record import Record

_WIDEST = 160  # characters of a line that an error shows


class Location(Record):
    """A place in a file: line and column count from 1, `text` is the line as it stands there."""

    file: str
    line: int
    column: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def show(self) -> str:
        """Return the line with a mark below the column, cut to a width that a terminal can show."""
        start = max(0, self.column - _WIDEST // 2) if len(self.text) > _WIDEST else 0
        shown = "".join(c if c.isprintable() else " " for c in self.text[start : start + _WIDEST])
        number = f"{self.line:>4} | "
        return f"{number}{shown}\n{' ' * (len(number) + self.column - 1 - start)}^"


def error(location: Location, message: str, hint: str = "") -> DockerfileError:
    """Return a located error: `Dockerfile:3:5: message`, with the line shown in the hint."""
    return DockerfileError(f"{location}: {message}", hint="\n".join(filter(None, (location.show(), hint))))
