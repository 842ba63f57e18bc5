"""Rules on FROM and on names of stages."""

from __future__ import annotations

from pod.build.dockerfile.instructions import Dockerfile, Stage
from pod.build.lint import Base, Warned
from pod.oci.platform import Platform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RESERVED = ("scratch", "context")


def check(file: Dockerfile, bases: Mapping[str, Base], wanted: Platform) -> Iterator[Warned]:
    """Yield what is unwise."""
    names: set[str] = set()
    for stage in file.stages:
        place = stage.start.location
        words = stage.start.line.text.split()
        yield from _casing(stage, words)
        yield from _platform(stage)
        base = bases.get(stage.start.image)
        if (
            base is not None
            and base.platform
            and not stage.start.flag("platform")
            and not base.platform.matches(wanted)
        ):
            message = f'Base image {stage.start.image} was pulled with platform "{base.platform}", expected "{wanted}"'
            yield Warned("InvalidBaseImagePlatform", f"{message} for current build", place)
        if stage.name in _RESERVED:
            yield Warned(
                "ReservedStageName", f'Stage name should not use the same name as reserved stage "{stage.name}"', place
            )
        if stage.name and stage.name in names:
            yield Warned(
                "DuplicateStageName", f'Duplicate stage name "{stage.name}", stage names should be unique', place
            )
        names.add(stage.name)


def _casing(stage: Stage, words: list[str]) -> Iterator[Warned]:
    if not stage.name or len(words) < 3:
        return
    place = stage.start.location
    keyword, name = words[-2], words[-1]
    if name != name.lower():
        yield Warned("StageNameCasing", f"Stage name '{name}' should be lowercase", place)
    if keyword.isupper() != words[0].isupper() or keyword.islower() != words[0].islower():
        yield Warned("FromAsCasing", f"'{keyword}' and '{words[0]}' keywords' casing do not match", place)


def _platform(stage: Stage) -> Iterator[Warned]:
    value = stage.start.value("platform")
    place = stage.start.location
    if value in ("$TARGETPLATFORM", "${TARGETPLATFORM}"):
        yield Warned(
            "RedundantTargetPlatform",
            f"Setting platform to predefined {value} in FROM is redundant as this is the default behavior",
            place,
        )
    elif value and "$" not in value:
        yield Warned(
            "FromPlatformFlagConstDisallowed",
            f'FROM --platform flag should not use constant value "{value}"',
            place,
        )
