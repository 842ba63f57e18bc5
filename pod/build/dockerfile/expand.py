"""Variables in instructions: `$x`, `${x}` and its modifiers, with quotes and escapes removed on the way.

The modifiers are those of BuildKit (https://docs.docker.com/reference/dockerfile/#environment-replacement):
`:-` `-` `:+` `+` `:?` `?`, and from a shell's `#` `##` `%` `%%` `/` `//`.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SPECIAL = "@*#?-$!0123456789"
_DEEPEST = 50  # substitutions within substitutions


class BadSubstitution(ValueError):
    """Text that is no substitution; `offset` is where in the word."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def expand(
    word: str, values: Mapping[str, str], escape: str = "\\", missing: Callable[[str], object] | None = None
) -> str:
    """Return a word with its variables replaced and its quotes removed. Raises BadSubstitution.

    A variable without a value is empty; `missing` hears its name.
    """
    if not any(char in word for char in ("$", '"', "'", escape)):
        return word
    return _Expander(word, values, escape, missing).word()


def expand_to_words(
    word: str, values: Mapping[str, str], escape: str = "\\", missing: Callable[[str], object] | None = None
) -> list[str]:
    """Return the words that a word becomes: what variables bring along is split at its blanks."""
    return expand(word, values, escape, missing).split() if "$" in word else [expand(word, values, escape, missing)]


def expand_heredoc(text: str, values: Mapping[str, str], escape: str = "\\") -> str:
    """Replace the variables of a here-document, where quotes mean themselves. Raises BadSubstitution."""
    return _Expander(text, values, escape, None, raw=True).word()


