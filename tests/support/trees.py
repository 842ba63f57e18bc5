"""What is in an image, to be compared: each path with its kind, owner, mode and content, but no times."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

from tests.support.commands import CommandLine

# What starting a container puts into its root, which is nobody's file.
_OF_CONTAINERS = {"dev", "proc", "sys", "run", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab"}


def of_image(engine: CommandLine, image: str, scratch: Path) -> dict[str, str]:
    """Return a line for each path of an image, by way of `create` and `export`."""
    archive = scratch / "export.tar"
    container = engine("create", "--network", "none", image, "x").ok().stdout.strip()
    engine("export", "-o", archive, container, timeout=120).ok()  # the container goes with its store, or its module
    try:
        return dict(_lines(archive))
    finally:
        archive.unlink()


def _lines(archive: Path) -> list[tuple[str, str]]:
    found = []
    links: dict[str, list[str]] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            name = member.name.strip("/").removeprefix("./")
            if name in ("", ".") or name in _OF_CONTAINERS or name.split("/")[0] in ("dev", "proc", "sys", "run"):
                continue
            if member.islnk():
                links.setdefault(member.linkname.strip("/").removeprefix("./"), []).append(name)
                continue
            found.append((name, _line(tar, member)))
    lines = dict(found)
    for first, others in links.items():  # whichever name of a file comes first in an archive
        shown = lines.get(first, "lost")
        for name in (first, *others):
            lines[name] = f"{shown} one of {sorted([first, *others])}"
    return list(lines.items())


def _line(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    content = member.linkname
    if member.isfile():
        stream = tar.extractfile(member)
        assert stream is not None
        content = hashlib.sha256(stream.read()).hexdigest()[:16]
    xattrs = {key: value for key, value in member.pax_headers.items() if key.startswith("SCHILY.xattr.")}
    return f"{member.type!r} {member.uid}:{member.gid} {member.mode & 0o7777:o} {content} {xattrs or ''}".rstrip()
