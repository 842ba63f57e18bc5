"""The instructions of a Dockerfile as values; nothing in them is expanded yet but what the parser must know."""

from __future__ import annotations

from pod.build.dockerfile.lines import Heredoc, LogicalLine, Text
from pod.build.dockerfile.location import Location
from pod.record import Record


class Flag(Record):
    """One `--name=value` of an instruction; a flag without a value has None."""

    name: str
    value: str | None
    location: Location


class Instruction(Record):
    """What all have: the word in upper case, the text behind the word and its flags, and where it stands."""

    word: str
    text: str
    line: LogicalLine
    flags: tuple[Flag, ...]
    offset: int  # of `text` in the line

    @property
    def location(self) -> Location:
        return self.line.at(0)

    def flag(self, name: str) -> Flag | None:
        """Return the last flag of a name."""
        return next((flag for flag in reversed(self.flags) if flag.name == name), None)

    def value(self, name: str, default: str = "") -> str:
        """Return what a flag was given, as written."""
        flag = self.flag(name)
        return default if flag is None or flag.value is None else flag.value

    def values(self, name: str) -> tuple[str, ...]:
        """Return what a flag that may be repeated was given."""
        return tuple(flag.value or "" for flag in self.flags if flag.name == name)

    def is_on(self, name: str) -> bool:
        """True where a flag without a need of a value is given, and not as =false."""
        flag = self.flag(name)
        return flag is not None and flag.value in (None, "", "true", "1", "True", "TRUE", "t", "T")

    @property
    def shown(self) -> str:
        """The instruction as progress displays and errors name it."""
        return " ".join(self.line.text.split())


class From(Instruction):
    """FROM image [AS name]."""

    image: str
    name: str = ""


class Command(Instruction):
    """RUN, CMD, ENTRYPOINT and SHELL: words to execute, or a text for the shell."""

    argv: tuple[str, ...] | None  # None: the shell form
    heredocs: tuple[Heredoc, ...] = ()


class Pairs(Instruction):
    """ARG, ENV and LABEL. The value of an ARG without a default is None."""

    pairs: tuple[tuple[str, str | None], ...]


class Words(Instruction):
    """EXPOSE and VOLUME."""

    words: tuple[str, ...]


class Word(Instruction):
    """WORKDIR, USER, STOPSIGNAL and MAINTAINER: one value."""


class Transfer(Instruction):
    """COPY and ADD. A source is text, or a here-document whose name is that of the file."""

    sources: tuple[str | Heredoc, ...]
    target: str


class Health(Instruction):
    """HEALTHCHECK: a command, or NONE."""

    argv: tuple[str, ...] | None = None
    none: bool = False


class OnBuild(Instruction):
    """ONBUILD: an instruction for the images made from this one."""

    trigger: Instruction


class Stage(Record):
    """One FROM and what follows it, until the next."""

    number: int
    start: From
    instructions: tuple[Instruction, ...]

    @property
    def name(self) -> str:
        return self.start.name

    @property
    def shown(self) -> str:
        return self.name or f"stage-{self.number}"


class Dockerfile(Record):
    """A whole file: directives, the ARGs before the first FROM, and the stages."""

    source: Text
    arguments: tuple[Pairs, ...]
    stages: tuple[Stage, ...]

    @property
    def escape(self) -> str:
        return self.source.escape
