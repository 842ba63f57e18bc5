"""`--mount type=bind,source=…,target=…`: comma-separated fields, quoted as in CSV where a value holds a comma."""

from __future__ import annotations

import os

from pod.cli.parsers import invalid
from pod.cli.parsers.mount_flags import (
    PROPAGATIONS,
    TMPFS_FLAGS,
    TMPFS_VALUES,
    VOLUME_FLAGS,
    VOLUME_VALUES,
    check_flags,
    check_target,
)
from pod.cli.parsers.mounts import check_volume_name
from pod.cli.parsers.sizes import parse_size
from pod.storage.container_records import Mount

_TYPES = ("bind", "volume", "tmpfs")
_OTHER_NAMES = {"src": "source", "dst": "target", "destination": "target", "readonly": "ro"}
_ON = ("", "true", "1")
_OFF = ("false", "0")
_FIELDS = {
    "bind": ("bind-propagation", "bind-nonrecursive", "bind-recursive", "relabel", "consistency", "chown", "U"),
    "volume": ("volume-nocopy", "chown", "U", "idmap"),
    "tmpfs": ("tmpfs-size", "tmpfs-mode", "chown", "U"),
}


def parse_mount(text: str) -> Mount:
    """Return the mount of one --mount. Raises UsageError."""
    fields = _fields(text)
    kind = fields.pop("type", "volume")
    if kind not in _TYPES:
        raise invalid("--mount", text, f"there is no type {kind!r}", hint=f"there are {', '.join(_TYPES)}")
    if "target" not in fields:
        raise invalid("--mount", text, "target=… is missing")
    target = check_target("--mount", text, fields.pop("target"))
    source = fields.pop("source", "")
    words = [word for key, value in fields.items() for word in _words(text, kind, key, value)]
    if kind == "tmpfs":
        if source:
            raise invalid("--mount", text, "a tmpfs has no source")
        return Mount(kind, target, "", check_flags("--mount", text, words, TMPFS_FLAGS, TMPFS_VALUES))
    options = check_flags("--mount", text, words, VOLUME_FLAGS, VOLUME_VALUES)
    if kind == "bind":
        if not source:
            raise invalid("--mount", text, "source=… is missing")
        return Mount(kind, target, os.path.abspath(source), options)
    if source:
        check_volume_name("--mount", text, source)
    return Mount(kind, target, "", options, source)


def _fields(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for item in _split_csv(text):
        key, equals, value = item.partition("=")
        key = _OTHER_NAMES.get(key, key)
        if key in fields:
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
    if kind == "tmpfs" and (key in TMPFS_FLAGS or key in TMPFS_VALUES) and key != "U":
        return [f"{key}={value}" if value else key]
    if key not in _FIELDS[kind]:
        names = ", ".join(("type", "source", "target", "ro", *_FIELDS[kind]))
        raise invalid("--mount", text, f"a {kind} mount has no {key!r}", hint=f"there are {names}")
    return _special(text, key, value)


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
        if value not in ("enabled", "disabled"):
            raise invalid("--mount", text, "bind-recursive is enabled or disabled")
        return ["bind"] if value == "disabled" else []
    if key == "relabel":
        if value not in ("shared", "private"):
            raise invalid("--mount", text, "relabel is shared or private")
        return ["z" if value == "shared" else "Z"]
    if key == "idmap":
        return [f"idmap={value}" if value else "idmap"]
    if key == "consistency":
        return []
    word = {"bind-nonrecursive": "bind", "volume-nocopy": "nocopy", "chown": "U", "U": "U"}[key]
    return [word] if _switch(text, key, value) else []


def _switch(text: str, key: str, value: str) -> bool:
    if value not in _ON + _OFF:
        raise invalid("--mount", text, f"{key} is true or false")
    return value in _ON
