"""`--entrypoint` as JSON or as one word, `--restart`, `--attach`, `--pull` and other small ones of `run`."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas
from pod.storage.container_records import RestartPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_STREAMS = ("stdin", "stdout", "stderr")
_RESTART_RULE = "it is no, always, unless-stopped, or on-failure[:RETRIES]"


def parse_entrypoint(text: str | None) -> tuple[str, ...] | None:
    """Return the words of an entrypoint: a JSON list, or one word as it stands; empty text empties the image's."""
    if text is None:
        return None
    if text[:1] == "[":
        return parse_words("--entrypoint", text)
    return (text,) if text else ()


def parse_words(option: str, text: str) -> tuple[str, ...]:
    """Return the words of a command that is written as a JSON list."""
    from pod.linux import jsonfile

    try:
        words = jsonfile.loads(text)
    except ValueError as err:
        raise invalid(option, text, f"it begins like a JSON list, but {err}") from None
    if not all(isinstance(word, str) for word in words):
        raise invalid(option, text, "a JSON list of texts is expected")
    return tuple(words)


def parse_restart(text: str) -> RestartPolicy:
    """Return the restart policy."""
    name, colon, retries = text.partition(":")
    if name in ("", "no", "always", "unless-stopped") and not colon:
        return RestartPolicy(name or "no")
    if name == "on-failure" and (not colon or (retries.isascii() and retries.isdigit())):
        return RestartPolicy(name, int(retries or 0))
    raise invalid("--restart", text, _RESTART_RULE)


def parse_attach(values: Iterable[str]) -> tuple[str, ...]:
    """Return the streams of --attach, in lower case and once each."""
    streams = [stream.lower() for stream in split_commas(values)]
    for stream in streams:
        if stream not in _STREAMS:
            raise invalid("--attach", stream, "it is stdin, stdout or stderr")
    return tuple(dict.fromkeys(streams))


def parse_detach_keys(text: str | None) -> str | None:
    """Check a sequence such as `ctrl-p,ctrl-q`; empty is none, None what the container was made with."""
    if text:
        from pod.engine.terminal import DetachKeys

        DetachKeys.parse(text)
    return text
