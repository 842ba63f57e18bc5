""".dockerignore: which files of a context a build does not see.

Docker's rules (https://docs.docker.com/build/concepts/context/#dockerignore-files): patterns of Go's path.Match,
`**` for any number of folders, `!` for exceptions, a `#` at a line's beginning for a comment; a path is matched with
all the folders above it, and the last pattern that fits decides.
"""

from __future__ import annotations

import posixpath
import re

from pod.errors import BuildError
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern as Compiled


class Rule(Record):
    """One line: hidden, or with `!` shown all the same."""

    pattern: str
    shows: bool
    compiled: Compiled[str]
    line: int


class Ignore:
    """All patterns of a file, in order. Without any, nothing is hidden."""

    def __init__(self, rules: tuple[Rule, ...] = (), file: str = "") -> None:
        self.rules = rules
        self.file = file
        self.has_exceptions = any(rule.shows for rule in rules)

    def hides(self, path: str) -> bool:
        """True where a build must not see a path, given relative to the context."""
        return self.rule_for(path) is not None

    def rule_for(self, path: str) -> Rule | None:
        """Return the rule that hides a path, None where it is seen."""
        found = None
        if not self.rules:
            return None
        paths = _with_parents(path)
        for rule in self.rules:
            if rule.shows == (found is None):  # it would change nothing
                continue
            if any(map(rule.compiled.fullmatch, paths)):
                found = None if rule.shows else rule
        return found

    def may_show_below(self, folder: str) -> bool:
        """True where an exception may show something in a folder that is hidden itself."""
        if not self.has_exceptions:
            return False
        return any(rule.shows and _may_be_below(rule.pattern, folder) for rule in self.rules)


def _with_parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _may_be_below(pattern: str, folder: str) -> bool:
    """Compare folder by folder; a wildcard may be anything."""
    for wanted, part in zip(pattern.split("/"), folder.split("/"), strict=False):
        if "**" in wanted:
            return True
        if not any(char in wanted for char in "*?[\\") and wanted != part:
            return False
    return True


def parse(text: str, file: str = ".dockerignore") -> Ignore:
    """Read the patterns of a file. Raises BuildError with file and line for one that is no pattern."""
    rules = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.startswith("#"):
            continue
        pattern = line.strip()
        if not pattern:
            continue
        shows = pattern.startswith("!")
        pattern = pattern[shows:].strip()
        if not pattern:
            raise BuildError(f"{file}:{number}: an exception ! names no file")
        cleaned = posixpath.normpath(pattern.replace("\0", "")).lstrip("/")
        if cleaned == ".":
            continue
        try:
            rules.append(Rule(cleaned, shows, re.compile(translate(cleaned), re.DOTALL), number))
        except ValueError as err:
            raise BuildError(f"{file}:{number}: {pattern!r:.60} is no pattern: {err}") from err
    return Ignore(tuple(rules), file)


def translate(pattern: str, *, deep: bool = True) -> str:
    """Return the regular expression of a pattern; `deep` tells whether `**` crosses folders. Raises ValueError."""
    result: list[str] = []
    position, end = 0, len(pattern)
    while position < end:
        char = pattern[position]
        if deep and pattern.startswith("**", position):
            while pattern.startswith("*", position):
                position += 1
            if position >= end:
                result.append(".*")
            elif pattern[position] == "/":
                position += 1
                result.append("(?:.*/)?")
            else:
                result.append(".*")
            continue
        if char == "*":
            result.append("[^/]*")
        elif char == "?":
            result.append("[^/]")
        elif char == "[":
            text, position = _range(pattern, position)
            result.append(text)
            continue
        elif char == "\\":
            position += 1
            if position >= end:
                raise ValueError("it ends with a lone \\")
            result.append(re.escape(pattern[position]))
        else:
            result.append(re.escape(char))
        position += 1
    return "".join(result)


def _range(pattern: str, position: int) -> tuple[str, int]:
    """Translate [a-z] or [^a-z] at `position` (Go's path.Match); return it and where it ends."""
    position += 1
    negated = pattern[position : position + 1] == "^"
    position += negated
    items: list[str] = []
    while pattern[position : position + 1] != "]" or not items:
        low, position = _range_end(pattern, position)
        high = low
        if pattern[position : position + 1] == "-":
            high, position = _range_end(pattern, position + 1)
        if high < low:
            raise ValueError(f"the range {low}-{high} is empty")
        items.append(f"{re.escape(low)}-{re.escape(high)}")
    return f"(?!/)[{'^' * negated}{''.join(items)}]", position + 1


def _range_end(pattern: str, position: int) -> tuple[str, int]:
    char = pattern[position : position + 1]
    if char == "\\":
        position += 1
        char = pattern[position : position + 1]
    elif char in ("", "-", "]"):
        raise ValueError("a [ without its ]")
    if not char:
        raise ValueError("a [ without its ]")
    return char, position + 1