class _Expander:
    """One pass over a word."""

    def __init__(
        self,
        text: str,
        values: Mapping[str, str],
        escape: str,
        missing: Callable[[str], object] | None,
        raw: bool = False,
    ) -> None:
        self._text = text
        self._values = values
        self._escape = escape
        self._missing = missing
        self._raw = raw
        self._position = 0
        self._depth = 0

    def word(self) -> str:
        return self._until("")

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _take(self) -> str:
        char = self._peek()
        self._position += 1
        return char

    def _until(self, stop: str) -> str:
        """Process up to one of the characters in `stop`, or the end."""
        result: list[str] = []
        while char := self._peek():
            if char in stop:
                break
            if char == "$":
                result.append(self._dollar())
            elif char == "'" and not self._raw:
                result.append(self._single_quoted())
            elif char == '"' and not self._raw:
                result.append(self._double_quoted())
            elif char == self._escape:
                result.append(self._escaped("$" if self._raw else ""))
            else:
                result.append(self._take())
        return "".join(result)

    def _escaped(self, only: str) -> str:
        """Return what an escape character and the one behind it stand for; `only` names those that it works on."""
        self._take()
        following = self._peek()
        if not following:
            return self._escape
        if only and following not in only:
            return self._escape
        return self._take()

    def _single_quoted(self) -> str:
        start = self._position
        end = self._text.find("'", start + 1)
        if end < 0:
            raise BadSubstitution("unexpected end of statement while looking for matching single-quote", start)
        self._position = end + 1
        return self._text[start + 1 : end]

    def _double_quoted(self) -> str:
        start = self._position
        self._take()
        result: list[str] = []
        while True:
            char = self._peek()
            if not char:
                raise BadSubstitution("unexpected end of statement while looking for matching double-quote", start)
            if char == '"':
                self._take()
                return "".join(result)
            if char == "$":
                result.append(self._dollar())
            elif char == self._escape:
                result.append(self._escaped('"$' + self._escape))
            else:
                result.append(self._take())

    def _dollar(self) -> str:
        start = self._position
        self._take()
        if self._peek() == "{":
            self._take()
            self._depth += 1
            if self._depth > _DEEPEST:
                raise BadSubstitution("too many substitutions within each other", start)
            value = self._braces(start)
            self._depth -= 1
            return value
        name = self._name()
        if not name:
            return "$"
        return self._value(name) or ""

    def _name(self) -> str:
        start = self._position
        if self._peek() and self._peek() in _SPECIAL:
            self._take()
            if self._text[start].isdigit():
                while self._peek().isdigit():
                    self._take()
            return self._text[start : self._position]
        while (char := self._peek()) and (char == "_" or (char.isascii() and char.isalnum())):
            self._take()
        return self._text[start : self._position]

    def _value(self, name: str) -> str | None:
        value = self._values.get(name)
        if value is None and self._missing is not None:
            self._missing(name)
        return value

    def _braces(self, start: int) -> str:
        name = self._name()
        if not name:
            raise BadSubstitution("a substitution ${…} begins with the name of a variable", start)
        char = self._take()
        if char == "}":
            return self._value(name) or ""
        colon = char == ":"
        if colon:
            char = self._take()
        if char and char in "-+?":
            return self._conditional(name, char, colon, start)
        if char and char in "#%/" and not colon:
            return self._pattern(name, char, start)
        if not char:
            raise BadSubstitution(f"the substitution of {name} has no end: }} is missing", start)
        raise BadSubstitution(f"unsupported modifier ({':' if colon else ''}{char}) in substitution", start)

    def _conditional(self, name: str, kind: str, colon: bool, start: int) -> str:
        value = self._values.get(name)
        word = self._until("}")
        self._close(name, start)
        has = bool(value) if colon else value is not None
        if kind == "+":
            return word if has else ""
        if has:
            return value or ""
        if kind == "?":
            raise BadSubstitution(f"{name}: {word or 'not set'}", start)
        return word

    def _close(self, name: str, start: int) -> None:
        if self._take() != "}":
            raise BadSubstitution(f"the substitution of {name} has no end: }} is missing", start)

    def _pattern(self, name: str, kind: str, start: int) -> str:
        longest = self._peek() == kind
        if longest:
            self._take()
        pattern = self._glob("/}" if kind == "/" else "}")
        replacement = ""
        if kind == "/" and self._peek() == "/":
            self._take()
            replacement = self._until("}")
        self._close(name, start)
        value = self._value(name) or ""
        if kind == "/":
            if not pattern:
                return value
            found = re.compile(_regex(pattern, greedy=True), re.DOTALL)
            return found.sub(lambda _match: replacement, value, count=0 if longest else 1)
        return _strip(value, pattern, at_end=kind == "%", longest=longest)

    def _glob(self, stop: str) -> str:
        """Return a pattern, its variables replaced, its escapes kept for the pattern's own use."""
        result: list[str] = []
        while (char := self._peek()) and char not in stop:
            if char == self._escape:
                self._take()
                result.append("\\" + self._take())
            elif char == "$":
                result.append(self._dollar())
            else:
                result.append(self._take())
        return "".join(result)


def _strip(value: str, pattern: str, *, at_end: bool, longest: bool) -> str:
    """Remove the shortest or longest beginning (or end) that a pattern fits."""
    found = re.compile(_regex(pattern, greedy=True), re.DOTALL)
    if at_end:
        places = range(len(value) + 1) if longest else range(len(value), -1, -1)
        return next((value[:place] for place in places if found.fullmatch(value, place)), value)
    places = range(len(value), -1, -1) if longest else range(len(value) + 1)
    return next((value[place:] for place in places if found.fullmatch(value, 0, place)), value)


def _regex(pattern: str, *, greedy: bool) -> str:
    """Translate a shell pattern of `*`, `?` and escapes."""
    result: list[str] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        if char == "*":
            if result[-1:] != [".*"]:
                result.append(".*" if greedy else ".*?")
        elif char == "?":
            result.append(".")
        elif char == "\\" and position + 1 < len(pattern):
            position += 1
            result.append(re.escape(pattern[position]))
        else:
            result.append(re.escape(char))
        position += 1
    return "".join(result)
