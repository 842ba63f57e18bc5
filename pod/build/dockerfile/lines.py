"""From the text of a Dockerfile to logical lines: directives, comments, continuations and here-documents.

The rules are BuildKit's (https://docs.docker.com/reference/dockerfile/#format): a comment is a line of its own, also
between continued ones; the escape character at a line's end continues it, blanks behind it do not count; white space
at the beginning of an instruction does not count, that of a continued line does.
"""

from __future__ import annotations

import re

from pod.build.dockerfile.location import Location, error
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

DIRECTIVES = ("syntax", "escape", "check")
MAX_SIZE = 4 << 20  # characters of a Dockerfile; BuildKit reads as much
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*")
_HEREDOC = re.compile(r"(\d*)<<(-?)([^<]*)")
_WITH_HEREDOCS = ("RUN", "COPY", "ADD")


class Heredoc(Record):
    """A here-document: `expands` tells that its name was not quoted, so that variables in it count."""

    name: str
    content: str
    expands: bool = True


class LogicalLine(Record):
    """One instruction, its continuations joined. `starts` tell where each part is from: offset, line, column."""

    text: str
    starts: tuple[tuple[int, int, int], ...]
    source: Source
    last_line: int
    heredocs: tuple[Heredoc, ...] = ()
    blank_inside: bool = False  # an empty line between continued ones

    @property
    def first_line(self) -> int:
        return self.starts[0][1]

    @property
    def word(self) -> str:
        return self.text.split(None, 1)[0]

    def at(self, offset: int = 0) -> Location:
        """Return the place of a character of `text`."""
        start, line, column = next(part for part in reversed(self.starts) if part[0] <= max(offset, 0))
        return self.source.at(line, column + max(offset, 0) - start)


class Source(Record):
    """The file's name and its physical lines, for error messages."""

    file: str
    lines: tuple[str, ...]

    def at(self, line: int, column: int = 1) -> Location:
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Location(self.file, line, min(column, len(text) + 1), text)


class Text(Record):
    """A Dockerfile taken apart into its lines."""

    source: Source
    directives: dict[str, str]
    escape: str
    lines: tuple[LogicalLine, ...]


def read(text: str, file: str) -> Text:
    """Split a Dockerfile into logical lines. Raises DockerfileError."""
    text = text.removeprefix("\ufeff")
    source = Source(file, tuple(line.removesuffix("\r") for line in text.split("\n")))
    if len(text) > MAX_SIZE:
        raise error(source.at(1), f"the file is larger than {MAX_SIZE >> 20} MiB")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise error(source.at(line), "the file is no text: it has a null character")
    directives, start = _directives(source)
    escape = directives.get("escape", "\\")
    lines = tuple(_Reader(source, escape, start))
    return Text(source, directives, escape, lines)


def _directives(source: Source) -> tuple[dict[str, str], int]:
    """Return the parser directives at the top, and how many lines they take."""
    found: dict[str, str] = {}
    for number, line in enumerate(source.lines):
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None or match[1].lower() not in DIRECTIVES:
            if number == 0 and line.startswith("#!"):
                continue  # a file that is executed: the line of its interpreter
            return found, number
        key, value = match[1].lower(), match[2]
        if key in found:
            raise error(source.at(number + 1), f"the directive {key} is given twice")
        if key == "escape" and value not in ("\\", "`"):
            raise error(source.at(number + 1), f"the escape character is \\ or `, not {value!r:.20}")
        found[key] = value
    return found, len(source.lines)


class _Reader:
    """Goes through the physical lines once."""

    def __init__(self, source: Source, escape: str, start: int) -> None:
        self._source = source
        self._escape = escape
        self._next = start
        mark = re.escape(escape)
        self._continued = re.compile(rf"(?:(?<=[^{mark}])|^){mark}[ \t]*$")

    def __iter__(self) -> Iterator[LogicalLine]:
        while self._next < len(self._source.lines):
            line = self._source.lines[self._next]
            if not line.strip() or _is_comment(line):
                self._next += 1
                continue
            yield self._logical()

    def _logical(self) -> LogicalLine:
        first = self._source.lines[self._next]
        indent = len(first) - len(first.lstrip())
        parts: list[str] = []
        starts: list[tuple[int, int, int]] = []
        length = 0
        blank = False
        while self._next < len(self._source.lines):
            line = self._source.lines[self._next]
            self._next += 1
            if parts and _is_comment(line):
                continue
            if parts and not line.strip():
                blank = True
                continue
            cut = 0 if parts else indent
            match = self._continued.search(line, cut)
            part = line[cut : match.start() if match else len(line)]
            starts.append((length, self._next, cut + 1))
            parts.append(part)
            length += len(part)
            if match is None:
                break
        text = "".join(parts).rstrip()
        if not text:  # a lone escape character
            raise error(self._source.at(starts[0][1], starts[0][2]), "an instruction is missing")
        last = self._next
        made = LogicalLine(text, tuple(starts), self._source, last, blank_inside=blank)
        heredocs = tuple(self._heredoc(made, *found) for found in heredoc_marks(text, self._escape))
        return made.replace(heredocs=heredocs, last_line=self._next) if heredocs else made

    def _heredoc(self, line: LogicalLine, name: str, expands: bool, strips: bool) -> Heredoc:
        content: list[str] = []
        while self._next < len(self._source.lines):
            text = self._source.lines[self._next]
            self._next += 1
            if strips:
                text = text.lstrip("\t")
            if text == name:
                return Heredoc(name, "".join(content), expands)
            content.append(text + "\n")
        raise error(line.at(max(0, line.text.find("<<"))), f"the here-document {name} has no end", f"add a line {name}")


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def heredoc_marks(text: str, escape: str) -> list[tuple[str, bool, bool]]:
    """Return the here-documents that an instruction announces: name, whether it expands, whether tabs are stripped."""
    word, _, rest = text.partition(" ")
    if word.upper() == "ONBUILD":
        word, _, rest = rest.lstrip().partition(" ")
    if word.upper() not in _WITH_HEREDOCS or "<<" not in rest or rest.lstrip().startswith("["):
        return []
    return [mark for raw in _shell_words(rest, escape) if (mark := heredoc_mark(raw)) is not None]


def heredoc_mark(word: str) -> tuple[str, bool, bool] | None:
    """Understand a word such as <<EOF, <<-EOF or <<"EOF"; None for any other."""
    match = _HEREDOC.fullmatch(word)
    if match is None or not match[3]:
        return None
    raw = match[3]
    name = raw.replace('"', "").replace("'", "")
    if not name or any(c.isspace() for c in name) or _unbalanced(raw):
        return None
    return name, name == raw, bool(match[2])


def _unbalanced(word: str) -> bool:
    return bool(word.count('"') % 2 or word.count("'") % 2)


def _shell_words(text: str, escape: str) -> list[str]:
    """Split at blanks outside quotes; quotes stay."""
    from pod.build.dockerfile.words import split

    return [word for word, _offset in split(text, escape)]
