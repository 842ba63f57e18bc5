"""Numbers and strings as the verbs of Go's fmt print them: https://pkg.go.dev/fmt#hdr-Printing."""

from __future__ import annotations

from pod.cli.template.values import bytes_of_text

_REPLACEMENT = "\ufffd"
_QUOTED = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 92: "\\\\"}


class Flags:
    """What stands between the `%` and the verb."""

    __slots__ = ("minus", "plus", "plus_v", "precision", "sharp", "sharp_v", "space", "width", "zero")

    def __init__(self) -> None:
        self.minus = self.plus = self.sharp = self.space = self.zero = False
        self.plus_v = self.sharp_v = False  # %+v and %#v, which mean something else than + and # elsewhere
        self.width: int | None = None
        self.precision: int | None = None

    def pad(self, text: str, *, zero: bool | None = None) -> str:
        """Fill a text up to the width."""
        missing = (self.width or 0) - len(text)
        if missing <= 0:
            return text
        if self.minus:
            return text + " " * missing
        return ("0" if (self.zero if zero is None else zero) else " ") * missing + text


def integer(value: int, verb: str, flags: Flags) -> str:
    """Format for %d %b %o %O %x %X."""
    if flags.precision == 0 and value == 0:
        return " " * (flags.width or 0)
    base = {"b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}.get(verb, "d")
    digits = format(abs(value), base)
    sign = "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""
    least = flags.precision or 0
    if flags.precision is None and flags.zero and not flags.minus and flags.width:
        least = flags.width - len(sign)
    digits = digits.rjust(least, "0")
    if flags.sharp:
        digits = {"b": "0b", "x": "0x", "X": "0X"}.get(base, "") + digits
        if base == "o" and digits[0] != "0":
            digits = "0" + digits
    if verb == "O":
        digits = "0o" + digits
    return flags.pad(sign + digits, zero=False)


def code_point(value: int, flags: Flags) -> str:
    """Format for %U."""
    text = "U+" + format(value, "X").rjust(max(flags.precision or 0, 4), "0")
    if flags.sharp and value <= 0x10FFFF and chr(value).isprintable():
        text += f" '{chr(value)}'"
    return flags.pad(text, zero=False)


def as_character(value: int) -> str:
    """Return the character of a number; what is none becomes U+FFFD."""
    return chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else _REPLACEMENT


def string(text: str, flags: Flags) -> str:
    """Format for %s."""
    return flags.pad(text if flags.precision is None else text[: flags.precision])


def quoted_string(text: str, flags: Flags) -> str:
    """Format for %q."""
    if flags.precision is not None:
        text = text[: flags.precision]
    if flags.sharp and "`" not in text and all(char == "\t" or char.isprintable() for char in text):
        return flags.pad(f"`{text}`")
    return flags.pad(quote(text, '"', ascii_only=flags.plus))


def hexadecimal_string(text: str, verb: str, flags: Flags) -> str:
    """Format for %x and %X of a string."""
    octets = bytes_of_text(text)[: flags.precision]
    if not octets:
        return flags.pad("")
    prefix = "0" + verb if flags.sharp else ""
    pairs = octets.hex(" ").split(" ")
    if verb == "X":
        pairs = [pair.upper() for pair in pairs]
    return flags.pad(" ".join(prefix + pair for pair in pairs) if flags.space else prefix + "".join(pairs))


def quote(text: str, mark: str, *, ascii_only: bool = False) -> str:
    """Return Go's quoted form of a text, or with `'` of a character."""
    quoted = [mark]
    for char in text:
        code = ord(char)
        if char == mark:
            quoted.append("\\" + mark)
        elif code in _QUOTED:
            quoted.append(_QUOTED[code])
        elif char.isprintable() and not (ascii_only and code > 126):
            quoted.append(char)
        elif code < 32 or code == 127:
            quoted.append(f"\\x{code:02x}")
        elif 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8
            quoted.append(f"\\x{code - 0xDC00:02x}")
        else:
            quoted.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return "".join((*quoted, mark))


def floating(value: float, verb: str, precision: int | None, flags: Flags) -> str:
    """Format for %e %E %f %F %g %G %b %x %X; without a precision, with as many digits as the value needs."""
    if flags.precision is not None:
        precision = flags.precision
    number = _digits(abs(value), verb, precision)
    negative = value < 0 or (value == 0 and repr(value)[0] == "-")
    sign = "-" if negative else "+" if flags.plus else " " if flags.space else ""
    if number in ("Inf", "NaN"):
        return flags.pad(("+" if number == "Inf" and not sign else sign) + number, zero=False)
    if flags.sharp and verb != "b":
        number = _with_point(number, verb, precision)
    if flags.zero and not flags.minus and flags.width:
        return sign + number.rjust(flags.width - len(sign), "0")
    return flags.pad(sign + number)


def _digits(value: float, verb: str, precision: int | None) -> str:
    """Return the digits of a number that is not negative."""
    if value != value or value == float("inf"):
        return "NaN" if value != value else "Inf"
    lower = verb.lower()
    if lower == "b":
        return _binary(value)
    if lower == "x":
        number = _hexadecimal(value, precision)
    elif precision is not None:
        number = f"{value:.{precision}{lower}}"
    elif lower == "f":
        number = shortest_decimal(value)
    else:
        number = _shortest(value, always_exponent=lower == "e")
    return number.upper() if verb in "EGX" else number


def _shortest_digits(value: float) -> tuple[str, int]:
    """Return the fewest digits that identify a number, and the power of ten of the first."""
    mantissa, _, exponent = f"{value!r}e0".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    power = int(exponent.removesuffix("e0") or 0) + len(whole) - 1
    if whole == "0":
        power -= len(fraction) - len(fraction.lstrip("0")) + 1
    digits = digits.rstrip("0")
    return (digits, power) if digits else ("0", 0)


def shortest_decimal(value: float) -> str:
    """Return a number without an exponent, in the fewest digits that identify it."""
    digits, power = _shortest_digits(abs(value))
    sign = "-" if value < 0 else ""
    if power < 0:
        return sign + "0." + "0" * (-power - 1) + digits
    digits = digits.ljust(power + 1, "0")
    return sign + digits[: power + 1] + ("." + digits[power + 1 :] if len(digits) > power + 1 else "")


def _shortest(value: float, *, always_exponent: bool) -> str:
    digits, power = _shortest_digits(value)
    if not always_exponent and -4 <= power < 6:  # as if six digits were asked for: 1e+06 is Go's million
        return shortest_decimal(value)
    return digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{'-' if power < 0 else '+'}{abs(power):02d}"


def _with_point(number: str, verb: str, precision: int | None) -> str:
    """Return the number with a decimal point and, for %g, the zeros that it would drop (the # flag)."""
    at = next((i for i, char in enumerate(number) if char in ("pP" if verb in "xX" else "eE")), len(number))
    mantissa, tail = number[:at], number[at:]
    wanted = 0
    if verb in "gGx":
        wanted = 6 if precision is None else precision
    wanted -= len(mantissa.replace(".", "").lstrip("0"))  # the x of 0x counts as a digit in Go, too
    if "." not in mantissa:
        wanted -= mantissa == "0"
        mantissa += "."
    return mantissa + "0" * max(wanted, 0) + tail


def _binary(value: float) -> str:
    """Return mantissa and exponent of two: `4503599627370496p-52`."""
    from math import frexp

    fraction, power = frexp(value)
    mantissa, exponent = int(fraction * (1 << 53)), power - 53
    if exponent < -1074 or not mantissa:  # the smallest numbers have fewer digits, not smaller exponents
        mantissa, exponent = mantissa >> (-1074 - min(exponent, -1074)), -1074
    return f"{mantissa}p{exponent:+d}"


def _hexadecimal(value: float, precision: int | None) -> str:
    """Return the hexadecimal form, `0x1.8p+01`."""
    from math import frexp

    fraction, exponent = frexp(value)
    mantissa, exponent = int(fraction * (1 << 53)), exponent - 1
    if not mantissa:
        return "0x0" + ("." + "0" * precision if precision else "") + "p+00"
    if precision is None:
        digits = format(mantissa - (1 << 52), "013x").rstrip("0")
    else:
        dropped = max(52 - 4 * precision, 0)
        kept, rest = divmod(mantissa, 1 << dropped)
        half = 1 << (dropped - 1) if dropped else 1
        kept += rest > half or (rest == half and kept & 1)
        if kept >> (53 - dropped):  # rounded up to the next power of two
            exponent += 1
            kept >>= 1
        digits = format(kept, "x")[1:].ljust(precision, "0") if precision else ""
    return f"0x1{'.' if digits else ''}{digits}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
