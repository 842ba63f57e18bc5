"""`.image`: a service that pulls an image once."""

from __future__ import annotations

from pod.systemd.quadlet import options, service
from pod.systemd.quadlet.options import Shapes
from pod.systemd.quadlet.references import Site
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import UnitError, UnitFile

SHAPES = Shapes(
    text={
        "OS": "--os",
        "Variant": "--variant",
        "Arch": "--arch",
        "AuthFile": "--authfile",
        "CertDir": "--cert-dir",
        "Creds": "--creds",
        "DecryptionKey": "--decryption-key",
    },
    flags={"AllTags": "--all-tags", "TLSVerify": "--tls-verify"},
    special=("Image", "ImageTag"),
)


def convert(site: Site, source: Source) -> UnitFile:
    """Return the unit of an `.image` file. Raises UnitError."""
    options.check_keys(source, SHAPES)
    image = source.unit.value("Image", "Image")
    if not image:
        raise UnitError(f"{source.path}: [Image] says no Image=")
    made = service.begin(source)
    program = options.program(source, site.program)
    arguments = [*options.options(source, SHAPES), *options.last_arguments(source)]
    service.make_once(made, [*program, "image", "pull", *arguments, image])
    return made
