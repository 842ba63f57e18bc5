"""print, println and printf: Go's fmt on the values of a template, with its remarks on wrong verbs and arguments."""

from __future__ import annotations

from pod.cli.template import scalars
from pod.cli.template.scalars import Flags
from pod.cli.template.values import MISSING, Byte, Duration, go_type, is_map, is_struct, sorted_items, struct_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_LARGEST_NUMBER = 1_000_000  # of a width, precision or argument


def sprint(values: Iterable[Any]) -> str:
    """Return the values side by side, with a space between two that are no strings."""
    texts: list[str] = []
    previous_is_string = True
    for value in values:
        is_string = isinstance(value, str)
        if not is_string and not previous_is_string:
            texts.append(" ")
        texts.append(_value(value, "v", Flags()))
        previous_is_string = is_string
    return "".join(texts)


def sprintln(values: Iterable[Any]) -> str:
    """Return the values with a space between any two, and a line break."""
    return " ".join(_value(value, "v", Flags()) for value in values) + "\n"


def sprintf(text: str, values: tuple[Any, ...]) -> str:
    """Return the text with its directives replaced by the values."""
    return _Formatter(text, values).run()


class _Formatter:
    """One call of printf."""

    def __init__(self, text: str, values: tuple[Any, ...]) -> None:
        self.text = text
        self.values = values
        self.at = 0  # in the text
        self.argument = 0  # the next one to be printed
        self.reordered = False  # an explicit index was seen anywhere
        self.good_index = True  # the index of this directive is in range
        self.after_index = False  # an index was read just now
        self.output: list[str] = []

    def run(self) -> str:
        while True:
            percent = self.text.find("%", self.at)
            if percent < 0:
                self.output.append(self.text[self.at :])
                break
            self.output.append(self.text[self.at : percent])
            self.at = percent + 1
            if not self._directive():
                break
        if not self.reordered and self.argument < len(self.values):
            extra = (
                "<nil>" if value is None else f"{go_type(value)}={_value(value, 'v', Flags())}"
                for value in self.values[self.argument :]
            )
            self.output.append(f"%!(EXTRA {', '.join(extra)})")
        return "".join(self.output)

    def _directive(self) -> bool:
        """Format what follows a %; return False if the text ended in the middle of it."""
        self.good_index, self.after_index = True, False
        flags = self._flags()
        self._index()
        self._width(flags)
        self._precision(flags)
        if not self.after_index:
            self._index()
        verb = self.text[self.at : self.at + 1]
        if not verb:
            self.output.append("%!(NOVERB)")
            return False
        self.at += 1
        if verb == "%":
            self.output.append("%")
        elif not self.good_index:
            self.output.append(f"%!{verb}(BADINDEX)")
        elif self.argument >= len(self.values):
            self.output.append(f"%!{verb}(MISSING)")
        else:
            if verb in "vw":
                flags.sharp_v, flags.sharp = flags.sharp, False
                flags.plus_v, flags.plus = flags.plus, False
            self.output.append(_value(self.values[self.argument], verb, flags))
            self.argument += 1
        return True

    def _flags(self) -> Flags:
        flags = Flags()
        names = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}
        while (char := self.text[self.at : self.at + 1]) in names:
            setattr(flags, names[char], True)
            self.at += 1
        return flags

    def _width(self, flags: Flags) -> None:
        if self._take("*"):
            flags.width = self._number_argument("%!(BADWIDTH)")
            if flags.width is not None and flags.width < 0:
                flags.width = -flags.width
                flags.minus, flags.zero = True, False
            self.after_index = False
            return
        flags.width = self._number()
        if self.after_index and flags.width is not None:  # %[3]2d
            self.good_index = False

    def _precision(self, flags: Flags) -> None:
        if self.at + 1 >= len(self.text) or not self._take("."):
            return
        if self.after_index:  # %[3].2d
            self.good_index = False
        self._index()
        if self._take("*"):
            flags.precision = self._number_argument("%!(BADPREC)", least=0)
            self.after_index = False
        else:
            flags.precision = self._number() or 0

    def _take(self, char: str) -> bool:
        found = self.text.startswith(char, self.at)
        self.at += found
        return found

    def _number(self) -> int | None:
        start = self.at
        while "0" <= self.text[self.at : self.at + 1] <= "9":
            self.at += 1
        if start == self.at:
            return None
        number = int(self.text[start : self.at][:20])
        if number > _LARGEST_NUMBER:
            self.at = len(self.text)  # Go gives up on the rest of the text
            return None
        return number

    def _number_argument(self, complaint: str, least: int = -_LARGEST_NUMBER) -> int | None:
        """Return the value of an argument that a `*` asked for."""
        value = self.values[self.argument] if self.argument < len(self.values) else None
        self.argument += self.argument < len(self.values)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= _LARGEST_NUMBER:
            return value
        self.output.append(complaint)
        return None

    def _index(self) -> None:
        """Read an explicit argument index, `[2]`."""
        self.after_index = False
        if not self.text.startswith("[", self.at):
            return
        self.reordered = True
        end = self.text.find("]", self.at)
        digits = self.text[self.at + 1 : end] if end > 0 else ""
        self.at = end + 1 if end > 0 else self.at + 1
        if digits.isascii() and digits.isdigit():
            self.after_index = True
            if len(digits) < 10 and 1 <= int(digits) <= len(self.values):
                self.argument = int(digits) - 1
                return
        self.good_index = False


