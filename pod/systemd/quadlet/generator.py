"""All Quadlet files of a user to units: what is generated, what is wrong, and writing it where systemd reads it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from pod.errors import PodError
from pod.linux import files
from pod.record import Record
from pod.systemd.quadlet import build, container, image, install_section, kube, network, pod, volume
from pod.systemd.quadlet.references import Site
from pod.systemd.quadlet.service import NETWORK_ONLINE
from pod.systemd.quadlet.source import Source, find, folders
from pod.systemd.unit_file import UnitError, UnitFile

CONVERTERS: dict[str, Callable[[Site, Source], UnitFile]] = {
    "container": container.convert,
    "volume": volume.convert,
    "network": network.convert,
    "image": image.convert,
    "build": build.convert,
    "pod": pod.convert,
    "kube": kube.convert,
}

MARK = "# Made by pod"
"""The beginning of every unit that pod wrote, and may therefore replace or remove."""

# A user's unit cannot wait for one of the system's, so a unit of the user's asks until the system is online, for as
# long as there is a system that says that it is not (systemctl(1), "Exit status": 3).
_WAIT_FOR_NETWORK = f"""\
{MARK}: units of Quadlet files wait for this one.
[Unit]
Description=Wait until the machine is online

[Service]
Type=oneshot
ExecStart=sh -c 'while systemctl -q is-active network-online.target; test $$? = 3; do sleep 0.5; done'
TimeoutStartSec=90s
RemainAfterExit=yes
"""


class Generated(Record):
    """The units of one user."""

    units: dict[str, str]  # name → text
    links: dict[str, str]  # path → target, below the folder of the units
    sources: tuple[Source, ...]
    errors: tuple[UnitError, ...]


def generate(environ: Mapping[str, str], program: str) -> Generated:
    """Return the units of the user's Quadlet files; one that is wrong spoils no other."""
    sources, errors = find(folders(environ))
    site = Site(program, {source.name: source for source in sources})
    units: dict[str, str] = {}
    links: dict[str, str] = {}
    made_by: dict[str, str] = {}
    for source in sources:
        name = f"{source.service}.service"
        try:
            if name in made_by:
                raise UnitError(f"{source.path}: {name} is what {made_by[name]} becomes already")
            units[name] = f"{MARK} from {source.path}\n{CONVERTERS[source.kind](site, source).write()}"
            links.update(install_section.links(source))
            made_by[name] = source.path
        except UnitError as err:
            errors.append(err)
    if units:
        units[NETWORK_ONLINE] = _WAIT_FOR_NETWORK
    return Generated(units, links, tuple(sources), tuple(errors))


def write(generated: Generated, folder: str) -> None:
    """Write units and links below a folder. Raises PodError."""
    try:
        os.makedirs(folder, exist_ok=True)
        for name, text in generated.units.items():
            files.write_atomic(f"{folder}/{name}", text.encode(), mode=0o644, durable=False)
        for path, target in generated.links.items():
            os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
            files.replace_link(f"{folder}/{path}", target)
    except OSError as err:
        raise PodError(f"cannot write units to {err.filename or folder}: {err.strerror}") from err
