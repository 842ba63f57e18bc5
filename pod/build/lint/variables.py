"""Rules on variables: used and never defined, in FROM and elsewhere."""

from __future__ import annotations

from pod.build.dockerfile.expand import BadSubstitution, expand
from pod.build.dockerfile.instructions import Dockerfile, Instruction, Pairs, Stage, Transfer, Word, Words
from pod.build.lint import Warned
from pod.errors import InvalidReference
from pod.oci.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

_PLATFORM = tuple(f"{side}{what}" for side in ("TARGET", "BUILD") for what in ("PLATFORM", "OS", "ARCH", "VARIANT"))
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")


def check(
    file: Dockerfile, build_args: Mapping[str, str], environments: Mapping[str, Mapping[str, str]]
) -> Iterator[Warned]:
    """Yield what is unwise."""
    known = dict.fromkeys((*_PLATFORM, "TARGETSTAGE"), "x")
    for instruction in file.arguments:
        for name, default in instruction.pairs:
            known[name] = build_args.get(name, default or "")
    stages: dict[str, dict[str, str] | None] = {}
    for stage in file.stages:
        yield from _from(file, stage, known)
        stages[stage.name or str(stage.number)] = yield from _stage(file, stage, stages, environments, known)


def _from(file: Dockerfile, stage: Stage, known: Mapping[str, str]) -> Iterator[Warned]:
    missing: list[str] = []
    try:
        image = expand(stage.start.image, known, file.escape, missing.append)
        expand(stage.start.value("platform"), known, file.escape, missing.append)
    except BadSubstitution:
        return
    for name in missing:
        message = f"FROM argument '{name}' is not declared{_meant(name, known)}"
        yield Warned("UndefinedArgInFrom", message, stage.start.location)
    if "$" in stage.start.image and not missing:
        try:
            Reference.parse(image)
        except InvalidReference:
            message = f"Default value for ARG {stage.start.image} results in empty or invalid base image name"
            yield Warned("InvalidDefaultArgInFrom", message, stage.start.location)


def _meant(name: str, known: Mapping[str, str]) -> str:
    from difflib import get_close_matches  # only for the message

    near = get_close_matches(name, known, n=1, cutoff=0.8)
    return f" (did you mean {near[0]}?)" if near else ""


def _stage(
    file: Dockerfile,
    stage: Stage,
    stages: Mapping[str, dict[str, str] | None],
    environments: Mapping[str, Mapping[str, str]],
    globals_: Mapping[str, str],
) -> Generator[Warned, None, dict[str, str] | None]:
    """Check the instructions of a stage; return its environment, None where that of its base is not known."""
    try:
        base = expand(stage.start.image, globals_, file.escape)
    except BadSubstitution:
        return None
    start = stages[base.lower()] if base.lower() in stages else environments.get(base)
    values: dict[str, str] | None = None if start is None else {**start}
    defined = {**dict.fromkeys(_PROXIES, ""), **dict.fromkeys(map(str.lower, _PROXIES), ""), **(values or {})}
    for instruction in stage.instructions:
        if values is not None:
            yield from _used(file, instruction, defined)
        if isinstance(instruction, Pairs) and instruction.word in ("ARG", "ENV"):
            defined |= {name: value or globals_.get(name, "") for name, value in instruction.pairs}
            if instruction.word == "ENV" and values is not None:
                values |= {name: value or "" for name, value in instruction.pairs}
    return values


def _used(file: Dockerfile, instruction: Instruction, defined: Mapping[str, str]) -> Iterator[Warned]:
    missing: list[str] = []
    for text in _texts(instruction):
        try:
            expand(text, defined, file.escape, missing.append)
        except BadSubstitution:
            continue
    for name in dict.fromkeys(missing):
        yield Warned(
            "UndefinedVar", f"Usage of undefined variable '${name}'{_meant(name, defined)}", instruction.location
        )


def _texts(instruction: Instruction) -> list[str]:
    """Return the parts of an instruction in which variables count."""
    if isinstance(instruction, Pairs):
        return [value for _name, value in instruction.pairs if value is not None]
    if isinstance(instruction, Words):
        return list(instruction.words)
    if isinstance(instruction, Transfer):
        return [*(source for source in instruction.sources if isinstance(source, str)), instruction.target]
    if isinstance(instruction, Word) and instruction.word != "MAINTAINER":
        return [instruction.text]
    return []
