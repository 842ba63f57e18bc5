"""`.volume`: a service that makes a volume once."""

from __future__ import annotations

from pod.systemd import words
from pod.systemd.quadlet import options, references, service
from pod.systemd.quadlet.options import Shapes
from pod.systemd.quadlet.references import Site
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import UnitError, UnitFile

SHAPES = Shapes(
    pairs={"Label": "--label"},
    special=("Copy", "Device", "Driver", "Group", "Image", "Options", "Type", "User", "VolumeName"),
)


def convert(site: Site, source: Source) -> UnitFile:
    """Return the unit of a `.volume` file. Raises UnitError."""
    options.check_keys(source, SHAPES)
    made = service.begin(source)
    driver = source.unit.value("Volume", "Driver")
    command = [
        *(*options.program(source, site.program), "volume", "create", "--ignore"),
        *(["--driver", driver] if driver else []),
        *(_of_image(site, source, made) if driver == "image" else _of_device(source, made)),
        *options.options(source, SHAPES),
        *options.last_arguments(source),
        references.object_name(source),
    ]
    service.make_once(made, command)
    return made


def _of_image(site: Site, source: Source, made: UnitFile) -> list[str]:
    line = source.unit.last("Volume", "Image")
    if line is None:
        raise UnitError(f"{source.path}: Driver=image needs Image= beside it")
    return ["--opt", f"image={references.image(site, made, line)}"]


def _of_device(source: Source, made: UnitFile) -> list[str]:
    unit, found = source.unit, []
    copy = unit.flag("Volume", "Copy")
    if copy is not None:
        found += ["--opt", "copy" if copy else "nocopy"]
    device = unit.value("Volume", "Device")
    for key, option in (("Device", "device"), ("Type", "type")):
        line = unit.last("Volume", key)
        if line and not device:
            raise UnitError(f"{line.place}: {key}= needs Device= beside it")
        if line:
            found += ["--opt", f"{option}={line.text}"]
    if device.startswith("/") and unit.value("Volume", "Type") == "bind":
        made.add("Unit", "RequiresMountsFor", words.quote(device))
    return [*found, *_mount_options(source, device)]


def _mount_options(source: Source, device: str) -> list[str]:
    unit = source.unit
    line = unit.last("Volume", "Options")
    if line and not device:
        raise UnitError(f"{line.place}: Options= needs Device= beside it")
    owners = [f"{name}={unit.value('Volume', key)}" for key, name in (("User", "uid"), ("Group", "gid"))]
    together = [owner for owner in owners if not owner.endswith("=")] + ([line.text] if line else [])
    return ["--opt", f"o={','.join(together)}"] if together else []
