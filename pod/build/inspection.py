"""What a Dockerfile tells without being built: its warnings, its stages, its arguments."""

from __future__ import annotations

from pod.build import lint
from pod.build.context import opening
from pod.build.dockerfile.parse import parse
from pod.build.ignore import Ignore
from pod.build.lint import Base, Warned
from pod.build.lint.descriptions import description
from pod.build.state import split_pairs
from pod.errors import PodError
from pod.oci.platform import Platform
from pod.record import Record
from pod.storage.images import ImageStore
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.context.opening import Opened
    from pod.build.dockerfile.instructions import Dockerfile
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
    bases = {"scratch": Base({}, None)}
    store = ImageStore(engine.layout)
    for stage in file.stages:
        try:
            image = store.get(stage.start.image)
        except PodError:
            continue
        bases[stage.start.image] = Base(dict(split_pairs(image.config.config.env)), image.platform)
    ignored = opened.context.ignore if opened.context is not None else Ignore()
    wanted = Platform.parse_text(options.platform) if options.platform else Platform.host()
    return lint.check(file, options.build_args, bases, ignored, wanted)


def _open(engine: Engine, options: BuildOptions) -> Opened:
    engine.enter()
    with Staging(engine.layout, "build") as place:
        return opening.open_all(engine, options, place.folder)


def targets(engine: Engine, options: BuildOptions) -> list[Target]:
    """Return the stages of a Dockerfile."""
    opened = _open(engine, options)
    file = parse(opened.text, opened.file)
    return [Target(stage.shown, stage.start.image, description(file, stage.start, stage.name)) for stage in file.stages]


def arguments(engine: Engine, options: BuildOptions) -> list[BuildArgument]:
    """Return the ARGs of a Dockerfile, each once."""
    opened = _open(engine, options)
    file = parse(opened.text, opened.file)
    found: dict[str, BuildArgument] = {}
    for instruction in (*file.arguments, *(one for stage in file.stages for one in stage.instructions)):
        if instruction.word == "ARG":
            for name, default in getattr(instruction, "pairs", ()):
                found.setdefault(name, BuildArgument(name, default or "", description(file, instruction, name)))
    return list(found.values())