def _value(value: Any, verb: str, flags: Flags, *, inside: bool = False) -> str:
    """Format one value; `inside` is true for elements of lists, maps and structs."""
    if value is None or value is MISSING:
        if inside:
            return "interface {}(nil)" if flags.sharp_v else "<nil>"
        return flags.pad("<nil>") if verb in "Tv" else f"%!{verb}(<nil>)"
    if verb == "T" and not inside:
        return scalars.string(go_type(value), flags)
    if verb == "w":  # wraps errors, in Go; nothing here is one
        return f"%!w({go_type(value)}={_value(value, 'v', flags)})"
    if verb == "p" and not inside and isinstance(value, (list, tuple, dict)):
        return f"0x{id(value):x}"
    formatted = _scalar(value, verb, flags)
    if formatted is not None:
        return formatted
    return _composite(value, verb, flags)


def _scalar(value: Any, verb: str, flags: Flags) -> str | None:
    """Format a value that has no parts; None means that it has."""
    formatted: str | None
    if isinstance(value, bool):
        formatted = flags.pad("true" if value else "false") if verb in "tv" else None
    elif isinstance(value, Duration) and verb in "vsqxX" and not flags.sharp_v:
        formatted = _string(str(value), verb, flags)
    elif isinstance(value, int):
        formatted = _integer(value, verb, flags)
    elif isinstance(value, float):
        formatted = _float(value, verb, flags)
    elif isinstance(value, (list, tuple, dict)) or is_struct(value):
        return None
    else:
        value = value if isinstance(value, str) else str(value)
        formatted = _string(value, verb, flags)
    if formatted is None:
        return f"%!{verb}({go_type(value)}={_scalar(value, 'v', flags)})"
    return formatted


def _integer(value: int, verb: str, flags: Flags) -> str | None:
    if verb == "v" and flags.sharp_v and isinstance(value, Byte):
        return f"0x{int(value):x}"
    if verb in "vdboOxX":
        return scalars.integer(value, verb, flags)
    if verb == "c":
        return flags.pad(scalars.as_character(value))
    if verb == "q":
        return flags.pad(scalars.quote(scalars.as_character(value), "'", ascii_only=flags.plus))
    if verb == "U":
        return scalars.code_point(value if value >= 0 else value + (1 << 64), flags)
    return None


def _float(value: float, verb: str, flags: Flags) -> str | None:
    if verb == "v":
        return scalars.floating(value, "g", None, flags)
    if verb in "bgGxX":
        return scalars.floating(value, verb, None, flags)
    if verb in "feEF":
        return scalars.floating(value, "f" if verb == "F" else verb, 6, flags)
    return None


def _string(value: str, verb: str, flags: Flags) -> str | None:
    if verb == "q" or (verb == "v" and flags.sharp_v):
        return scalars.quoted_string(value, flags)
    if verb in "vs":
        return scalars.string(value, flags)
    if verb in "xX":
        return scalars.hexadecimal_string(value, verb, flags)
    return None


def _composite(value: Any, verb: str, flags: Flags) -> str:
    """Format a list, map or struct: the verb goes to each of its parts."""

    def part(item: Any) -> str:
        return _value(item, verb, flags, inside=True)

    if isinstance(value, (list, tuple)):
        parts = [part(item) for item in value]
        brackets = "[]"
    elif is_map(value):
        parts = [f"{part(key)}:{part(item)}" for key, item in sorted_items(value)]
        brackets = "[]"
    else:
        named = flags.plus_v or flags.sharp_v
        parts = [f"{name}:{part(item)}" if named else part(item) for name, item in struct_items(value)]
        brackets = "{}"
    if flags.sharp_v:
        return f"{go_type(value)}{{{', '.join(parts)}}}"
    return ("map" if is_map(value) else "") + brackets[0] + " ".join(parts) + brackets[1]
