"""`--change` of import and commit: one Dockerfile instruction applied to an image's configuration.

Only instructions that set metadata make sense here. As Podman does, `KEY=value` is read as `KEY value`.
"""

from __future__ import annotations

import posixpath

from pod.errors import UsageError
from pod.linux import jsonfile
from pod.oci.durations import parse_duration
from pod.oci.image_config import Healthcheck, RunConfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_SHELL = ("/bin/sh", "-c")


def apply_changes(config: RunConfig, changes: Iterable[str]) -> RunConfig:
    """Return the configuration after the instructions. Raises UsageError that quotes the one at fault."""
    for change in changes:
        instruction, value = _split(change)
        apply = _INSTRUCTIONS.get(instruction)
        if apply is None:
            known = " ".join(sorted(_INSTRUCTIONS))
            raise UsageError(f"--change {change!r:.100}: {instruction!r:.40} cannot be changed", hint=f"known: {known}")
        if not value:
            raise UsageError(f"--change {change!r:.100}: {instruction} needs a value")
        try:
            config = apply(config, value)
        except ValueError as err:
            raise UsageError(f"--change {change!r:.100}: {err}") from None
    return config


def _split(change: str) -> tuple[str, str]:
    text = change.strip()
    end = next((at for at, character in enumerate(text) if character.isspace() or character == "="), len(text))
    return text[:end].upper(), text[end + 1 :].strip()


def split_words(text: str) -> list[str]:
    """Split at white space outside quotes; quotes and backslashes are taken off. Raises ValueError."""
    words: list[str] = []
    word: list[str] | None = None
    quote = ""
    characters = iter(text)
    for character in characters:
        if character == "\\" and quote != "'":
            escaped = next(characters, "\\")
            keep = quote == '"' and escaped not in '"\\$'
            word = [*(word or []), "\\" + escaped if keep else escaped]
        elif quote:
            if character == quote:
                quote = ""
            else:
                word = [*(word or []), character]
        elif character in "\"'":
            quote, word = character, word or []
        elif character.isspace():
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = [*(word or []), character]
    if quote:
        raise ValueError(f"the quotation mark {quote} is not closed")
    if word is not None:
        words.append("".join(word))
    return words


def _command(value: str) -> tuple[str, ...]:
    """Read the JSON form of a command, or give a line to the shell."""
    return _json_list(value) or (*_SHELL, value)


def _json_list(value: str) -> tuple[str, ...] | None:
    if not value.startswith("["):
        return None
    try:
        items = jsonfile.loads(value)
    except ValueError:
        return None
    return tuple(items) if all(isinstance(item, str) for item in items) else None


def _cmd(config: RunConfig, value: str) -> RunConfig:
    return config.replace(cmd=() if value == "[]" else _command(value))


def _entrypoint(config: RunConfig, value: str) -> RunConfig:
    return config.replace(entrypoint=() if value == "[]" else _command(value))


def _pairs(value: str) -> list[tuple[str, str]]:
    """Read `key=value …`, or the old form `key the rest`."""
    words = split_words(value)
    if words and "=" not in words[0]:
        key, _, rest = value.partition(" ")
        if not rest.strip():
            raise ValueError(f"{key} has no value")
        return [(key, rest.strip())]
    pairs = []
    for word in words:
        key, equals, text = word.partition("=")
        if not key or not equals:
            raise ValueError(f"{word!r:.60} is not KEY=VALUE")
        pairs.append((key, text))
    return pairs


def _env(config: RunConfig, value: str) -> RunConfig:
    changes = dict(_pairs(value))
    kept = [item for item in config.env if item.partition("=")[0] not in changes]
    return config.replace(env=(*kept, *(f"{key}={text}" for key, text in changes.items())))


def _label(config: RunConfig, value: str) -> RunConfig:
    return config.replace(labels={**config.labels, **dict(_pairs(value))})


def _expose(config: RunConfig, value: str) -> RunConfig:
    ports = dict(config.exposed_ports)
    for word in value.split():
        number, _, protocol = word.partition("/")
        first, _, last = number.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal() and 0 < int(first) <= int(last or first) < 65536):
            raise ValueError(f"{word!r:.40} is no port")
        if protocol.lower() not in ("", "tcp", "udp", "sctp"):
            raise ValueError(f"{word!r:.40} has no known protocol")
        for port in range(int(first), int(last or first) + 1):
            ports[f"{port}/{protocol.lower() or 'tcp'}"] = {}
    return config.replace(exposed_ports=ports)


def _volume(config: RunConfig, value: str) -> RunConfig:
    paths = _json_list(value) or split_words(value)
    return config.replace(volumes={**config.volumes, **{path: {} for path in paths}})


def _workdir(config: RunConfig, value: str) -> RunConfig:
    path = posixpath.normpath(posixpath.join(config.working_dir or "/", _word(value)))
    return config.replace(working_dir=path)


def _word(value: str) -> str:
    return " ".join(split_words(value))


def _healthcheck(config: RunConfig, value: str) -> RunConfig:
    if value.strip().upper() == "NONE":
        return config.replace(healthcheck=Healthcheck(("NONE",)))
    found: dict[str, Any] = {}
    rest = value
    while rest.startswith("--"):
        option, _, rest = rest.partition(" ")
        name, _, text = option[2:].partition("=")
        field = name.replace("-", "_")
        if field == "retries" and text.isdecimal():
            found[field] = int(text)
        elif field in ("interval", "timeout", "start_period", "start_interval"):
            found[field] = parse_duration(text)
        else:
            raise ValueError(f"{option} is no option of HEALTHCHECK")
        rest = rest.lstrip()
    word, _, command = rest.partition(" ")
    if word.upper() != "CMD" or not command.strip():
        raise ValueError("HEALTHCHECK is followed by CMD and a command, or by NONE")
    as_list = _json_list(command.strip())
    test = ("CMD", *as_list) if as_list else ("CMD-SHELL", command.strip())
    return config.replace(healthcheck=Healthcheck(test, **found))


_INSTRUCTIONS: dict[str, Callable[[RunConfig, str], RunConfig]] = {
    "CMD": _cmd,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _label,
    "ONBUILD": lambda config, value: config.replace(on_build=(*config.on_build, value)),
    "STOPSIGNAL": lambda config, value: config.replace(stop_signal=_word(value)),
    "USER": lambda config, value: config.replace(user=_word(value)),
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
