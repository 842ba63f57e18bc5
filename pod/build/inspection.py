"""What a Dockerfile tells without being built: its warnings, its stages, its arguments."""

from __future__ import annotations

from pod.build import lint
from pod.build.context import opening
from pod.build.dockerfile.parse import parse
from pod.build.ignore import Ignore
from pod.build.lint import Warned
from pod.build.state import split_pairs
from pod.errors import PodError
from pod.record import Record
from pod.storage.images import ImageStore
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.context.opening import Opened
    from pod.build.dockerfile.instructions import Dockerfile, Instruction
    from pod.build.options import BuildOptions
    from pod.engine.engine import Engine


class Warnings(Record):
    """The warnings for a file, and its lines to show them."""

    warnings: tuple[Warned, ...]
    lines: tuple[str, ...]


class Target(Record):
    """A stage that can be built."""

    name: str
    base: str
    description: str


class BuildArgument(Record):
    """An ARG that --build-arg can set."""

    name: str
    default: str
    description: str


def warnings(engine: Engine, options: BuildOptions) -> Warnings:
    """Check a Dockerfile. Raises DockerfileError where it is no such at all."""
    opened = _open(engine, options)
    file = parse(opened.text, opened.file)
    return Warnings(tuple(check(engine, options, file, opened)), file.source.source.lines)


def check(engine: Engine, options: BuildOptions, file: Dockerfile, opened: Opened) -> list[Warned]:
    """Return the warnings for a parsed file; base images are looked at where the store has them."""
    environments: dict[str, dict[str, str]] = {"scratch": {}}
    store = ImageStore(engine.layout)
    for stage in file.stages:
        try:
            environments[stage.start.image] = dict(split_pairs(store.get(stage.start.image).config.config.env))
        except PodError:
            continue
    ignored = opened.context.ignore if opened.context is not None else Ignore()
    return lint.check(file, options.build_args, environments, ignored)


def _open(engine: Engine, options: BuildOptions) -> Opened:
    engine.enter()
    with Staging(engine.layout, "build") as place:
        return opening.open_all(engine, options, place.folder)


def targets(engine: Engine, options: BuildOptions) -> list[Target]:
    """Return the stages of a Dockerfile."""
    opened = _open(engine, options)
    file = parse(opened.text, opened.file)
    return [Target(stage.shown, stage.start.image, _comment(file, stage.start)) for stage in file.stages]


def arguments(engine: Engine, options: BuildOptions) -> list[BuildArgument]:
    """Return the ARGs of a Dockerfile, each once."""
    opened = _open(engine, options)
    file = parse(opened.text, opened.file)
    found: dict[str, BuildArgument] = {}
    for instruction in (*file.arguments, *(one for stage in file.stages for one in stage.instructions)):
        if instruction.word == "ARG":
            for name, default in getattr(instruction, "pairs", ()):
                found.setdefault(name, BuildArgument(name, default or "", _comment(file, instruction)))
    return list(found.values())


def _comment(file: Dockerfile, instruction: Instruction) -> str:
    """Return what the comment in the line above says of a stage or an ARG."""
    line = instruction.line.first_line - 2
    lines = file.source.source.lines
    text = lines[line].strip() if 0 <= line < len(lines) else ""
    return text.lstrip("# ") if text.startswith("#") else ""
