"""From logical lines to instructions and stages, with every mistake shown at its place."""

from __future__ import annotations

from pod.build.dockerfile import lines, words
from pod.build.dockerfile.instructions import (
    Command,
    Dockerfile,
    Flag,
    From,
    Health,
    Instruction,
    OnBuild,
    Pairs,
    Stage,
    Transfer,
    Word,
    Words,
)
from pod.build.dockerfile.lines import LogicalLine
from pod.build.dockerfile.location import error
from pod.errors import DockerfileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MOST = 10_000  # instructions
_FLAGS: dict[str, tuple[str, ...]] = {
    "FROM": ("platform",),
    "RUN": ("mount", "network", "security", "device"),
    "COPY": ("from", "chown", "chmod", "link", "parents", "exclude"),
    "ADD": ("chown", "chmod", "link", "checksum", "keep-git-dir", "exclude", "unpack"),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
_REPEATED = ("mount", "exclude", "device")
_BOOLEAN = ("link", "parents", "keep-git-dir", "unpack")


def parse(text: str, file: str) -> Dockerfile:
    """Parse a Dockerfile. Raises DockerfileError."""
    source = lines.read(text, file)
    if len(source.lines) > _MOST:
        raise error(source.lines[_MOST].at(), f"there are more than {_MOST} instructions")
    arguments: list[Pairs] = []
    stages: list[Stage] = []
    body: list[Instruction] = []
    for line in source.lines:
        instruction = parse_line(line, source.escape)
        if isinstance(instruction, From):
            _close(stages, body)
            stages.append(Stage(len(stages), instruction, ()))
            body = []
        elif stages:
            body.append(instruction)
        elif isinstance(instruction, Pairs) and instruction.word == "ARG":
            arguments.append(instruction)
        else:
            raise error(instruction.location, f"{instruction.word} before the first FROM", "only ARG may stand there")
    _close(stages, body)
    if not stages:
        raise error(source.source.at(1), "the file has no instructions", "the first one is FROM")
    return Dockerfile(source, tuple(arguments), tuple(stages))


def _close(stages: list[Stage], body: list[Instruction]) -> None:
    if stages:
        stages[-1] = stages[-1].replace(instructions=tuple(body))


def parse_trigger(text: str, escape: str = "\\") -> Instruction:
    """Parse an instruction that an image keeps for those made from it (ONBUILD). Raises DockerfileError."""
    found = lines.read(text, "ONBUILD")
    if len(found.lines) != 1:
        raise error(found.source.at(1), "a trigger of ONBUILD is one instruction")
    return parse_line(found.lines[0], escape)


def parse_line(line: LogicalLine, escape: str) -> Instruction:
    """Parse one instruction. Raises DockerfileError."""
    return _parse(line, escape, 0)


def _parse(line: LogicalLine, escape: str, offset: int) -> Instruction:
    text = line.text[offset:]
    keyword = text.split(None, 1)[0] if text.strip() else ""
    word = keyword.upper()
    maker = _MAKERS.get(word)
    if maker is None:
        from difflib import get_close_matches  # only for the message

        near = get_close_matches(word, _MAKERS, n=1, cutoff=0.6)
        raise error(line.at(offset), f"unknown instruction: {keyword:.40}", f"did you mean {near[0]}?" if near else "")
    rest = text[len(keyword) :]
    start = offset + len(keyword) + len(rest) - len(rest.lstrip())
    flags: tuple[Flag, ...] = ()
    rest = rest.strip()
    if word in _FLAGS:
        taken, rest, shift = words.take_flags(rest, escape)
        flags = tuple(_flag(line, word, flag, start + at) for flag, at in taken)
        start += shift
    reader = _Reader(line, escape, word, rest, flags, start)
    if not rest.strip():
        raise reader.error(f"{word} needs {_NEEDS.get(word, 'a value')}")
    made: Instruction = maker(reader)
    return made


def _flag(line: LogicalLine, word: str, text: str, offset: int) -> Flag:
    name, equals, value = text[2:].partition("=")
    known = _FLAGS[word]
    if name not in known:
        from difflib import get_close_matches  # only for the message

        near = get_close_matches(name, known, n=1, cutoff=0.5)
        names = ", ".join(f"--{flag}" for flag in known)
        hint = f"did you mean --{near[0]}?" if near else f"{word} has {names}"
        raise error(line.at(offset), f"unknown flag: --{name:.40}", hint)
    if not equals and name not in _BOOLEAN:
        raise error(line.at(offset), f"the flag --{name} needs a value: --{name}=…")
    return Flag(name, value if equals else None, line.at(offset))


_NEEDS = {
    "FROM": "an image: FROM IMAGE [AS NAME]",
    "RUN": "a command",
    "COPY": "a source and a target: COPY SOURCE… TARGET",
    "ADD": "a source and a target: ADD SOURCE… TARGET",
    "ENV": "a name and a value: ENV NAME=VALUE",
    "LABEL": "a name and a value: LABEL NAME=VALUE",
    "ARG": "a name: ARG NAME[=DEFAULT]",
    "ONBUILD": "an instruction",
    "HEALTHCHECK": "CMD and a command, or NONE",
    "SHELL": 'a JSON array: SHELL ["/bin/bash", "-c"]',
}


class _Reader:
    """What the makers of instructions read from."""

    def __init__(
        self, line: LogicalLine, escape: str, word: str, text: str, flags: tuple[Flag, ...], offset: int
    ) -> None:
        self.line = line
        self.escape = escape
        self.word = word
        self.text = text
        self.flags = flags
        self.offset = offset
        seen: set[str] = set()
        for flag in flags:
            if flag.name in seen and flag.name not in _REPEATED:
                raise error(flag.location, f"the flag --{flag.name} is given twice")
            seen.add(flag.name)

    @property
    def common(self) -> dict[str, Any]:
        return {
            "word": self.word, "text": self.text, "line": self.line, "flags": self.flags, "offset": self.offset
        }  # fmt: skip

    def split(self) -> list[tuple[str, int]]:
        return words.split(self.text, self.escape)

    def error(self, message: str, offset: int = 0, hint: str = "") -> DockerfileError:
        return error(self.line.at(self.offset + offset), message, hint)


def _from(reader: _Reader) -> From:
    found = reader.split()
    if len(found) not in (1, 3):
        raise reader.error("FROM takes an image, or an image AS a name", found[1][1] if len(found) > 1 else 0)
    name = ""
    if len(found) == 3:
        if found[1][0].upper() != "AS":
            raise reader.error(f"AS is expected here, not {found[1][0]:.40}", found[1][1])
        name = found[2][0].lower()
        if not _is_stage_name(name):
            raise reader.error(
                f"{name!r:.60} is no name for a stage",
                found[2][1],
                "a letter comes first, then letters, digits, _, . and -",
            )
    return From(**reader.common, image=found[0][0], name=name)


def _is_stage_name(name: str) -> bool:
    return name[:1].isascii() and name[:1].isalpha() and all(c.isascii() and (c.isalnum() or c in "_.-") for c in name)


def _command(reader: _Reader) -> Command:
    argv = words.json_form(reader.text)
    if reader.word == "SHELL" and not argv:
        raise reader.error("SHELL takes the JSON form only", hint='for example SHELL ["/bin/bash", "-c"]')
    if reader.word == "RUN" and argv == ():
        raise reader.error("RUN needs a command")
    heredocs = reader.line.heredocs if reader.word == "RUN" and argv is None else ()
    return Command(**reader.common, argv=argv, heredocs=heredocs)


def _pairs(reader: _Reader) -> Pairs:
    """ENV and LABEL: NAME=VALUE…, or in the old way one NAME and the rest of the line."""
    found = reader.split()
    if "=" not in found[0][0]:
        if len(found) < 2:
            raise reader.error(f"{reader.word} {found[0][0]:.40} has no value", hint=f"{reader.word} NAME=VALUE")
        name = found[0][0]
        return Pairs(**reader.common, pairs=((name, reader.text[found[1][1] :]),))
    pairs = []
    for word, offset in found:
        name, equals, value = word.partition("=")
        if not equals:
            raise reader.error(
                f"{word!r:.40} is not NAME=VALUE", offset, "put a value with blanks into quotes: NAME='a b'"
            )
        if not name:
            raise reader.error(f"the name in front of = is missing: {word:.40}", offset)
        pairs.append((name, value))
    return Pairs(**reader.common, pairs=tuple(pairs))


def _arg(reader: _Reader) -> Pairs:
    pairs: list[tuple[str, str | None]] = []
    for word, offset in reader.split():
        name, equals, value = word.partition("=")
        name = words.unquote(name, reader.escape)
        if not name or not all(c == "_" or c.isalnum() or c in "-." for c in name):
            raise reader.error(f"{name!r:.40} is no name for an ARG", offset)
        pairs.append((name, value if equals else None))
    return Pairs(**reader.common, pairs=tuple(pairs))


def _words(reader: _Reader) -> Words:
    found = words.json_form(reader.text) if reader.word == "VOLUME" else None
    if found is None:
        found = tuple(word for word, _ in reader.split())
    if not found or not all(found):
        raise reader.error(f"{reader.word} needs a value that is not empty")
    return Words(**reader.common, words=found)


def _word(reader: _Reader) -> Word:
    if reader.word in ("USER", "STOPSIGNAL") and len(found := reader.split()) != 1:
        raise reader.error(f"{reader.word} takes one value", found[1][1])
    return Word(**reader.common)


def _transfer(reader: _Reader) -> Transfer:
    as_json = words.json_form(reader.text)
    found = list(as_json) if as_json is not None else [word for word, _ in reader.split()]
    if len(found) < 2:
        raise reader.error(f"{reader.word} needs {_NEEDS[reader.word]}")
    documents = {heredoc.name: heredoc for heredoc in reader.line.heredocs} if as_json is None else {}
    sources = []
    for word in found[:-1]:
        mark = lines.heredoc_mark(word) if documents else None
        sources.append(documents[mark[0]] if mark is not None and mark[0] in documents else word)
    return Transfer(**reader.common, sources=tuple(sources), target=found[-1])


def _health(reader: _Reader) -> Health:
    word, _, rest = reader.text.partition(" ")
    rest = rest.strip()
    if word.upper() == "NONE":
        if rest:
            raise reader.error("HEALTHCHECK NONE takes nothing more", len(word) + 1)
        return Health(**reader.common, none=True)
    if word.upper() != "CMD":
        raise reader.error(f"HEALTHCHECK is followed by CMD or NONE, not {word:.40}")
    if not rest:
        raise reader.error("HEALTHCHECK CMD needs a command")
    argv = words.json_form(rest)
    return Health(**reader.common, argv=argv)


def _on_build(reader: _Reader) -> OnBuild:
    trigger = _parse(reader.line, reader.escape, reader.offset)
    if trigger.word in ("ONBUILD", "FROM", "MAINTAINER"):
        raise reader.error(f"{trigger.word} cannot be a trigger of ONBUILD")
    return OnBuild(**reader.common, trigger=trigger)


_MAKERS: dict[str, Callable[[_Reader], Instruction]] = {
    "ADD": _transfer,
    "ARG": _arg,
    "CMD": _command,
    "COPY": _transfer,
    "ENTRYPOINT": _command,
    "ENV": _pairs,
    "EXPOSE": _words,
    "FROM": _from,
    "HEALTHCHECK": _health,
    "LABEL": _pairs,
    "MAINTAINER": _word,
    "ONBUILD": _on_build,
    "RUN": _command,
    "SHELL": _command,
    "STOPSIGNAL": _word,
    "USER": _word,
    "VOLUME": _words,
    "WORKDIR": _word,
}
