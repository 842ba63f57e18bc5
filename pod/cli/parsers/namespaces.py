"""`--pid`, `--ipc` and `--uts`: whose namespace a container lives in."""

from __future__ import annotations

from pod.cli.parsers import invalid

_WORDS = {
    "--pid": ("private", "host"),
    "--ipc": ("private", "host", "shareable", "none"),
    "--uts": ("private", "host"),
    "--cgroupns": ("private", "host"),
}


def parse_namespace(option: str, text: str) -> str:
    """Return a mode: one of the option's words, container:NAME or ns:PATH; "" is the default."""
    kind, colon, name = text.partition(":")
    if text in ("", *_WORDS[option]) or (colon and kind in ("container", "ns") and name):
        return text
    raise invalid(option, text, f"it is {', '.join(_WORDS[option])}, container:NAME or ns:PATH")
