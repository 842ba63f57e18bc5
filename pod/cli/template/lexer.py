"""Cuts the text of a template into tokens, by hand: importing `re` would cost more than a whole `ps`.

The token rules are those of https://pkg.go.dev/text/template#hdr-Text_and_spaces and #hdr-Actions. Spaces are
tokens, because `.A .B` and `.A.B` differ by nothing else.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.template.source import Source

# Kinds of tokens. Punctuation and keywords are their own kind.
TEXT, OPEN, CLOSE, SPACE, END = "text", "{{", "}}", "space", "end of template"
FIELD, VARIABLE, DOT, NAME = "field", "variable", ".", "function"
BOOL, NIL, NUMBER, CHARACTER, STRING, RAW_STRING = "boolean", "nil", "number", "character", "string", "raw string"

KEYWORDS = frozenset(("block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"))
_SPACES = " \t\r\n"
_PUNCTUATION = "|(),="
_TERMINATORS = _SPACES + ".,|:)("
_DIGITS = "0123456789_"
_HEX_DIGITS = "0123456789abcdefABCDEF_"


class Token:
    """A piece of the text, its kind, and where it starts."""

    __slots__ = ("kind", "position", "text")

    def __init__(self, kind: str, text: str, position: int) -> None:
        self.kind = kind
        self.text = text
        self.position = position


class Lexer:
    """One pass over one template."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.position = 0
        self.tokens: list[Token] = []

    def tokenize(self) -> list[Token]:
        """Return all tokens, the last of kind END."""
        trim_left = False
        while True:
            start = self.position
            opening = self.text.find("{{", start)
            stop = len(self.text) if opening < 0 else opening
            text = self.text[start:stop]
            if trim_left:
                text = text.lstrip(_SPACES)
            if opening >= 0 and self._trims_before(opening):
                text = text.rstrip(_SPACES)
            if text:
                self.tokens.append(Token(TEXT, text, start))
            if opening < 0:
                self.tokens.append(Token(END, "", stop))
                return self.tokens
            trim_left = self._delimited(opening)

    def _trims_before(self, opening: int) -> bool:
        return self.text[opening + 2 : opening + 3] == "-" and self.text[opening + 3 : opening + 4] in (*_SPACES,)

    def _delimited(self, opening: int) -> bool:
        """Read one `{{…}}`; return whether its end trims the text that follows."""
        self.position = opening + 2 + (2 if self._trims_before(opening) else 0)
        if self.text.startswith("/*", self.position):
            self._skip_comment(opening)
        else:
            self.tokens.append(Token(OPEN, "{{", opening))
            self._action(opening)
        closing = self.position
        trims = self.text[closing] != "}"
        self.position += 4 if trims else 2
        return trims

    def _skip_comment(self, opening: int) -> None:
        end = self.text.find("*/", self.position + 2)
        if end < 0:
            raise self.source.error(opening, "the comment is not closed", "comments look like {{/* this */}}")
        self.position = end + 2
        if not self._at_close():
            raise self.source.error(opening, "the comment ends before }}", "nothing but }} may follow */")

    def _at_close(self) -> bool:
        """Tell whether `}}` or ` -}}` comes next."""
        text, position = self.text, self.position
        if text.startswith("}}", position):
            return True
        return text.startswith("-}}", position + 1) and text[position] in _SPACES

    def _action(self, opening: int) -> None:
        depth = 0
        while not self._at_close():
            if self.position >= len(self.text):
                raise self.source.error(opening, "the action is not closed", "end it with }}")
            kind = self._token()
            depth += (kind == "(") - (kind == ")")
            if depth < 0:
                raise self.source.error(self.tokens[-1].position, "unexpected )", "no ( is open here")
        if depth:
            raise self.source.error(self.position, "a ( is not closed", "put the ) before }}")
        self.tokens.append(Token(CLOSE, "}}", self.position))

    def _token(self) -> str:
        """Read one token of an action and return its kind."""
        text, start = self.text, self.position
        char = text[start]
        if char in _SPACES:
            return self._spaces()
        if char in _PUNCTUATION:
            return self._emit(char, start + 1)
        if char == ":":
            if not text.startswith(":=", start):
                raise self.source.error(start, "a lone :", "variables are set with := or =")
            return self._emit(":=", start + 2)
        if char == '"' or char == "'":
            return self._quoted(char)
        if char == "`":
            end = text.find("`", start + 1)
            if end < 0:
                raise self.source.error(start, "the raw string is not closed", "end it with `")
            return self._emit(RAW_STRING, end + 1)
        if char in "+-0123456789" or (char == "." and "0" <= text[start + 1 : start + 2] <= "9"):
            return self._number()
        if char == "." or char == "$":
            return self._field_or_variable(char)
        if _is_alphanumeric(char):
            return self._word()
        hint = 'strings stand in "double quotes" or `backquotes`' if char in "“”‘’«»" else ""
        raise self.source.error(start, f"unexpected {char!r}", hint)

    def _emit(self, kind: str, end: int) -> str:
        self.tokens.append(Token(kind, self.text[self.position : end], self.position))
        self.position = end
        return kind

    def _spaces(self) -> str:
        end = self.position
        while self.text[end : end + 1] in (*_SPACES,) and not self.text.startswith("-}}", end + 1):
            end += 1
        return self._emit(SPACE, end)

    def _quoted(self, quote: str) -> str:
        text, end = self.text, self.position + 1
        while True:
            char = text[end : end + 1]
            if char == "\\":
                end += 1
                char = text[end : end + 1]
            elif char == quote:
                return self._emit(STRING if quote == '"' else CHARACTER, end + 1)
            if char in ("", "\n"):
                what = "string" if quote == '"' else "character"
                raise self.source.error(self.position, f"the {what} is not closed", f"end it with {quote}")
            end += 1

    def _number(self) -> str:
        end = self._skip_number(self.position)
        if _is_alphanumeric(self.text[end : end + 1]) or self.text[end : end + 1] in ("+", "-"):
            stop = end + 1
            while _is_alphanumeric(self.text[stop : stop + 1]):
                stop += 1
            raise self.source.error(self.position, f"bad number {self.text[self.position : stop]}")
        return self._emit(NUMBER, end)

    def _skip_number(self, position: int) -> int:
        def skip(characters: str, at: int) -> int:
            while self.text[at : at + 1] and self.text[at] in characters:
                at += 1
            return at

        position += self.text[position] in "+-"
        prefix = self.text[position : position + 2].lower()
        digits = {"0x": _HEX_DIGITS, "0o": "01234567_", "0b": "01_"}.get(prefix, _DIGITS)
        position = skip(digits, position + (2 if digits is not _DIGITS else 0))
        if self.text[position : position + 1] == ".":
            position = skip(digits, position + 1)
        exponent = "eE" if digits is _DIGITS else "pP" if digits is _HEX_DIGITS else ""
        if self.text[position : position + 1] in (*exponent,):
            position += 1
            position = skip(_DIGITS, position + (self.text[position : position + 1] in ("+", "-")))
        return position

    def _field_or_variable(self, first: str) -> str:
        end = self.position + 1
        while _is_alphanumeric(self.text[end : end + 1]):
            end += 1
        self._require_terminator(end)
        if first == "$":
            return self._emit(VARIABLE, end)
        return self._emit(DOT if end == self.position + 1 else FIELD, end)

    def _word(self) -> str:
        end = self.position + 1
        while _is_alphanumeric(self.text[end : end + 1]):
            end += 1
        self._require_terminator(end)
        word = self.text[self.position : end]
        return self._emit(word if word in KEYWORDS else BOOL if word in ("true", "false") else NAME, end)

    def _require_terminator(self, end: int) -> None:
        """Words must be followed by a space or punctuation, so that `.a-b` is an error and not a subtraction."""
        if end >= len(self.text) or self.text[end] in _TERMINATORS or self.text.startswith("}}", end):
            return
        word, char = self.text[self.position : end], self.text[end]
        hint = 'a key with other characters than letters and digits: index . "the-key"' if char in "-/:@" else ""
        raise self.source.error(end, f"unexpected {char!r} after {word}", hint)


def _is_alphanumeric(char: str) -> bool:
    return char == "_" or char.isalpha() or char.isdecimal()
