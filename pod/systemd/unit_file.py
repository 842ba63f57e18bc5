"""Unit files as systemd reads them: sections, `Key=value` lines, comments, continuation lines (systemd.syntax(7))."""

from __future__ import annotations

from collections.abc import Iterator

from pod.errors import PodError
from pod.record import Record

_TRUE = ("1", "yes", "true", "on")
_FALSE = ("0", "no", "false", "off")


class UnitError(PodError):
    """A unit file that is not to be understood; the message begins with the file and the line."""


class Line(Record):
    """One line of a section: an assignment, or a comment that has no key."""

    text: str  # the value of an assignment, or the comment
    key: str = ""
    file: str = ""
    number: int = 0

    @property
    def place(self) -> str:
        """Where the line stands, for messages."""
        return f"{self.file}:{self.number}"


class UnitFile:
    """Sections by name, in the order of their first appearance, each with its lines."""

    def __init__(self) -> None:
        self.sections: dict[str, list[Line]] = {}
        self.head: list[str] = []  # comments before the first section

    def read(self, text: str, file: str) -> None:
        """Add what the text holds behind what is there: a drop-in wins by coming later. Raises UnitError."""
        section: list[Line] | None = None
        for number, line in _logical_lines(text):
            if line.startswith("["):
                if not line.endswith("]") or len(line) < 3:
                    raise UnitError(f"{file}:{number}: this section has no end: {line}")
                section = self.section(line[1:-1])
            elif line.startswith(("#", ";")):
                if section is None:
                    self.head.append(line)
                else:
                    section.append(Line(line, file=file, number=number))
            else:
                key, equals, value = line.partition("=")
                if not equals or not key.strip():
                    raise UnitError(f"{file}:{number}: neither a section nor KEY=VALUE nor a comment: {line}")
                if section is None:
                    raise UnitError(f"{file}:{number}: {key.strip()}= stands before the first section")
                section.append(Line(value.strip(), key.strip(), file, number))

    def section(self, name: str) -> list[Line]:
        """Return the lines of a section, which is made at the end where there is none."""
        return self.sections.setdefault(name, [])

    def lines(self, section: str, key: str) -> list[Line]:
        """Return the assignments that hold: an empty one takes back all before it."""
        found: list[Line] = []
        for line in self.sections.get(section, ()):
            if line.key == key:
                found = [*found, line] if line.text else []
        return found

    def last(self, section: str, key: str) -> Line | None:
        """Return the assignment that holds for a key of one value."""
        found = self.lines(section, key)
        return found[-1] if found else None

    def value(self, section: str, key: str, default: str = "") -> str:
        """Return the value of a key of one value."""
        line = self.last(section, key)
        return line.text if line else default

    def flag(self, section: str, key: str) -> bool | None:
        """Return a key's truth value; None where it is not set. Raises UnitError for one that is neither."""
        line = self.last(section, key)
        if line is None:
            return None
        if line.text.lower() not in (*_TRUE, *_FALSE):
            raise UnitError(f"{line.place}: {key}={line.text}: it is yes or no")
        return line.text.lower() in _TRUE

    def add(self, section: str, key: str, value: str) -> None:
        """Append an assignment."""
        self.section(section).append(Line(value, key))

    def put_first(self, section: str, *assignments: tuple[str, str]) -> None:
        """Put assignments before those that the section has."""
        lines = self.section(section)
        lines[:0] = [Line(value, key) for key, value in assignments]

    def rename(self, section: str, name: str) -> None:
        """Give a section another name in its place."""
        self.sections = {name if key == section else key: lines for key, lines in self.sections.items()}

    def write(self) -> str:
        """Return the text of the file."""
        parts = ["".join(f"{comment}\n" for comment in self.head)] if self.head else []
        for name, lines in self.sections.items():
            body = "".join(f"{line.key}={line.text}\n" if line.key else f"{line.text}\n" for line in lines)
            parts.append(f"[{name}]\n{body}")
        return "\n".join(parts)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with their number; a backslash at the end joins the next one, over comments between them."""
    begun, joined = 0, ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if begun and line.startswith(("#", ";")):
            continue
        if not line and not begun:
            continue
        joined = f"{joined} {line}".strip() if begun else line
        if joined.endswith("\\") and not joined.startswith(("#", ";")):
            begun, joined = begun or number, joined[:-1].rstrip()
            continue
        if joined:
            yield begun or number, joined
        begun, joined = 0, ""
    if joined:
        yield begun, joined
