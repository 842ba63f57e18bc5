"""One segment of a stage, in a child of the build: its instructions one after the other."""

from __future__ import annotations

import _signal
import time

from pod.build.dockerfile.instructions import Instruction
from pod.build.events import Done, Failed, Started
from pod.build.schedule import Job
from pod.build.session import Session, Step
from pod.build.stages import Segment
from pod.build.state import StageState
from pod.build.steps import settings
from pod.errors import BuildError, DockerfileError, PodError, StepFailed
from pod.oci.platform import Platform
from pod.storage import leftovers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


class StageJob(Job):
    """What the child does; its result is the state after the segment."""

    def __init__(
        self,
        session: Session,
        segment: Segment,
        total: int,
        before: int | None,
        last: dict[int, int],
        needs: tuple[int, ...],
    ) -> None:
        self.needs = needs
        self._session = session
        self._segment = segment
        self._total = total  # instructions of the whole stage, FROM included
        self._before = before  # the job of the segment before this one
        self._last = last  # the job that finishes each stage that this one may read

    def work(self, tell: Callable[[Any], None]) -> StageState:
        _signal.signal(_signal.SIGINT, _signal.SIG_IGN)  # the command hears it too, and ends us in order
        stages = {number: self.results[job] for number, job in self._last.items()}
        state = self._start(stages) if self._before is None else self.results[self._before]
        try:
            for place, instruction in enumerate(self._segment.instructions, self._segment.first):
                state = self._do(state, place, instruction, stages, tell)
        except Exception:
            raise
        except BaseException:  # stopped in the middle: a layer may be there that nothing names yet
            leftovers.suspect(self._session.engine.layout)
            raise
        return state

    def _start(self, stages: Mapping[int, StageState]) -> StageState:
        stage = self._session.graph.file.stages[self._segment.stage]
        name, base = self._session.graph.base_of(stage)
        if base is not None:
            return stages[base].replace(args={}, cmd_is_own=False)
        return self._session.images[name]

    def _do(
        self,
        state: StageState,
        place: int,
        instruction: Instruction,
        stages: dict[int, StageState],
        report: Callable[[Any], None],
    ) -> StageState:
        session = self._session
        stage = session.graph.file.stages[self._segment.stage]
        name = f"{session.options.label}{stage.number}:{place}"
        use_cache = not session.options.no_cache and stage.name not in session.options.no_cache_stages
        step = Step(session, name, stages, instruction, report, use_cache, Platform.of(state.image))
        act = _act(instruction.word)
        if act is None:
            try:
                return settings.apply(state, instruction, session.escape, session.given(stage))
            except PodError as err:
                raise _located(err, instruction) from err
        label = session.options.label + (f"{stage.shown} " if len(session.graph.file.stages) > 1 else "")
        report(Started(name, f"[{label}{place + 2}/{self._total}] {instruction.shown}"))
        began = time.monotonic()
        try:
            state = act(step, state)
        except (PodError, OSError) as err:
            failure = _located(err, instruction)
            report(Failed(name, failure.message))
            raise failure from err
        report(Done(name, time.monotonic() - began))
        return state


def _located(err: PodError | OSError, instruction: Instruction) -> PodError:
    """Return an error that says where in the Dockerfile it came up."""
    if isinstance(err, (DockerfileError, StepFailed)):
        return err
    place = instruction.location
    if isinstance(err, PodError):
        return BuildError(f"{place.file}:{place.line}: {err.message}", hint=f"{place.show()}\n{err.hint}".strip("\n"))
    what = f"{err.strerror or err}: {err.filename}" if err.filename else str(err.strerror or err)
    return BuildError(f"{place.file}:{place.line}: {instruction.word}: {what}", hint=place.show())


def _act(word: str) -> Callable[[Step, StageState], StageState] | None:
    """Return what does an instruction that makes a layer; None for one that only settles something."""
    if word == "RUN":
        from pod.build.steps.run import run

        return run
    if word == "COPY":
        from pod.build.steps.copy import copy

        return copy
    if word == "ADD":
        from pod.build.steps.add import add

        return add
    if word == "WORKDIR":
        from pod.build.steps.workdir import workdir

        return workdir
    return None
