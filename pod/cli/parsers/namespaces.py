"""`--pid`, `--ipc`, `--uts` and `--network`: whose namespace a container lives in."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = {
    "--pid": ("private", "host"),
    "--ipc": ("private", "host", "shareable", "none"),
    "--uts": ("private", "host"),
}


def parse_namespace(option: str, text: str) -> str:
    """Return a mode: one of the option's words, container:NAME or ns:PATH; "" is the default."""
    kind, colon, name = text.partition(":")
    if text in ("", *_WORDS[option]) or (colon and kind in ("container", "ns") and name):
        return text
    raise invalid(option, text, f"it is {', '.join(_WORDS[option])}, container:NAME or ns:PATH")


def parse_network(values: Sequence[str]) -> str:
    """Return the network mode; "" is the default one."""
    if len(values) > 1:
        raise UsageError(
            f"a container can join one network, not {len(values)}: {', '.join(values)}",
            hint="give --network once",
        )
    mode = values[0] if values else ""
    kind, colon, name = mode.partition(":")
    if kind in ("container", "ns") and not (colon and name):
        raise invalid("--network", mode, f"it is written {kind}:{'NAME' if kind == 'container' else 'PATH'}")
    return "" if mode == "default" else mode
