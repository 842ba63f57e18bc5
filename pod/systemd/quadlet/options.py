"""From the keys of a Quadlet section to the options of a command: the shapes that most keys have.

A key's shape says how its values become options. A converter lists its keys by shape and adds what is special; a key
in none of its lists is refused.
"""

from __future__ import annotations

import os

from pod.record import Record
from pod.systemd import words
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import Line, UnitError


class Shapes(Record):
    """Keys of a section and their options."""

    text: dict[str, str] = {}  # the last value: --option VALUE
    each: dict[str, str] = {}  # every value: --option VALUE
    words: dict[str, str] = {}  # every word of every value: --option WORD
    pairs: dict[str, str] = {}  # every key=value of every value, the last of a key: --option KEY=VALUE
    flags: dict[str, str] = {}  # --option, or --option=false
    special: tuple[str, ...] = ()  # the converter's own

    @property
    def keys(self) -> set[str]:
        """All keys of the section."""
        return {*self.text, *self.each, *self.words, *self.pairs, *self.flags, *self.special}


EVERYWHERE = ("ContainersConfModule", "GlobalArgs", "PodmanArgs", "ServiceName")


def check_keys(source: Source, shapes: Shapes) -> None:
    """Raise UnitError for the first key that the section does not have."""
    known = {*shapes.keys, *EVERYWHERE}
    for line in source.unit.section(source.section):
        if line.key and line.key not in known:
            import difflib

            near = difflib.get_close_matches(line.key, known, 1)
            hint = (
                f"did you mean {near[0]}=?" if near else f"podman-systemd.unit(5) lists the keys of [{source.section}]"
            )
            raise UnitError(f"{line.place}: [{source.section}] has no key {line.key}", hint=hint)


def options(source: Source, shapes: Shapes) -> list[str]:
    """Return the options that follow from the keys alone. Raises UnitError."""
    unit, section, result = source.unit, source.section, []
    for key, option in shapes.text.items():
        value = unit.value(section, key)
        if value:
            result += [option, value]
    for key, option in shapes.each.items():
        for line in unit.lines(section, key):
            result += [option, line.text]
    for key, option in shapes.words.items():
        for word in all_words(source, key):
            result += [option, word]
    for key, option in shapes.pairs.items():
        for word in pairs(source, key):
            result += [option, word]
    for key, option in shapes.flags.items():
        flag = unit.flag(section, key)
        if flag is not None:
            result.append(option if flag else f"{option}=false")
    return result


def program(source: Source, path: str) -> list[str]:
    """Return the words with which every command of the unit begins."""
    modules = [f"--module={line.text}" for line in source.unit.lines(source.section, "ContainersConfModule")]
    return [path, *modules, *all_words(source, "GlobalArgs")]


def last_arguments(source: Source) -> list[str]:
    """Return what PodmanArgs= adds to the command."""
    return all_words(source, "PodmanArgs")


def all_words(source: Source, key: str) -> list[str]:
    """Return the words of all values of a key."""
    return [word for line in source.unit.lines(source.section, key) for word in words.split(line)]


def pairs(source: Source, key: str) -> list[str]:
    """Return the KEY=VALUE words of all values of a key, the last of each KEY, in the order of the KEYs."""
    found = {word.partition("=")[0]: word for word in all_words(source, key)}
    return [found[name] for name in sorted(found)]


def resolve(source: Source, path: str) -> str:
    """Return a path of the file's as an absolute one; what begins with a specifier is systemd's to resolve."""
    if path.startswith("%"):
        return path
    return os.path.normpath(os.path.join(source.folder, path))


def choice(source: Source, key: str, *values: str) -> str:
    """Return the value of a key that has only these. Raises UnitError."""
    line: Line | None = source.unit.last(source.section, key)
    if line is not None and line.text not in values:
        raise UnitError(f"{line.place}: {key}={line.text}: it is {', '.join(values[:-1])} or {values[-1]}")
    return line.text if line else ""
