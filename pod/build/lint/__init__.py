"""What is unwise in a Dockerfile: BuildKit's rules by BuildKit's names (https://docs.docker.com/reference/build-checks/).

`check` goes over a parsed file; a rule is a generator of warnings in `stages`, `instructions` or `variables`.
"""

from __future__ import annotations

from pod.build.dockerfile.instructions import Dockerfile
from pod.build.dockerfile.location import Location
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pod.build.ignore import Ignore

_PAGE = "https://docs.docker.com/go/dockerfile/rule/"


class Warned(Record):
    """One warning: the rule, what is wrong, and where."""

    rule: str
    message: str
    location: Location

    @property
    def page(self) -> str:
        """The address of the rule's description."""
        slug = "".join(f"-{char.lower()}" if char.isupper() else char for char in self.rule).lstrip("-")
        return f"{_PAGE}{slug.replace('j-s-o-n', 'json').replace('a-r-g', 'arg')}/"


class Settings(Record):
    """What `# check=` (or the argument BUILDKIT_DOCKERFILE_CHECK) says."""

    skip: frozenset[str] = frozenset()
    skip_all: bool = False
    error: bool = False


def settings_of(file: Dockerfile, build_args: Mapping[str, str]) -> Settings:
    """Read skip=RULE,…;error=true."""
    text = build_args.get("BUILDKIT_DOCKERFILE_CHECK", file.source.directives.get("check", ""))
    skip: set[str] = set()
    failing = False
    for part in text.split(";"):
        key, _, value = part.strip().partition("=")
        if key.strip() == "skip":
            skip |= {name.strip() for name in value.split(",")}
        elif key.strip() == "error":
            failing = value.strip().lower() in ("true", "1")
    return Settings(frozenset(skip), "all" in skip, failing)


def check(
    file: Dockerfile, build_args: Mapping[str, str], environments: Mapping[str, Mapping[str, str]], ignored: Ignore
) -> list[Warned]:
    """Return the warnings for a file, by line.

    `environments` gives the variables of the base images that are known, by the names that FROM has; of others
    nothing is said of variables that may come from them. `ignored` hides files of the context.
    """
    from pod.build.lint import instructions, stages, variables

    settings = settings_of(file, build_args)
    if settings.skip_all:
        return []
    found = [
        *stages.check(file),
        *instructions.check(file, ignored),
        *variables.check(file, build_args, environments),
    ]
    return sorted(_kept(found, settings), key=lambda warned: (warned.location.line, warned.rule))


def _kept(found: list[Warned], settings: Settings) -> Iterator[Warned]:
    seen = set()
    for warned in found:
        identity = (warned.rule, warned.location.line, warned.message)
        if warned.rule not in settings.skip and identity not in seen:
            seen.add(identity)
            yield warned
