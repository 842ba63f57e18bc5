"""Quadlet files and where they are found: search folders, drop-ins, templates (podman-systemd.unit(5))."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from pod.record import Record
from pod.systemd.unit_file import UnitError, UnitFile

SECTIONS = {
    "container": "Container",
    "volume": "Volume",
    "network": "Network",
    "image": "Image",
    "build": "Build",
    "pod": "Pod",
    "kube": "Kube",
}
_SUFFIXES = {"volume": "-volume", "network": "-network", "image": "-image", "build": "-build", "pod": "-pod"}
_LONGEST = 1 << 20  # bytes of a unit file


class Source(Record):
    """One Quadlet file, its drop-ins merged into it."""

    name: str  # web.container
    path: str
    unit: UnitFile

    @property
    def kind(self) -> str:
        """What the file describes: container, volume and so on."""
        return self.name.rpartition(".")[2]

    @property
    def stem(self) -> str:
        """The file's name without its kind."""
        return self.name.rpartition(".")[0]

    @property
    def section(self) -> str:
        """The section that is not systemd's own."""
        return SECTIONS[self.kind]

    @property
    def folder(self) -> str:
        """Where relative paths begin."""
        return os.path.dirname(self.path)

    @property
    def is_template(self) -> bool:
        """Whether the file is a template or an instance of one."""
        return "@" in self.stem

    @property
    def service(self) -> str:
        """The service that it becomes, without `.service`."""
        chosen = self.unit.value(self.section, "ServiceName")
        if chosen:
            return chosen
        base, at, instance = self.stem.partition("@")
        return f"{base}{_SUFFIXES.get(self.kind, '')}{at}{instance}"


def folders(environ: Mapping[str, str]) -> list[str]:
    """Return the folders that hold this user's Quadlet files, the most important first."""
    chosen = environ.get("QUADLET_UNIT_DIRS")
    if chosen:
        return [os.path.abspath(folder) for folder in chosen.split(":") if folder]
    home = environ.get("HOME", "/")
    configuration = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    runtime = environ.get("XDG_RUNTIME_DIR")
    return [
        *([f"{runtime}/containers/systemd"] if runtime else []),
        f"{configuration}/containers/systemd",
        f"/etc/containers/systemd/users/{os.getuid()}",
        "/etc/containers/systemd/users",
    ]


def find(roots: list[str]) -> tuple[list[Source], list[UnitError]]:
    """Return the Quadlet files below the folders, and what is wrong with those that cannot be read.

    Of two files with one name the one in the first folder counts.
    """
    found: dict[str, str] = {}
    folders = [folder for root in roots for folder in _below(root)]
    for folder in folders:
        for name in sorted(_names(folder)):
            stem, dot, kind = name.rpartition(".")
            if kind in SECTIONS and stem and dot and not os.path.isdir(f"{folder}/{name}"):
                found.setdefault(name, f"{folder}/{name}")
    sources, errors = [], []
    for name in sorted(found):
        try:
            sources.append(Source(name, found[name], _load(found[name], name, folders)))
        except UnitError as err:
            errors.append(err)
    return sources, errors


def _below(root: str) -> Iterator[str]:
    """Yield the folder and those in it; links are followed once, drop-in folders and other users' are left out."""
    seen: set[tuple[int, int]] = set()
    others = "/etc/containers/systemd/users"
    for folder, inner, _files in os.walk(root, followlinks=True):
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            inner.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        inner[:] = sorted(
            name for name in inner if not name.endswith(".d") and not (folder == others and name.isdigit())
        )
        yield folder


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _load(path: str, name: str, folders: list[str]) -> UnitFile:
    unit = UnitFile()
    unit.read(_text(path), path)
    for drop_in in _drop_ins(name, folders):
        unit.read(_text(drop_in), drop_in)
    return unit


def _drop_ins(name: str, folders: list[str]) -> list[str]:
    """Return a file's drop-ins in the order of their names; the more a folder fits the name, the more it counts."""
    found: dict[str, str] = {}
    for drop_in_folder in _drop_in_folders(name):
        for folder in folders:
            for file in _names(f"{folder}/{drop_in_folder}"):
                if file.endswith(".conf"):
                    found.setdefault(file, f"{folder}/{drop_in_folder}/{file}")
    return [found[file] for file in sorted(found)]


def _drop_in_folders(name: str) -> Iterator[str]:
    """Yield a-b@c.container.d, a-b@.container.d, a-.container.d, container.d."""
    stem, _, kind = name.rpartition(".")
    base, at, instance = stem.partition("@")
    if instance:
        yield f"{name}.d"
    yield f"{base}{at}.{kind}.d"
    parts = base.split("-")
    for count in range(len(parts) - 1, 0, -1):
        yield f"{'-'.join(parts[:count])}-.{kind}.d"
    yield f"{kind}.d"


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(_LONGEST + 1)
    except OSError as err:
        raise UnitError(f"{path}: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise UnitError(f"{path}: this is no UTF-8 text: {err.reason}") from err
    if len(text) > _LONGEST:
        raise UnitError(f"{path}: longer than {_LONGEST} characters: this is no unit file")
    return text
