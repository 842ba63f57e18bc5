"""`--ulimit NAME=SOFT[:HARD]` (go-units, ParseUlimit), and `--ulimit host` as Podman has it."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas
from pod.storage.container_records import Ulimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = (
    *("as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice"),
    *("nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"),
)


def parse_ulimits(values: Iterable[str]) -> tuple[Ulimit, ...]:
    """Return the limits; the last of a name wins."""
    limits: dict[str, Ulimit] = {}
    for text in split_commas(values):
        found = _of_host() if text == "host" else [_parse(text)]
        limits.update({limit.name: limit for limit in found})
    return tuple(limits.values())


def _parse(text: str) -> Ulimit:
    name, equals, value = text.partition("=")
    name = name.lower().removeprefix("rlimit_")
    if not equals:
        raise invalid("--ulimit", text, "it is written NAME=SOFT[:HARD]")
    if name not in NAMES:
        raise invalid("--ulimit", text, f"no limit is called {name}", hint=f"there are {', '.join(NAMES)}")
    soft_text, colon, hard_text = value.partition(":")
    soft = _number(text, soft_text)
    hard = _number(text, hard_text) if colon else soft
    if hard != -1 and (soft > hard or soft == -1):
        raise invalid("--ulimit", text, "the soft limit is above the hard one")
    return Ulimit(name, soft, hard)


def _number(text: str, number: str) -> int:
    if number in ("-1", "unlimited"):
        return -1
    if not (number.isascii() and number.isdigit()):
        raise invalid("--ulimit", text, f"{number!r} is no whole number; -1 is unlimited")
    return int(number)


def _of_host() -> list[Ulimit]:
    """Return the limits of pod's own process."""
    import resource

    found = []
    for name in NAMES:
        number = getattr(resource, f"RLIMIT_{name.upper()}", None)
        if number is not None:
            soft, hard = resource.getrlimit(number)
            found.append(Ulimit(name, soft, hard))
    return found
