"""Words of a unit file's value: quotes and escapes as systemd has them (systemd.syntax(7), "Quoting")."""

from __future__ import annotations

from pod.systemd.unit_file import Line, UnitError

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}
_NUMBERED = {"x": (2, 16), "u": (4, 16), "U": (8, 16)}
_NEED_QUOTES = frozenset(" \t\n\r\a\b\f\v\"'\\")
_SHORT = {character: letter for letter, character in _ESCAPES.items() if character != " "}


def split(line: Line) -> list[str]:
    """Return the words of a value. Raises UnitError for a quote that is not closed or an escape that is none."""
    words: list[str] = []
    word, quote, begun = "", "", False
    text, position = line.text, 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "\\":
            decoded, position = _escape(line, position)
            word, begun = word + decoded, True
        elif quote:
            if character == quote:
                quote = ""
            else:
                word += character
        elif character in "\"'":
            quote, begun = character, True
        elif character in " \t\n\r":
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + character, True
    if quote:
        raise UnitError(f"{line.place}: a quote is not closed: {line.key}={line.text}")
    return [*words, word] if begun else words


def _escape(line: Line, position: int) -> tuple[str, int]:
    """Return the character that the escape behind a backslash stands for, and where the text goes on."""
    text = line.text
    letter = text[position : position + 1]
    if letter in _NUMBERED:
        digits, base = _NUMBERED[letter]
        number, after = text[position + 1 : position + 1 + digits], position + 1 + digits
    elif letter in "01234567" and letter:
        base, digits = 8, 3
        number, after = text[position : position + 3], position + 3
    else:
        # An unknown escape stays as it is: shell fragments and regular expressions in Exec= are full of them.
        return _ESCAPES.get(letter, letter if letter in "\\\"'" and letter else f"\\{letter}"), position + 1
    try:
        if len(number) != digits:
            raise ValueError
        return chr(int(number, base)), after
    except (ValueError, OverflowError):
        raise UnitError(f"{line.place}: no such escape: \\{letter}{number} in {line.key}={line.text}") from None


def join(words: list[str]) -> str:
    """Return a command line for ExecStart= that systemd splits into these words."""
    return " ".join(map(quote, words))


def quote(word: str) -> str:
    """Return one word as systemd is to read it; specifiers (%i) and variables stay what they are."""
    if word and not _NEED_QUOTES & set(word):
        return word
    escaped = "".join(f"\\{_SHORT[c]}" if c in _SHORT else f"\\{c}" if c in '"\\' else c for c in word)
    return f'"{escaped}"'
