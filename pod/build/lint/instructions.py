"""Rules on single instructions, and on how they go together."""

from __future__ import annotations

import re

from pod.build.dockerfile.instructions import Command, Dockerfile, Instruction, Pairs, Stage, Transfer, Words
from pod.build.lint import Warned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.build.ignore import Ignore

_LAST = "because only the last one will be used"
_ONCE = ("CMD", "ENTRYPOINT", "HEALTHCHECK")
_SECRETS = re.compile(r"(?i)(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)")
_PUBLIC = re.compile(r"(?i)(?:_|^)public(?:_|$)")


def check(file: Dockerfile, ignored: Ignore) -> Iterator[Warned]:
    """Yield what is unwise."""
    everything: list[Instruction] = list(file.arguments)
    for stage in file.stages:
        everything += [stage.start, *stage.instructions]
        yield from _together(stage)
    yield from _casing(everything)
    for instruction in everything:
        if instruction.line.blank_inside:
            yield Warned("NoEmptyContinuation", "Empty continuation line", instruction.location)
        yield from _secrets(instruction)
        yield from _single(instruction, ignored)


def _casing(everything: list[Instruction]) -> Iterator[Warned]:
    words = [instruction.line.word for instruction in everything]
    lower = sum(word.islower() for word in words)
    upper = sum(word.isupper() for word in words)
    majority = "lowercase" if lower > upper else "uppercase"
    for instruction, word in zip(everything, words, strict=True):
        if not (word.islower() if majority == "lowercase" else word.isupper()):
            message = f"Command '{word}' should match the case of the command majority ({majority})"
            yield Warned("ConsistentInstructionCasing", message, instruction.location)


def _single(instruction: Instruction, ignored: Ignore) -> Iterator[Warned]:
    place = instruction.location
    if instruction.word == "MAINTAINER":
        yield Warned("MaintainerDeprecated", "Maintainer instruction is deprecated in favor of using label", place)
    if isinstance(instruction, Pairs) and instruction.word in ("ENV", "LABEL"):
        first = instruction.text.split(None, 1)[0]
        if "=" not in first:
            word = instruction.word
            message = f'"{word} key=value" should be used instead of legacy "{word} key value" format'
            yield Warned("LegacyKeyValueFormat", message, place)
    if isinstance(instruction, Words) and instruction.word == "EXPOSE":
        yield from _ports(instruction)
    if isinstance(instruction, Transfer) and not instruction.flag("from"):
        for source in instruction.sources:
            if isinstance(source, str) and not source.startswith(("http://", "https://")) and _hides(ignored, source):
                message = f'Attempting to {instruction.word.title()} file "{source}" that is excluded by .dockerignore'
                yield Warned("CopyIgnoredFile", message, place)


def _hides(ignored: Ignore, source: str) -> bool:
    path = source.removeprefix("./").strip("/")
    return (
        bool(path) and "$" not in path and "*" not in path and ignored.hides(path) and not ignored.may_show_below(path)
    )


def _ports(instruction: Words) -> Iterator[Warned]:
    for word in instruction.words:
        number, slash, protocol = word.partition("/")
        if slash and protocol != protocol.lower():
            message = f"Defined protocol '{word}' in EXPOSE instruction should be lowercase"
            yield Warned("ExposeProtoCasing", message, instruction.location)
        if ":" in number:
            message = f"EXPOSE instruction should not define an IP address or host-port mapping, found '{word}'"
            yield Warned("ExposeInvalidFormat", message, instruction.location)


def _secrets(instruction: Instruction) -> Iterator[Warned]:
    if isinstance(instruction, Pairs) and instruction.word in ("ARG", "ENV"):
        for name, _value in instruction.pairs:
            if _SECRETS.search(name) and not _PUBLIC.search(name):
                message = f'Do not use ARG or ENV instructions for sensitive data ({instruction.word} "{name}")'
                yield Warned("SecretsUsedInArgOrEnv", message, instruction.location)


def _together(stage: Stage) -> Iterator[Warned]:
    """Rules on the instructions of one stage."""
    last: dict[str, Instruction] = {}
    has_shell = any(instruction.word == "SHELL" for instruction in stage.instructions)
    in_place = False
    for instruction in stage.instructions:
        word = instruction.word
        if word in _ONCE:
            if before := last.get(word):
                message = f"Multiple {word} instructions should not be used in the same stage {_LAST}"
                yield Warned("MultipleInstructionsDisallowed", message, before.location)
            last[word] = instruction
        if (
            isinstance(instruction, Command)
            and word in ("CMD", "ENTRYPOINT")
            and instruction.argv is None
            and not has_shell
        ):
            message = f"JSON arguments recommended for {word} to prevent unintended behavior related to OS signals"
            yield Warned("JSONArgsRecommended", message, instruction.location)
        if word == "WORKDIR":
            absolute = instruction.text.startswith(("/", "$"))
            if not absolute and not in_place:
                message = f'Relative workdir "{instruction.text}" can have unexpected results if the base image changes'
                yield Warned("WorkdirRelativePath", message, instruction.location)
            in_place = in_place or absolute
