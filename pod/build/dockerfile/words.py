"""Taking an instruction apart: words in quotes, flags, and the JSON form. Quotes stay, expansion removes them."""

from __future__ import annotations

from pod.linux import jsonfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANKS = " \t\r\n\v\f"


def split(text: str, escape: str = "\\") -> list[tuple[str, int]]:
    """Split at blanks that are neither quoted nor escaped; return each word as written, with its offset.

    A quote without its partner quotes to the end, as in BuildKit.
    """
    return list(_words(text, escape))


def _words(text: str, escape: str) -> Iterator[tuple[str, int]]:
    position, length = 0, len(text)
    while position < length:
        if text[position] in _BLANKS:
            position += 1
            continue
        start = position
        quote = ""
        while position < length and (quote or text[position] not in _BLANKS):
            char = text[position]
            if char == escape and quote != "'":
                position += 1  # and whatever follows
            elif quote:
                quote = "" if char == quote else quote
            elif char in "\"'":
                quote = char
            position += 1
        position = min(position, length)
        yield text[start:position], start


def take_flags(text: str, escape: str) -> tuple[list[tuple[str, int]], str, int]:
    """Return the words in front that begin with `--` (with offsets), what follows them, and where that begins."""
    flags: list[tuple[str, int]] = []
    for word, offset in _words(text, escape):
        if not word.startswith("--"):
            return flags, text[offset:], offset
        if word == "--":
            rest = text[offset + 2 :]
            return flags, rest.lstrip(), len(text) - len(rest.lstrip())
        flags.append((unquote(word, escape), offset))
    return flags, "", len(text)


def unquote(word: str, escape: str) -> str:
    """Remove quotes and escapes from a word."""
    result: list[str] = []
    quote = ""
    position = 0
    while position < len(word):
        char = word[position]
        if char == escape and quote != "'" and position + 1 < len(word):
            position += 1
            result.append(word[position])
        elif quote:
            if char == quote:
                quote = ""
            else:
                result.append(char)
        elif char in "\"'":
            quote = char
        else:
            result.append(char)
        position += 1
    return "".join(result)


def json_form(text: str) -> tuple[str, ...] | None:
    """Return the words of a JSON array of strings, None for anything else (which is then the shell form)."""
    if not text.startswith("["):
        return None
    try:
        value = jsonfile.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    return None
