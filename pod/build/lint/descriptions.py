"""Comments that describe a stage or an argument: `# NAME TEXT` in the line above, which `--call` shows."""

from __future__ import annotations

from pod.build.dockerfile.instructions import Dockerfile, Instruction, Pairs
from pod.build.lint import Warned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MESSAGE = (
    "Comment for {kind} should follow the format: `# <{short} name> <description>`. If this is not intended to be a "
    "description comment, add an empty line or comment between the instruction and the comment."
)


def check(file: Dockerfile) -> Iterator[Warned]:
    """Yield comments that stand where a description does, and are none."""
    for stage in file.stages:
        if stage.name and not _fits(file, stage.start, stage.name):
            message = _MESSAGE.format(kind="build stage", short="stage")
            yield Warned("InvalidDefinitionDescription", message, stage.start.location)
    for instruction in (*file.arguments, *(one for stage in file.stages for one in stage.instructions)):
        names = [name for name, _value in instruction.pairs] if isinstance(instruction, Pairs) else []
        if instruction.word == "ARG" and len(names) == 1 and not _fits(file, instruction, names[0]):
            message = _MESSAGE.format(kind="argument", short="arg")
            yield Warned("InvalidDefinitionDescription", message, instruction.location)


def _fits(file: Dockerfile, instruction: Instruction, name: str) -> bool:
    words = comment_above(file, instruction).split(None, 1)
    return not words or (words[0].lower() == name.lower() and len(words) == 2)


def description(file: Dockerfile, instruction: Instruction, name: str) -> str:
    """Return what the comment above says of something of that name, "" where it says nothing of it."""
    words = comment_above(file, instruction).split(None, 1)
    return words[1] if len(words) == 2 and words[0].lower() == name.lower() else ""


def comment_above(file: Dockerfile, instruction: Instruction) -> str:
    """Return the comment of one line directly above an instruction, "" for none: more lines are no description."""
    lines = file.source.source.lines
    number = instruction.line.first_line - 2
    text = lines[number].strip() if 0 <= number < len(lines) else ""
    if not text.startswith("#") or (number > 0 and lines[number - 1].strip().startswith("#")):
        return ""
    is_directive = number == 0 and "=" in text and text[1:].partition("=")[0].strip() in ("syntax", "escape", "check")
    return "" if is_directive else text.lstrip("#").strip()
