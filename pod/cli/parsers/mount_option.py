"""`--mount type=bind,source=…,target=…`: comma-separated fields, quoted as in CSV where a value holds a comma."""

from __future__ import annotations

import os

from pod.cli.parsers import invalid
from pod.cli.parsers.labels import parse_pairs
from pod.cli.parsers.mount_flags import (
    PROPAGATIONS,
    TMPFS_FLAGS,
    TMPFS_VALUES,
    TOP_ONLY,
    VOLUME_FLAGS,
    VOLUME_VALUES,
    check_flags,
    check_target,
)
from pod.cli.parsers.mounts import check_volume_name
from pod.cli.parsers.sizes import parse_size
from pod.storage.container_records import Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TYPES = ("bind", "volume", "tmpfs", "image", "devpts", "ramfs", "glob")
_ELSEWHERE = {"cluster": "swarm's volumes need a swarm", "npipe": "named pipes are of Windows"}
_OTHER_NAMES = {
    "src": "source",
    "dst": "target",
    "destination": "target",
    "readonly": "ro",
    "readwrite": "rw",
    "volume-subpath": "subpath",
    "image-subpath": "subpath",
    "bind-no-dereference": "no-dereference",
}
_REPEATED = ("volume-opt", "volume-label")
_ON = ("", "true", "1")
_OFF = ("false", "0")
_BIND = ("bind-propagation", "bind-nonrecursive", "bind-recursive", "relabel", "consistency", "chown", "U", "idmap")
_FIELDS = {
    "bind": (*_BIND, "no-dereference"),
    "glob": _BIND,
    "volume": ("volume-nocopy", "volume-driver", "volume-opt", "volume-label", "subpath", "chown", "U", "idmap",
               "consistency"),
    "tmpfs": ("tmpfs-size", "tmpfs-mode", "chown", "U"),
    "ramfs": ("tmpfs-mode",),
    "image": ("subpath",),
    "devpts": (),
}  # fmt: skip
_WITHOUT_SOURCE = ("tmpfs", "ramfs", "devpts")


def parse_mount(text: str) -> Mount:
    """Return the mount of one --mount. Raises UsageError."""
    fields = _fields(text)
    kind = fields.pop("type", "volume")
    if kind not in _TYPES:
        reason = _ELSEWHERE.get(kind, f"there is no type {kind!r}")
        raise invalid("--mount", text, reason, hint=f"there are {', '.join(_TYPES)}")
    if "target" not in fields and kind != "glob":
        raise invalid("--mount", text, "target=… is missing")
    target = check_target("--mount", text, fields.pop("target")) if "target" in fields else ""
    source = fields.pop("source", "")
    if source and kind in _WITHOUT_SOURCE:
        raise invalid("--mount", text, f"a {kind} has no source")
    if not source and kind in ("bind", "image", "glob"):
        raise invalid("--mount", text, "source=… is missing")
    more = _own_fields(text, kind, fields)
    words = [word for key, value in fields.items() for word in _words(text, kind, key, value)]
    if kind == "volume":
        if source:
            check_volume_name("--mount", text, source)
        options = check_flags("--mount", text, words, VOLUME_FLAGS, VOLUME_VALUES)
        return Mount(kind, target, "", options, source, **more)
    if kind in ("bind", "glob"):
        options = check_flags("--mount", text, words, (*VOLUME_FLAGS, TOP_ONLY), VOLUME_VALUES)
        return Mount(kind, target, os.path.abspath(source), options, **more)
    flags, values = _VOCABULARY[kind]
    return Mount(kind, target, source, check_flags("--mount", text, words, flags, values), **more)


_VOCABULARY = {
    "tmpfs": (TMPFS_FLAGS, TMPFS_VALUES),
    "ramfs": (TMPFS_FLAGS, ("mode",)),
    "image": (("ro", "rw"), ()),
    "devpts": (("ro", "rw"), ("uid", "gid", "mode", "max")),
}


