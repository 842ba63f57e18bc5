"""What is unwise in a Dockerfile: BuildKit's rules by BuildKit's names (https://docs.docker.com/reference/build-checks/).

`check` goes over a parsed file; a rule is a generator of warnings in `stages`, `instructions` or `variables`.
"""

from __future__ import annotations

from pod.build.dockerfile.instructions import Dockerfile
from pod.build.dockerfile.location import Location
from pod.oci.platform import Platform
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pod.build.ignore import Ignore

_HOST = Platform.host()
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


class Base(Record):
    """What is known of a base image: its variables, and the platform it is for (None: any)."""

    environment: dict[str, str]
    platform: Platform | None


class Settings(Record):
    """What `# check=` (or the argument BUILDKIT_DOCKERFILE_CHECK) says."""

    skip: frozenset[str] = frozenset()
    skip_all: bool = False
    error: bool = False
    experimental: frozenset[str] = frozenset()  # rules to be applied that are not by themselves; "all"


def settings_of(file: Dockerfile, build_args: Mapping[str, str]) -> Settings:
    """Read skip=RULE,…;error=true."""
    text = build_args.get("BUILDKIT_DOCKERFILE_CHECK", file.source.directives.get("check", ""))
    skip: set[str] = set()
    experimental: set[str] = set()
    failing = False
    for part in text.split(";"):
        key, _, value = part.strip().partition("=")
        if key.strip() == "skip":
            skip |= {name.strip() for name in value.split(",")}
        elif key.strip() == "experimental":
            experimental |= {name.strip() for name in value.split(",")}
        elif key.strip() == "error":
            failing = value.strip().lower() in ("true", "1")
    return Settings(frozenset(skip), "all" in skip, failing, frozenset(experimental))


def check(
    file: Dockerfile,
    build_args: Mapping[str, str],
    bases: Mapping[str, Base],
    ignored: Ignore,
    wanted: Platform = _HOST,
) -> list[Warned]:
    """Return the warnings for a file, by line.

    `bases` has the base images that are known, by the names that FROM has; of others nothing is said of variables that
    may come from them. `ignored` hides files of the context; `wanted` is the platform that is built for.
    """
    from pod.build.lint import descriptions, instructions, stages, variables

    settings = settings_of(file, build_args)
    if settings.skip_all:
        return []
    found = [
        *stages.check(file, bases, wanted),
        *instructions.check(file, ignored),
        *variables.check(file, build_args, {name: base.environment for name, base in bases.items()}),
    ]
    if settings.experimental & {"all", "InvalidDefinitionDescription"}:
        found += descriptions.check(file)
    return sorted(_kept(found, settings), key=lambda warned: (warned.location.line, warned.rule))


def _kept(found: list[Warned], settings: Settings) -> Iterator[Warned]:
    seen = set()
    for warned in found:
        identity = (warned.rule, warned.location.line, warned.message)
        if warned.rule not in settings.skip and identity not in seen:
            seen.add(identity)
            yield warned
