"""What every step of one build knows: made by the command, inherited by its children."""

from __future__ import annotations

import time

from pod.build.events import Cached
from pod.build.options import BuildOptions
from pod.linux import times
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.image_config import History
from pod.oci.manifest import Descriptor
from pod.oci.platform import Platform
from pod.record import Record
from pod.storage.build_cache import VERSION, BuildCache, CachedStep
from pod.storage.layers import LayerStore
from pod.storage.pins import Pins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.build.context import Context
    from pod.build.dockerfile.instructions import Instruction, Stage
    from pod.build.stages import Graph
    from pod.build.state import StageState
    from pod.build.step_root import StepRoot
    from pod.engine.engine import Engine


class Session:
    """One build."""

    def __init__(
        self,
        engine: Engine,
        options: BuildOptions,
        graph: Graph,
        context: Context | None,
        platform: Platform,
        folder: str,
    ) -> None:
        self.engine = engine
        self.options = options
        self.graph = graph
        self.context = context
        self.platform = platform
        self.named: dict[str, Any] = {}  # contexts by name: a Context, or the StageState of an image
        self.images: dict[str, StageState] = {}  # by the name that COPY --from or FROM uses
        self.arguments: dict[str, str] = {}  # the ARGs before the first FROM, and those that there are without asking
        self.cache = BuildCache(engine.layout)
        self.layers = LayerStore(engine.layout)
        self.pins = Pins(folder)

    @property
    def escape(self) -> str:
        return self.graph.file.escape

    @property
    def timestamp(self) -> int | None:
        return self.options.image.timestamp

    def given(self, stage: Stage) -> dict[str, str]:
        """Return what an ARG without a default finds in a stage."""
        return {**self.arguments, "TARGETSTAGE": stage.shown, **self.options.build_args}

    def created(self) -> str:
        """Return the time of a step that is done now."""
        return times.now() if self.timestamp is None else times.from_ns(self.timestamp * 1_000_000_000)


class Step(Record):
    """One instruction at work: what its functions are handed."""

    session: Session
    name: str  # as events call it
    stages: dict[int, StageState]  # finished ones that it may read
    instruction: Instruction
    report: Callable[[Any], None]
    use_cache: bool
    platform: Platform  # of the stage, whose base may be for another one than the image

    def source(self, name: str) -> Context | StageState:
        """Return what `from=NAME` means: a named context, a stage, or an image."""
        session = self.session
        if name.lower() in session.named:
            found: Context | StageState = session.named[name.lower()]
            return found
        number = session.graph.find(name)
        return session.images[name] if number is None else self.stages[number]

    def was_cached(self) -> None:
        """Tell that there was nothing to do."""
        self.report(Cached(self.name))


def cache_key(step: Step, kind: str, seen: dict[str, Any]) -> str:
    """Return the key of a step: a digest of all that its result depends on."""
    from pod.linux import jsonfile

    document = {
        "version": VERSION,
        "kind": kind,
        "platform": str(step.platform),
        "timestamp": step.session.timestamp,
        **seen,
    }
    return Digest.of(jsonfile.dumps(document)).hex


def recall(step: Step, key: str) -> CachedStep | None:
    """Return what a former build made of the same, if it may be used and is still there."""
    if not step.use_cache:
        return None
    known = step.session.cache.get(key)
    ttl = step.session.options.cache_ttl
    if known is not None and ttl is not None and times.to_ns(known.created) <= time.time_ns() - ttl:
        return None
    if known is not None and known.layer:
        diff_id = Digest.parse(known.layer)
        step.session.pins.add((diff_id,))
        return known if step.session.layers.has(diff_id) else None
    return known


def keep(step: Step, root: StepRoot, keys: tuple[str, ...], *, changed: bool = True) -> CachedStep:
    """Make a layer of what a step changed and remember it."""
    session = step.session
    diff_id = str(root.adopt(session.timestamp, session.pins).diff_id) if changed else ""
    made = CachedStep(VERSION, session.created(), diff_id, step.instruction.shown[:500])
    for key in keys:
        session.cache.put(key, made)
    return made


def with_layer(step: Step, state: StageState, made: CachedStep, text: str) -> StageState:
    """Return the state with a step's layer on top, if it has one, and its line of history."""
    if not made.layer:
        line = History(created=made.created, created_by=text, comment="pod", empty_layer=True)
        return state.replace(history=(*state.history, line))
    diff_id = Digest.parse(made.layer)
    size = step.session.layers.get(diff_id).archive_size
    return state.replace(
        layers=(*state.layers, Descriptor(media_types.OCI_LAYER, diff_id, size)),
        diff_ids=(*state.diff_ids, diff_id),
        history=(*state.history, History(created=made.created, created_by=text, comment="pod")),
        created=made.created,
    )
