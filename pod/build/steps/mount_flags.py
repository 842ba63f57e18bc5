"""What `RUN --mount=KEY=VALUE,…` says (https://docs.docker.com/reference/dockerfile/#run---mount)."""

from __future__ import annotations

import csv
import posixpath

from pod.record import Record

_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_KEYS = {
    "bind": ("target", "source", "from", "readonly"),
    "cache": ("target", "source", "from", "readonly", "id", "sharing", "mode", "uid", "gid"),
    "tmpfs": ("target", "size"),
    "secret": ("target", "id", "required", "mode", "uid", "gid", "env"),
    "ssh": ("target", "id", "required", "mode", "uid", "gid"),
}
_OTHER_NAMES = {"dst": "target", "destination": "target", "src": "source", "ro": "readonly"}
_IGNORED = ("z", "Z", "U", "bind-propagation", "relabel", "consistency")
_SHARING = ("shared", "private", "locked")
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30, "gb": 1 << 30}
_AGENT = "/run/buildkit/ssh_agent.0"


class StepMount(Record):
    """One --mount, understood."""

    type: str
    target: str
    source: str = "/"
    origin: str = ""  # from=
    readonly: bool = False
    id: str = ""
    sharing: str = "shared"
    mode: int = 0
    uid: int = 0
    gid: int = 0
    size: int = 0
    required: bool = False
    env: str = ""


def parse(text: str, working_dir: str, number: int = 0) -> StepMount:
    """Read one --mount. Raises ValueError."""
    values = _values(text)
    kind = values.pop("type", "bind")
    if kind not in _TYPES:
        raise ValueError(f"there is no type {kind!r:.40}: there are {', '.join(_TYPES)}")
    read_write = values.pop("rw", None) or values.pop("readwrite", None)
    for key in [key for key in values if key in _IGNORED]:
        del values[key]
    for key in values:
        if key not in _KEYS[kind]:
            raise ValueError(f"a mount of type {kind} has no {key!r:.40}: it has {', '.join(_KEYS[kind])}")
    target = values.get("target", "")
    if kind in ("bind", "cache", "tmpfs") and not target:
        raise ValueError("target= is missing")
    name = values.get("id", "")
    readonly = _boolean(values.get("readonly", str(kind == "bind" and read_write is None)), "readonly")
    sharing = values.get("sharing", "shared")
    if sharing not in _SHARING:
        raise ValueError(f"sharing={sharing:.40} does not exist: there are {', '.join(_SHARING)}")
    if kind == "secret":
        name = name or posixpath.basename(target)
        if not name:
            raise ValueError("a secret needs its id=")
        target = target or ("" if "env" in values else f"/run/secrets/{name}")
    if kind == "ssh":
        name, target = name or "default", target or _AGENT.replace("0", str(number))
    if target:
        target = posixpath.normpath(posixpath.join(working_dir, target))
    if target == "/":
        raise ValueError("target=/ is the root itself")
    modes = {"cache": 0o755, "secret": 0o400, "ssh": 0o600}
    return StepMount(
        kind,
        target,
        values.get("source", "/"),
        values.get("from", ""),
        readonly,
        name or target,
        sharing,
        _number(values["mode"], "mode", 8) if "mode" in values else modes.get(kind, 0),
        _number(values.get("uid", "0"), "uid"),
        _number(values.get("gid", "0"), "gid"),
        _size(values.get("size", "0")),
        _boolean(values.get("required", "false"), "required"),
        values.get("env", ""),
    )


def _values(text: str) -> dict[str, str]:
    try:
        items = next(csv.reader([text]), [])
    except csv.Error as err:
        raise ValueError(str(err)) from err
    values: dict[str, str] = {}
    for item in items:
        key, equals, value = item.strip().partition("=")
        key = key if key in ("z", "Z", "U") else key.lower()
        key = _OTHER_NAMES.get(key, key)
        if not equals and key not in ("readonly", "rw", "readwrite", "required", *_IGNORED):
            raise ValueError(f"{item!r:.40} is not KEY=VALUE")
        values[key] = value if equals else "true"
    return values


def _boolean(text: str, key: str) -> bool:
    if text.lower() in ("true", "1", ""):
        return True
    if text.lower() in ("false", "0"):
        return False
    raise ValueError(f"{key}={text:.40} is neither true nor false")


def _number(text: str, key: str, base: int = 10) -> int:
    try:
        value = int(text, base)
    except ValueError:
        value = -1
    if not 0 <= value < 1 << 32:
        raise ValueError(f"{key}={text:.40} is no number")
    return value


def _size(text: str) -> int:
    digits = text.rstrip("bBkKmMgG")
    unit = _UNITS.get(text[len(digits) :].lower())
    if not digits.isdecimal() or unit is None:
        raise ValueError(f"size={text:.40} is no size such as 64m")
    return int(digits) * unit
