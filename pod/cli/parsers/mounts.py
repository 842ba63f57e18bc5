"""`-v SOURCE:TARGET[:OPTIONS]` and `--tmpfs TARGET[:OPTIONS]`; all mounts of a command line together."""

from __future__ import annotations

import os

from pod.cli.parsers import invalid
from pod.cli.parsers.mount_flags import (
    TMPFS_FLAGS,
    TMPFS_VALUES,
    VOLUME_FLAGS,
    VOLUME_VALUES,
    check_flags,
    check_target,
)
from pod.errors import UsageError
from pod.storage.container_records import Mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


def parse_mounts(
    volumes: Iterable[str], mounts: Iterable[str], tmpfs: Iterable[str], volume_driver: str = ""
) -> tuple[Mount, ...]:
    """Return the mounts of -v, --mount and --tmpfs in this order. Two on one target are an error, as for Docker.

    `volume_driver` makes those volumes that are not there yet and name no driver of their own.
    """
    found = [parse_volume(text) for text in volumes]
    texts = tuple(mounts)
    if texts:
        from pod.cli.parsers.mount_option import parse_mount

        found += [parse_mount(text) for text in texts]
    found += [parse_tmpfs(text) for text in tmpfs]
    targets: set[str] = set()
    for mount in found:
        if mount.target in targets and mount.target:
            raise UsageError(f"{mount.target} would be mounted twice", hint="give one -v, --mount or --tmpfs for it")
        targets.add(mount.target)
    if volume_driver:
        found = [m.replace(driver=volume_driver) if m.type == "volume" and not m.driver else m for m in found]
    return tuple(found)


def parse_volume(text: str) -> Mount:
    """Return the mount of one -v: a folder of the host, a volume by name, or a volume without one."""
    parts = text.split(":") if "\\:" not in text else _split_escaped(text)
    if len(parts) > 3 or not all(parts[:2]):
        raise invalid("--volume", text, "it is written [SOURCE:]TARGET[:OPTIONS]")
    if len(parts) == 1:
        return Mount("volume", check_target("--volume", text, parts[0]))
    target = check_target("--volume", text, parts[1])
    words = parts[2].split(",") if len(parts) == 3 else []
    options = check_flags("--volume", text, words, VOLUME_FLAGS, VOLUME_VALUES)
    source = parts[0]
    if source[0] in "/.":
        return Mount("bind", target, os.path.abspath(source), options)
    check_volume_name("--volume", text, source)
    return Mount("volume", target, "", options, source)


def _split_escaped(text: str) -> list[str]:
    """Split at colons, but not at those with a backslash before them (podman-run(1), --volume)."""
    return [part.replace("\0", ":") for part in text.replace("\\:", "\0").split(":")]


def check_volume_name(option: str, text: str, name: str) -> None:
    """Raise UsageError unless `name` can be the name of a volume."""
    if not _NAME_CHARACTERS.issuperset(name) or name[0] in "_.-":
        hint = f"a folder of this machine begins with / or ./: ./{name}" if "/" in name else ""
        raise invalid(option, text, f"{name!r} is no name of a volume", hint=hint)


def parse_tmpfs(text: str) -> Mount:
    """Return the mount of one --tmpfs."""
    target, _, words = text.partition(":")
    options = check_flags("--tmpfs", text, words.split(","), TMPFS_FLAGS, TMPFS_VALUES)
    return Mount("tmpfs", check_target("--tmpfs", text, target), "", options)
