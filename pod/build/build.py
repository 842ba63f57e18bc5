"""`build`: a Dockerfile and a context to an image."""

from __future__ import annotations

import _signal

from pod.build import bases, image, schedule
from pod.build.context import opening
from pod.build.dockerfile.expand import BadSubstitution, expand
from pod.build.dockerfile.instructions import Dockerfile
from pod.build.dockerfile.location import error
from pod.build.dockerfile.parse import parse
from pod.build.events import Display, Note
from pod.build.options import BuildOptions
from pod.build.session import Session
from pod.build.stage_job import StageJob
from pod.build.stages import Graph
from pod.errors import BuildError, UsageError
from pod.linux import workers
from pod.oci.digest import Digest
from pod.oci.platform import Platform
from pod.record import Record
from pod.storage import staging
from pod.storage.container_records import Resources
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.context.opening import Opened
    from pod.build.dockerfile.instructions import Instruction, Stage
    from pod.build.state import StageState
    from pod.engine.engine import Engine

_ENDING = (_signal.SIGINT, _signal.SIGTERM)
_PREDEFINED = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")


class Built(Record):
    """The result: the image's id, or the digest of a list of images; None where only files were asked for."""

    id: Digest | None


def build(engine: Engine, options: BuildOptions, display: Display) -> Built:
    """Build an image. Raises BuildError, DockerfileError, StepFailed, NoSuchImage, StorageError.

    Whatever stops it, nothing stays but the cached layers of steps that are done.
    """
    engine.enter()
    staging.sweep(engine.layout)
    before = [(number, _signal.signal(number, _end)) for number in _ENDING]
    try:
        if len(options.platforms) > 1:
            from pod.build import platforms

            return Built(platforms.build_each(engine, options, display, lambda one: _build(engine, one, display)))
        return Built(_build(engine, options, display))
    except BaseException as err:
        staging.clear_away(interrupted=not isinstance(err, Exception))
        raise
    finally:
        for number, handler in before:
            _signal.signal(number, handler)
        display.close()


def _build(engine: Engine, options: BuildOptions, display: Display) -> Digest | None:
    with Staging(engine.layout, "build") as place:
        opened = opening.open_all(engine, options, place.folder)
        session, target = prepare(engine, options, opened, place.folder)
        _check_limits(session)
        warnings = _check(session, opened)
        state = _run(session, target, display)
        for text in warnings:
            display.hear(Note(text))
        return _finish(session, state, display)


def _check(session: Session, opened: Opened) -> list[str]:
    """Return a line for all that is unwise in the Dockerfile. Raises BuildError where the file wants that."""
    from pod.build import inspection, lint

    file = session.graph.file
    found = inspection.check(session.engine, session.options, file, opened)
    if found and lint.settings_of(file, session.options.build_args).error:
        first = found[0]
        raise BuildError(
            f"{first.location.file}:{first.location.line}: {first.rule}: {first.message}",
            hint="the Dockerfile says that checks are to fail the build (# check=error=true)",
        )
    lines = [f"{one.location.file}:{one.location.line}: {one.rule}: {one.message}" for one in found]
    return [*lines, f"{len(found)} warning{'s' * (len(found) > 1)} found (use --check to expand)"] if found else []


def _check_limits(session: Session) -> None:
    """See that what RUN is limited to can be kept. Raises KernelRefused."""
    options = session.options.step
    if options.cgroup_parent or options.resources != Resources():
        from pod.build.steps.run import plain_record
        from pod.engine import limits

        limits.check(session.engine, plain_record(options))


def _end(_number: int, _frame: object) -> None:
    for number in _ENDING:  # whoever presses ctrl-c twice does not want half of this
        _signal.signal(number, _signal.SIG_IGN)
    raise KeyboardInterrupt  # children are ended and folders removed on the way out


def prepare(engine: Engine, options: BuildOptions, opened: Opened, folder: str) -> tuple[Session, Stage]:
    """Parse the Dockerfile and find the stage to build; `folder` is the build's own.

    Raises DockerfileError, BuildError.
    """
    file = parse(opened.text, opened.file)
    platform = Platform.parse_text(options.platform) if options.platform else Platform.host()
    arguments = _arguments(file, options, platform)
    graph = Graph(file, arguments, options.contexts)
    if options.from_image:
        graph = Graph(_with_first_base(file, options.from_image), arguments, options.contexts)
    target = graph.target(options.target)
    session = Session(engine, options, graph, opened.context, platform, folder)
    session.arguments = {**arguments, "TARGETSTAGE": options.target or "default"}
    _open_named(session, opened)
    return session, target


def _with_first_base(file: Dockerfile, name: str) -> Dockerfile:
    first = file.stages[0]
    return file.replace(stages=(first.replace(start=first.start.replace(image=name)), *file.stages[1:]))


