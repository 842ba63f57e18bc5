"""Docker's and Podman's option syntax: words in, values out. Shared by the fast path and by Typer's definitions.

The rules are those of Go's pflag (https://pkg.go.dev/github.com/spf13/pflag): `--name value`, `--name=value`,
`-n value`, `-nvalue`, `-n=value`, `-abc` for flags, `--flag=false`; `--` ends the options, and so does the first
positional of commands such as `run`, whose later words belong to the container. Imports nothing that costs.
"""

from __future__ import annotations

from pod.errors import UsageError
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    Option = Sequence[Any]  # dest, kind, then the choices if the value is one of some
    Given = tuple[str, Option, Any]  # the spelling, the option and its raw value

FLAG, TEXT, INT, FLOAT, LIST, MAYBE = "flag", "text", "int", "float", "list", "maybe"  # maybe: --name or --name=text
ONE, OPTIONAL, MANY = "one", "optional", "many"

_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))


class Spec(Record):
    """What the parser must know of one command; its JSON is a line of the table."""

    target: str  # module:function below pod.cli.commands
    options: dict[str, Any] = {}  # spelling -> [dest, kind, *choices]
    arguments: tuple[Any, ...] = ()  # [dest, kind, least, shown name]
    defaults: dict[str, Any] = {}  # of all values, where the function takes them as one (Flags)
    stops: bool = False  # options end at the first positional
    refused: tuple[str, ...] = ()  # the parameters of options that are known, and refused with a reason


class Flags:
    """The values of a command that takes them as one: what its class of flags would hold, without importing that."""

    def __init__(self, defaults: dict[str, Any], values: dict[str, Any]) -> None:
        self._defaults = {name: tuple(value) if type(value) is list else value for name, value in defaults.items()}
        self.__dict__.update(self._defaults)
        self.__dict__.update(values)

    def replace(self, **changes: Any) -> Flags:
        """Return a copy with the named values changed."""
        return Flags(self._defaults, {**self.__dict__, **changes})


class Words(Record):
    """A command line taken apart: the command's own values, those of global options, nothing converted yet."""

    own: list[Given]
    outer: list[Given]
    positionals: list[str]


class BadWords(UsageError):
    """Words that do not fit the command; `unknown` is the option that it has not, `refused` the one that it refuses."""

    def __init__(self, message: str, *, unknown: str = "", refused: str = "") -> None:
        super().__init__(message)
        self.unknown = unknown
        self.refused = refused


class HelpWanted(Exception):
    """`--help` (or `-h` where that is no option of the command) stands among the options."""


def split(spec: Spec, words: Sequence[str], outer: dict[str, Any] | None = None) -> Words:
    """Tell options from positionals. `outer` are the global options, allowed after the command in their long form.

    Raises BadWords and HelpWanted.
    """
    result = Words([], [], [])
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            result.positionals.extend(words[position:])
            break
        if word[:1] != "-" or word == "-":
            if spec.stops:
                result.positionals.extend(words[position - 1 :])
                break
            result.positionals.append(word)
        elif word[1] == "-":
            position = _long(spec, outer or {}, words, position, result)
        else:
            position = _cluster(spec, words, position, result)
    return result


def _long(spec: Spec, outer: dict[str, Any], words: Sequence[str], position: int, result: Words) -> int:
    """Read the long option before `position`; return the position after it and its value."""
    name, equals, value = words[position - 1].partition("=")
    option = spec.options.get(name)
    given = result.own
    if option is None:
        option, given = outer.get(name), result.outer
    if option is None:
        _unknown(name, name)
    if option[1] == FLAG:
        given.append((name, option, not equals or _boolean(name, value)))
        return position
    if not equals and option[1] != MAYBE:
        if position == len(words):
            raise BadWords(f"option {name} needs a value")
        value = words[position]
        position += 1
    given.append((name, option, value))
    return position


def _cluster(spec: Spec, words: Sequence[str], position: int, result: Words) -> int:
    """Read `-abc`: flags, the last of which may be an option with its value."""
    cluster = words[position - 1]
    at = 1
    while at < len(cluster):
        name = "-" + cluster[at]
        at += 1
        option = spec.options.get(name)
        if option is None:
            _unknown(name, cluster)
        rest = cluster[at:]
        if option[1] == FLAG:
            if rest[:1] != "=":
                result.own.append((name, option, True))
                continue
            result.own.append((name, option, _boolean(name, rest[1:])))
        elif rest:
            result.own.append((name, option, rest.removeprefix("=")))
        elif position < len(words):
            result.own.append((name, option, words[position]))
            position += 1
        else:
            raise BadWords(f"option {name} needs a value")
        break
    return position


def _unknown(name: str, word: str) -> NoReturn:
    if name in ("--help", "-h"):
        raise HelpWanted
    where = "" if name == word else f" in {word}"
    raise BadWords(f"unknown option {name}{where}", unknown=name)


def _boolean(name: str, value: str) -> bool:
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise BadWords(f"invalid value {value!r} for {name}: it is true or false")


def convert(given: Sequence[Given]) -> dict[str, Any]:
    """Return the options' values under the names of the parameters; options that were not given are not in it."""
    values: dict[str, Any] = {}
    for name, option, value in given:
        dest, kind = option[0], option[1]
        if kind == LIST:
            values[dest] = (*values.get(dest, ()), value)
            continue
        if kind == INT:
            value = _number(name, value, int, "a whole number")
        elif kind == FLOAT:
            value = _number(name, value, float, "a number")
        elif len(option) > 2 and value not in option[2:]:
            raise BadWords(f"invalid value {value!r} for {name}: it is one of {', '.join(option[2:])}")
        values[dest] = value
    return values


def check_refused(spec: Spec, given: Sequence[Given]) -> None:
    """Raise BadWords for the first option that the command knows in order to refuse it."""
    for name, option, _ in given:
        if option[0] in spec.refused:
            raise BadWords(f"{name} is refused", refused=name)


def _number(name: str, text: str, kind: Any, what: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise BadWords(f"invalid value {text!r} for {name}: it is {what}") from None


def arrange(spec: Spec, positionals: Sequence[str]) -> dict[str, Any]:
    """Give the positionals their names. Raises BadWords where there are too few or too many."""
    values: dict[str, Any] = {}
    rest = list(positionals)
    later = sum(least for _, _, least, _ in spec.arguments)
    for dest, kind, least, shown in spec.arguments:
        later -= least
        free = len(rest) - later
        if free < least:
            raise BadWords(f"missing argument {shown}")
        if kind == MANY:
            values[dest] = tuple(rest[:free])
            rest = rest[free:]
        elif free > 0:
            values[dest] = rest.pop(0)
    if rest:
        few = f"at most {len(positionals) - len(rest)}" if spec.arguments else "none"
        raise BadWords(f"unexpected argument {rest[0]!r}: the command takes {few}")
    return values


def parse(spec: Spec, words: Sequence[str], outer: dict[str, Any] | None = None) -> tuple[dict[str, Any], Words]:
    """Return the keyword values of a command line and the words as they were taken apart."""
    taken = split(spec, words, outer)
    if spec.refused:
        check_refused(spec, taken.own)
    return {**convert(taken.own), **arrange(spec, taken.positionals)}, taken
