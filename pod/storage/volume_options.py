"""`--opt` of volumes of the driver `local`: what is mounted on a volume's data folder, in the words of mount(8).

Docker's and Podman's keys: type, device, o. Without root the kernel mounts tmpfs, binds of folders, and what user
namespaces may (overlay, ramfs); the rest it refuses when the volume is used, and then the reason is told.
"""

from __future__ import annotations

from pod.errors import UsageError
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = ("type", "device", "o", "copy", "nocopy", "uid", "gid", "noquota")
_QUOTAS = ("size", "inodes")


class LocalMount(Record):
    """What to mount on a volume's folder; `type` is "" for a volume that is that folder itself."""

    type: str = ""
    device: str = ""
    options: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None
    copy_up: bool = True

    @property
    def is_bind(self) -> bool:
        return self.type == "bind"


def parse(options: Mapping[str, str]) -> LocalMount:
    """Return what the options of a volume mean. Raises UsageError for those that mean nothing here."""
    for key in options:
        if key in _QUOTAS:
            raise _no_quota(key)
        if key not in _KEYS:
            hint = f"there are {', '.join(_KEYS)}"
            raise UsageError(f"there is no option {key!r} for volumes of the driver local", hint=hint)
    kind, device = options.get("type", ""), options.get("device", "")
    kept: list[str] = []
    ids = {key: _number(key, options[key]) for key in ("uid", "gid") if key in options}
    copy_up = "nocopy" not in options
    for word in (word for word in options.get("o", "").split(",") if word):
        key, _, value = word.partition("=")
        if key in ("uid", "gid"):
            ids[key] = _number(key, value)
            if kind == "tmpfs":
                kept.append(word)
        elif key in ("copy", "nocopy"):
            copy_up = key == "copy"
        elif key in _QUOTAS and kind != "tmpfs":
            raise _no_quota(key)
        elif key != "noquota":
            kept.append(word)
    if kind in ("", "none", "bind") and ({"bind", "rbind"} & set(kept) or kind == "bind"):
        kind = "bind"
    if kind == "bind" and not device.startswith("/"):
        raise UsageError(f"device {device!r} is no absolute path", hint="a bind has one: --opt device=/srv/data")
    if not kind and (device or kept):
        raise UsageError("the volume has a device or options, but no type", hint="add --opt type=…, or --opt o=bind")
    return LocalMount(kind, device, tuple(kept), ids.get("uid"), ids.get("gid"), copy_up)


def _number(key: str, text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"{key}={text} is no number")
    return int(text)


def _no_quota(key: str) -> UsageError:
    return UsageError(
        f"cannot limit a volume's {key}: quotas of a file system are set by its administrator",
        hint=f"a tmpfs volume has one: --opt type=tmpfs --opt device=tmpfs --opt o={key}=100m",
    )
