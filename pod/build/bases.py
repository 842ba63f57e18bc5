"""What stages begin with: images, looked up or pulled before anything runs, and nothing (scratch)."""

from __future__ import annotations

from pod.build.dockerfile.expand import BadSubstitution, expand
from pod.build.dockerfile.instructions import Instruction, OnBuild, Stage
from pod.build.dockerfile.location import error
from pod.build.dockerfile.parse import parse_trigger
from pod.build.state import StageState
from pod.engine import spec
from pod.engine.images import resolve
from pod.errors import PodError
from pod.oci.image_config import ImageConfig, RootFs, RunConfig
from pod.oci.platform import Platform
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.session import Session

SCRATCH = "scratch"


def resolve_all(session: Session, target: Stage) -> tuple[list[int], dict[int, tuple[Instruction, ...]]]:
    """Find the stages that the target needs and the images that these read; triggers of ONBUILD join their stage.

    Returns the stages in the order of their needs, and the instructions of each. Raises DockerfileError.
    """
    graph = session.graph
    bodies = {stage.number: stage.instructions for stage in graph.file.stages}
    looked_up: set[int] = set()
    while True:
        order = graph.needed(target, bodies)
        new = [number for number in order if number not in looked_up]
        if not new:
            return order, bodies
        for number in new:
            looked_up.add(number)
            stage = graph.file.stages[number]
            bodies[number] = (*_triggers(session, stage, bodies), *bodies[number])
            _other_images(session, bodies[number])


def _triggers(session: Session, stage: Stage, bodies: dict[int, tuple[Instruction, ...]]) -> tuple[Instruction, ...]:
    name, base = session.graph.base_of(stage)
    if base is not None:
        return tuple(one.trigger for one in bodies[base] if isinstance(one, OnBuild))
    if name not in session.images:
        session.images[name] = _base(session, stage, name)
    state = session.images[name]
    texts = state.image.config.on_build
    try:
        return tuple(parse_trigger(text) for text in texts)
    except PodError as err:
        raise error(stage.start.location, f"a trigger (ONBUILD) of {name} cannot be used: {err.message}") from err


def _base(session: Session, stage: Stage, name: str) -> StageState:
    if name == SCRATCH:
        return scratch(session.platform)
    if name.lower() in session.named:
        found = session.named[name.lower()]
        if isinstance(found, StageState):
            return found
    platform = _platform(session, stage)
    try:
        return of_image(session, name, platform)
    except PodError as err:
        place = stage.start.line.at(stage.start.offset)
        raise error(place, f"cannot get the base image {name}: {err.message}", err.hint) from err


def _platform(session: Session, stage: Stage) -> str:
    flag = stage.start.flag("platform")
    if flag is None:
        return session.options.platform
    try:
        text = expand(flag.value or "", session.arguments, session.escape)
    except BadSubstitution as err:
        raise error(flag.location, str(err)) from err
    return "" if text == str(Platform.host()) else text


def _other_images(session: Session, body: tuple[Instruction, ...]) -> None:
    """Get the images that COPY --from and RUN --mount name."""
    for instruction in body:
        for name, stage in session.graph.sources_of(instruction):
            if stage is not None or name in session.images or name.lower() in session.named:
                continue
            try:
                session.images[name] = (
                    scratch(session.platform) if name == SCRATCH else of_image(session, name, session.options.platform)
                )
            except PodError as err:
                from difflib import get_close_matches  # only for the message

                stages = [stage.name for stage in session.graph.file.stages if stage.name]
                near = get_close_matches(name.lower(), stages, n=1)
                hint = f"did you mean stage {near[0]}?" if near else err.hint
                raise error(
                    instruction.location, f"{name:.100} is neither a stage nor an image: {err.message}", hint
                ) from err


def scratch(platform: Platform) -> StageState:
    """Return what FROM scratch begins with."""
    image = ImageConfig(platform.architecture, platform.os, RootFs(), variant=platform.variant)
    return StageState(image, config=RunConfig(env=(spec.DEFAULT_PATH,)))


def of_image(session: Session, name: str, platform: str) -> StageState:
    """Return what an image begins a stage with, pulled if need be, its layers unpacked. Raises NoSuchImage."""
    engine = session.engine
    found = resolve.for_container(engine, name, session.options.images.replace(platform=platform))
    session.pins.add(found.diff_ids)
    image = ImageStore(engine.layout).get(found.id)
    config = image.config
    return StageState(
        image=config,
        layers=image.manifest.layers,
        diff_ids=image.diff_ids,
        base_layers=len(image.diff_ids),
        config=config.config.replace(on_build=()),
        history=config.history,
        created=config.created,
        author=config.author,
    )
