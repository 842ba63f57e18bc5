"""`.build`: a service that builds an image once."""

from __future__ import annotations

import os

from pod.systemd.quadlet import options, references, service
from pod.systemd.quadlet.options import Shapes
from pod.systemd.quadlet.references import Site
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import UnitError, UnitFile

_URLS = ("http://", "https://", "git://", "git@", "github.com/")

SHAPES = Shapes(
    text={"Arch": "--arch", "AuthFile": "--authfile", "Target": "--target", "Variant": "--variant"},
    each={
        "DNS": "--dns",
        "DNSOption": "--dns-option",
        "DNSSearch": "--dns-search",
        "GroupAdd": "--group-add",
        "ImageTag": "--tag",
        "Secret": "--secret",
    },
    pairs={"Annotation": "--annotation", "Environment": "--env", "Label": "--label"},
    flags={"TLSVerify": "--tls-verify", "ForceRM": "--force-rm"},
    special=("File", "Network", "Pull", "SetWorkingDirectory", "Volume"),
)


def convert(site: Site, source: Source) -> UnitFile:
    """Return the unit of a `.build` file. Raises UnitError."""
    options.check_keys(source, SHAPES)
    if not source.unit.lines("Build", "ImageTag"):
        raise UnitError(f"{source.path}: [Build] says no ImageTag=: nobody could find the image")
    made = service.begin(source)
    pull = source.unit.value("Build", "Pull")
    context = _context(source, made)
    command = [
        *(*options.program(source, site.program), "build"),
        *([f"--pull={pull}"] if pull else []),
        *options.options(source, SHAPES),
        *references.networks(site, source, made),
        *references.volumes(site, source, made),
        *_file(source, context),
        *options.last_arguments(source),
        *([context] if context else []),
    ]
    service.make_once(made, command, remains=False)
    return made


def _context(source: Source, made: UnitFile) -> str:
    """Return the folder or URL to build in; "" where the service's own working directory is it."""
    chosen = source.unit.value("Build", "SetWorkingDirectory")
    folder = source.unit.value("Service", "WorkingDirectory")
    file = source.unit.value("Build", "File")
    if not chosen:
        if not file and not folder:
            raise UnitError(f"{source.path}: [Build] says neither File= nor SetWorkingDirectory=")
        if folder or os.path.isabs(file):
            return folder or os.path.dirname(file)
        raise UnitError(
            f"{source.path}: File={file} is relative, and nothing says to what", hint="add SetWorkingDirectory=unit"
        )
    if chosen.startswith(_URLS):
        return chosen
    if chosen == "file":
        if not file:
            raise UnitError(f"{source.path}: SetWorkingDirectory=file needs File= beside it")
        context = os.path.dirname(options.resolve(source, file))
    else:
        context = source.folder if chosen == "unit" else options.resolve(source, chosen)
    if chosen in ("file", "unit") and not folder:
        made.add("Service", "WorkingDirectory", context)
    return context


def _file(source: Source, context: str) -> list[str]:
    file = source.unit.value("Build", "File")
    if not file:
        return []
    if (
        context
        and not file.startswith(("/", "%", *_URLS))
        and source.unit.value("Build", "SetWorkingDirectory") == "file"
    ):
        file = os.path.basename(file)
    return ["--file", file]
