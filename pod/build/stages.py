"""The graph of stages: which are needed, what waits for what, and what is wrong with it. Pure.

A stage is cut into segments in front of instructions that read another stage, so that what comes before need not wait
for it: `COPY --from=build` at the end of a long stage lets the two run side by side.
"""

from __future__ import annotations

from pod.build.dockerfile import words
from pod.build.dockerfile.expand import BadSubstitution, expand
from pod.build.dockerfile.instructions import Command, Dockerfile, Instruction, OnBuild, Stage, Transfer
from pod.build.dockerfile.location import error
from pod.errors import BuildError
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Segment(Record):
    """Some instructions of a stage, one after the other: `first` is the place of the first one among them."""

    stage: int
    first: int
    instructions: tuple[Instruction, ...]
    needs: tuple[int, ...]  # stages that have to be finished before


class Graph:
    """The stages of a file, and what each reads of the others."""

    def __init__(self, file: Dockerfile, variables: Mapping[str, str], contexts: Iterable[str] = ()) -> None:
        self.file = file
        self.variables = variables
        self._contexts = frozenset(name.lower() for name in contexts)

    def base_of(self, stage: Stage) -> tuple[str, int | None]:
        """Return what FROM names: an image, or an earlier stage by its number. Raises DockerfileError."""
        try:
            name = expand(stage.start.image, self.variables, self.file.escape)
        except BadSubstitution as err:
            raise error(stage.start.line.at(stage.start.offset + err.offset), str(err)) from err
        if not name:
            raise error(
                stage.start.line.at(stage.start.offset),
                f"the name of the base image is empty: {stage.start.image} has no value",
                "give the ARG a default, or a value with --build-arg",
            )
        if name.lower() not in self._contexts:
            for earlier in reversed(self.file.stages[: stage.number]):
                if earlier.name == name.lower():
                    return name, earlier.number
            self._check_later(stage, name)
        return name, None

    def _check_later(self, stage: Stage, name: str) -> None:
        later = next((other for other in self.file.stages[stage.number :] if other.name == name.lower()), None)
        if later is None or "/" in name or ":" in name:
            return
        if later is stage:
            return  # FROM debian AS debian: an image that a stage is named after
        raise error(
            stage.start.line.at(stage.start.offset),
            f"stage {name} begins later, in line {later.start.location.line}: FROM names an image or an earlier stage",
        )

    def target(self, name: str) -> Stage:
        """Return the stage to build: the last one, or that of a name or number. Raises BuildError."""
        if not name:
            return self.file.stages[-1]
        found = self.find(name)
        if found is None:
            from difflib import get_close_matches  # only for the message

            names = [stage.name for stage in self.file.stages if stage.name]
            near = get_close_matches(name.lower(), names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the stages are: {', '.join(names) or '0 (it has no name)'}"
            raise BuildError(f"there is no stage {name!r:.60} in {self.file.source.source.file}", hint=hint)
        return self.file.stages[found]

    def find(self, name: str) -> int | None:
        """Return the number of a stage, the last of that name, or by its number."""
        for stage in reversed(self.file.stages):
            if stage.name and stage.name == name.lower():
                return stage.number
        if name.isdecimal() and len(name) < 6 and int(name) < len(self.file.stages):
            return int(name)
        return None

    def sources_of(self, instruction: Instruction) -> list[tuple[str, int | None]]:
        """Return what an instruction reads from elsewhere: names, with the stage's number where it is one."""
        if isinstance(instruction, OnBuild):
            return []
        names = []
        if isinstance(instruction, Transfer) and (flag := instruction.value("from")):
            names.append(flag)
        if isinstance(instruction, Command) and instruction.word == "RUN":
            names += filter(None, map(mount_source, instruction.values("mount")))
        return [self._source(instruction, name) for name in names]

    def _source(self, instruction: Instruction, text: str) -> tuple[str, int | None]:
        try:
            name = expand(text, self.variables, self.file.escape)
        except BadSubstitution as err:
            raise error(instruction.location, str(err)) from err
        return name, None if name.lower() in self._contexts else self.find(name)

    def needed(self, target: Stage, bodies: Mapping[int, tuple[Instruction, ...]]) -> list[int]:
        """Return the stages that the target needs, each after those that it needs. Raises DockerfileError for a cycle.

        `bodies` are the instructions of each stage, with the triggers of its base in front.
        """
        order: list[int] = []
        self._visit(target.number, bodies, order, [])
        return order

    def _visit(
        self, number: int, bodies: Mapping[int, tuple[Instruction, ...]], order: list[int], path: list[int]
    ) -> None:
        if number in order:
            return
        stages = self.file.stages
        if number in path:
            names = [stages[step].shown for step in [*path[path.index(number) :], number]]
            raise error(
                stages[number].start.location,
                f"stages need each other: {' → '.join(names)}",
                "cut one of the COPY --from",
            )
        path.append(number)
        _name, base = self.base_of(stages[number])
        if base is not None:
            self._visit(base, bodies, order, path)
        for instruction in bodies[number]:
            for _source, needed in self.sources_of(instruction):
                if needed is not None:
                    self._visit(needed, bodies, order, path)
        path.pop()
        order.append(number)

    def segments(self, stage: Stage, body: tuple[Instruction, ...]) -> list[Segment]:
        """Cut a stage where it begins to read another one."""
        _name, base = self.base_of(stage)
        known = {base} if base is not None else set()
        cuts: list[tuple[int, tuple[int, ...]]] = [(0, tuple(known))]
        for place, instruction in enumerate(body):
            new = {needed for _source, needed in self.sources_of(instruction) if needed is not None} - known
            if new:
                known |= new
                if place == 0 and base is None:
                    cuts = [(0, tuple(sorted(new)))]
                else:
                    cuts.append((place, tuple(sorted(new))))
        ends = [place for place, _needs in cuts[1:]] + [len(body)]
        return [
            Segment(stage.number, place, body[place:end], needs) for (place, needs), end in zip(cuts, ends, strict=True)
        ]


def mount_source(text: str) -> str:
    """Return the `from` of a RUN --mount, "" where it has none."""
    for part in text.split(","):
        key, _, value = part.partition("=")
        if key.strip().lower() == "from":
            return words.unquote(value, "\\")
    return ""
