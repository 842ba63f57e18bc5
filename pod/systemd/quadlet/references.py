"""What one Quadlet file says of another: `Volume=data.volume:/srv`, `Image=web.build`, `Network=app.network`."""

from __future__ import annotations

from pod.record import Record
from pod.systemd import words
from pod.systemd.quadlet import options
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import Line, UnitError, UnitFile

AUTOMATIC = {"container": "ContainerName", "volume": "VolumeName", "network": "NetworkName", "pod": "PodName"}


class Site(Record):
    """All Quadlet files together, and the program that their units call."""

    program: str
    sources: dict[str, Source]


def object_name(source: Source) -> str:
    """Return the name of the container, volume, network, pod or image that a file makes."""
    unit = source.unit
    if source.kind == "image":
        return unit.value("Image", "ImageTag") or unit.value("Image", "Image")
    if source.kind == "build":
        tags = unit.lines("Build", "ImageTag")
        return tags[0].text if tags else ""
    return unit.value(source.section, AUTOMATIC[source.kind]) or (
        "systemd-%p_%i" if source.is_template else f"systemd-{source.stem}"
    )


def needed(site: Site, made: UnitFile, line: Line, name: str) -> Source:
    """Return the file that another names, and let the made unit wait for its service. Raises UnitError."""
    source = site.sources.get(name)
    if source is None:
        raise UnitError(
            f"{line.place}: {line.key}= names {name}, and there is no such file",
            hint=f"put {name} into one of the Quadlet folders; `pod quadlet list` shows what they hold",
        )
    require(made, f"{source.service}.service")
    return source


def require(made: UnitFile, service: str) -> None:
    """Let the unit start after a service and with it only."""
    made.add("Unit", "Requires", service)
    made.add("Unit", "After", service)


def image(site: Site, made: UnitFile, line: Line) -> str:
    """Return the image that a value means."""
    if not line.text.endswith((".image", ".build")):
        return line.text
    other = needed(site, made, line, line.text)
    name = object_name(other)
    if not name:
        raise UnitError(f"{line.place}: {other.name} does not say the name of its image", hint="give it ImageTag=NAME")
    return name


def volumes(site: Site, source: Source, made: UnitFile) -> list[str]:
    """Return the -v options of the Volume= lines."""
    found = []
    for line in source.unit.lines(source.section, "Volume"):
        origin, colon, rest = line.text.partition(":")
        if colon:
            origin = _volume_source(site, source, made, line, origin)
        found += ["-v", f"{origin}{colon}{rest}"]
    return found


def _volume_source(site: Site, source: Source, made: UnitFile, line: Line, origin: str) -> str:
    if origin.endswith(".volume") and not origin.startswith(("/", ".", "%")):
        return object_name(needed(site, made, line, origin))
    if origin.startswith("."):
        origin = options.resolve(source, origin)
    if origin.startswith("/"):
        made.add("Unit", "RequiresMountsFor", words.quote(origin))
    return origin


def mounts(site: Site, source: Source, made: UnitFile) -> list[str]:
    """Return the --mount options of the Mount= lines."""
    found = []
    for line in source.unit.lines(source.section, "Mount"):
        fields = line.text.split(",")
        kind = next((field[5:] for field in fields if field.startswith("type=")), "volume")
        changed = [_mount_field(site, source, made, line, kind, field) for field in fields]
        found += ["--mount", ",".join(changed)]
    return found


def _mount_field(site: Site, source: Source, made: UnitFile, line: Line, kind: str, field: str) -> str:
    key, equals, value = field.partition("=")
    if key not in ("source", "src") or not equals:
        return field
    if (kind == "volume" and value.endswith(".volume")) or (kind == "image" and value.endswith((".image", ".build"))):
        value = object_name(needed(site, made, line, value))
    elif kind in ("bind", "glob") and value:
        if value.startswith("."):
            value = options.resolve(source, value)
        if value.startswith("/") and kind == "bind":
            made.add("Unit", "RequiresMountsFor", words.quote(value))
    return f"{key}={value}"


def networks(site: Site, source: Source, made: UnitFile) -> list[str]:
    """Return the --network options of the Network= lines."""
    found = []
    for line in source.unit.lines(source.section, "Network"):
        name, colon, rest = line.text.partition(":")
        if name.endswith(".network"):
            name = object_name(needed(site, made, line, name))
        elif name.endswith(".container"):
            if source.kind not in ("container", "pod", "kube"):
                raise UnitError(f"{line.place}: a {source.kind} cannot share a container's network")
            other = needed(site, made, line, name)
            if "%" in object_name(other):
                raise UnitError(
                    f"{line.place}: {other.name} has no name of its own: it is a template",
                    hint="give that container a ContainerName= without specifiers",
                )
            name = f"container:{object_name(other)}"
        found += ["--network", f"{name}{colon}{rest}"]
    return found


def file_paths(source: Source, key: str, option: str) -> list[str]:
    """Return an option for every path of a key; relative ones begin in the file's folder."""
    return [
        word for line in source.unit.lines(source.section, key) for word in (option, options.resolve(source, line.text))
    ]