def _arguments(file: Dockerfile, options: BuildOptions, platform: Platform) -> dict[str, str]:
    """Return the values of the ARGs before the first FROM, and of those that are always there."""
    host = Platform.host()
    values = {
        "TARGETPLATFORM": str(platform),
        "TARGETOS": platform.os,
        "TARGETARCH": platform.architecture,
        "TARGETVARIANT": platform.variant,
        "BUILDPLATFORM": str(host),
        "BUILDOS": host.os,
        "BUILDARCH": host.architecture,
        "BUILDVARIANT": host.variant,
    }
    for instruction in file.arguments:
        for name, default in instruction.pairs:
            try:
                value = expand(default, values, file.escape) if default is not None else None
            except BadSubstitution as err:
                raise error(instruction.location, str(err)) from err
            if name in options.build_args:
                values[name] = options.build_args[name]
            elif value is not None:
                values[name] = value
    return values


def _open_named(session: Session, opened: Opened) -> None:
    """Open the contexts that --build-context names."""
    session.named.update(opened.named)
    for name, where in session.options.contexts.items():
        if where.startswith(opening.IMAGES):
            session.named[name.lower()] = bases.of_image(session, _image_name(where), session.options.platform)


def _image_name(where: str) -> str:
    """Return what the engine calls the image of a --build-context."""
    kind, _, name = where.partition("://")
    return f"oci:{name}" if kind == "oci-layout" else name


def _run(session: Session, target: Stage, display: Display) -> StageState:
    """Run every stage that the target needs, side by side where they can; return the target's state."""
    order, bodies = bases.resolve_all(session, target)
    if session.options.cache_from:
        from pod.build import shared_cache

        shared_cache.fetch(session, display)
    jobs = _jobs(session, order, bodies)
    results: list[StageState] = schedule.run(jobs, session.options.jobs or workers.cores(), display.hear, display.tick)
    for text in _unused(session, bodies):
        display.hear(Note(text))
    if session.options.cache_to:
        from pod.build import shared_cache

        shared_cache.send(session, results, display)
    return results[-1]


def _jobs(session: Session, order: list[int], bodies: dict[int, tuple[Instruction, ...]]) -> list[StageJob]:
    """Return a job for each segment of the needed stages; those of the target come last."""
    jobs: list[StageJob] = []
    last: dict[int, int] = {}
    pending = {number: session.graph.segments(session.graph.file.stages[number], bodies[number]) for number in order}
    for number in order:
        before: int | None = None
        for segment in pending[number]:
            needs = [last[stage] for stage in segment.needs] + ([] if before is None else [before])
            jobs.append(StageJob(session, segment, len(bodies[number]) + 1, before, dict(last), tuple(needs)))
            before = len(jobs) - 1
        assert before is not None
        last[number] = before
    return jobs


def _unused(session: Session, bodies: dict[int, tuple[Instruction, ...]]) -> list[str]:
    """Return the warning that Docker gives for values of --build-arg that no ARG takes."""
    declared = {name for one in session.graph.file.arguments for name, _ in one.pairs}
    for stage in session.graph.file.stages:
        for one in bodies.get(stage.number, stage.instructions):
            if one.word == "ARG":
                declared |= {name for name, _ in getattr(one, "pairs", ())}
    known = {*declared, *_PREDEFINED, *map(str.lower, _PREDEFINED), "SOURCE_DATE_EPOCH"}
    unused = [name for name in session.options.build_args if name not in known and not name.startswith("BUILDKIT_")]
    return [f"Warning: one or more build args were not consumed: {', '.join(unused)}"] if unused else []


def _finish(session: Session, state: StageState, display: Display) -> Digest | None:
    """Store the image, or write the files that were asked for in place of it."""
    outputs = session.options.outputs
    for output in outputs:
        if output.is_files:
            from pod.build import export

            export.write_files(session, state, output)
    if outputs and all(output.is_files or output.type == "cacheonly" for output in outputs):
        return None
    image_id = image.store(session, state)
    for output in outputs:
        if output.is_archive:
            from pod.build import export

            export.write_archive(session, image_id, output)
    if session.options.push or any(output.type == "registry" for output in outputs):
        _push(session, image_id, display)
    if session.options.manifest:
        from pod.build import platforms

        platforms.add_to_list(session.engine, session.options.manifest, [image_id])
    return image_id


def _push(session: Session, image_id: Digest, display: Display) -> None:
    from pod.engine.images import pull, push

    access = pull.registry_options(session.options.images)
    if not session.options.image.names:
        raise UsageError("an image to be pushed needs a name", hint="give it one: -t REGISTRY/NAME")
    for name in session.options.image.names:
        display.hear(Note(f"pushing {name}"))
        push.push(session.engine, image_id.hex, name, access)