def _own_fields(text: str, kind: str, fields: dict[str, str]) -> dict[str, Any]:
    """Take out what is no option of the mount itself: which part of the volume, and how it is made."""
    more: dict[str, Any] = {}
    if "subpath" in fields and "subpath" in _FIELDS[kind]:
        more["subpath"] = fields.pop("subpath")
        if not more["subpath"]:
            raise invalid("--mount", text, "subpath has no value")
    if kind == "volume":
        if driver := fields.pop("volume-driver", ""):
            more["driver"] = driver
        for field, name in (("volume-opt", "driver_options"), ("volume-label", "volume_labels")):
            if lines := fields.pop(field, ""):
                more[name] = parse_pairs(f"--mount {field}", lines.split("\0"))
    return more


def _fields(text: str) -> dict[str, str]:
    """Return the fields; those that may be repeated with all their values, a NUL between them."""
    fields: dict[str, str] = {}
    for item in _split_csv(text):
        key, equals, value = item.partition("=")
        key = _OTHER_NAMES.get(key, key)
        if key in fields and key in _REPEATED:
            value = f"{fields[key]}\0{value}"
        elif key in fields:
            raise invalid("--mount", text, f"{key} is given twice")
        if key in ("type", "source", "target") and not value:
            raise invalid("--mount", text, f"{key} has no value")
        fields[key] = value if equals else ""
    return fields


def _split_csv(text: str) -> list[str]:
    """Split at commas outside double quotes; a doubled quote inside them is one (RFC 4180, section 2)."""
    items = [""]
    quoted = False
    position = 0
    while position < len(text):
        character = text[position]
        if character == '"' and quoted and text[position + 1 : position + 2] == '"':
            items[-1] += '"'
            position += 1
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            items.append("")
        else:
            items[-1] += character
        position += 1
    if quoted:
        raise invalid("--mount", text, "a quote is not closed")
    return items


def _words(text: str, kind: str, key: str, value: str) -> list[str]:
    """Return what a field is among the options of `-v` or of fstab."""
    if key in ("ro", "rw"):
        return [key if _switch(text, key, value) else {"ro": "rw", "rw": "ro"}[key]]
    if key in VOLUME_FLAGS and not value and key != "U":
        return [key]
    flags, values = _VOCABULARY.get(kind, ((), ()))
    if key in (*flags, *values) and key != "U":
        return [f"{key}={value}" if value else key]
    if key not in _FIELDS[kind]:
        names = ", ".join(("type", "source", "target", "ro", *_FIELDS[kind]))
        raise invalid("--mount", text, f"a {kind} mount has no {key!r}", hint=f"there are {names}")
    return _special(text, key, value)


_RECURSIVE = {"enabled": (), "disabled": ("bind",), "readonly": (), "writable": (TOP_ONLY,)}


def _special(text: str, key: str, value: str) -> list[str]:
    if key == "tmpfs-size":
        return [f"size={parse_size('--mount tmpfs-size', value)}"]
    if key == "tmpfs-mode":
        if not value or not set(value) <= set("01234567"):
            raise invalid("--mount", text, f"tmpfs-mode {value!r} is no octal number")
        return [f"mode={value}"]
    if key == "bind-propagation":
        if value not in PROPAGATIONS:
            raise invalid("--mount", text, f"bind-propagation is one of {', '.join(PROPAGATIONS)}")
        return [value]
    if key == "bind-recursive":
        if value not in _RECURSIVE:
            raise invalid("--mount", text, f"bind-recursive is one of {', '.join(_RECURSIVE)}")
        return list(_RECURSIVE[value])
    if key == "relabel":
        if value not in ("shared", "private"):
            raise invalid("--mount", text, "relabel is shared or private")
        return ["z" if value == "shared" else "Z"]
    if key == "idmap":
        return [f"idmap={value}" if value else "idmap"]
    if key == "consistency":
        return []
    if key == "no-dereference":
        raise invalid("--mount", text, "a link cannot be mounted: what it leads to is", hint=f"leave {key} away")
    word = {"bind-nonrecursive": "bind", "volume-nocopy": "nocopy", "chown": "U", "U": "U"}[key]
    return [word] if _switch(text, key, value) else []


def _switch(text: str, key: str, value: str) -> bool:
    if value not in _ON + _OFF:
        raise invalid("--mount", text, f"{key} is true or false")
    return value in _ON
