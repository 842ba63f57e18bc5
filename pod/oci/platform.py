"""Platforms: operating system, processor and variant (image-index.md, "platform")."""

from __future__ import annotations

import os

from pod.errors import InvalidReference
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.oci.image_config import ImageConfig

_ARCHITECTURES = {
    "x86_64": ("amd64", ""),
    "aarch64": ("arm64", "v8"),
    "armv7l": ("arm", "v7"),
    "armv6l": ("arm", "v6"),
    "i686": ("386", ""),
    "ppc64le": ("ppc64le", ""),
    "s390x": ("s390x", ""),
    "riscv64": ("riscv64", ""),
}
_ALIASES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "armel": "arm", "i386": "386"}


class Platform(Record):
    """What an image runs on."""

    _omit_defaults = True
    _wire = {"os_version": "os.version", "os_features": "os.features"}

    architecture: str
    os: str
    variant: str = ""
    os_version: str = ""
    os_features: tuple[str, ...] = ()
    features: tuple[str, ...] = ()  # of the processor, in Docker's lists

    @classmethod
    def host(cls) -> Platform:
        """Return this machine's platform."""
        architecture, variant = _ARCHITECTURES.get(os.uname().machine, (os.uname().machine, ""))
        return cls(architecture, "linux", variant)

    @classmethod
    def of(cls, config: ImageConfig) -> Platform:
        """Return what an image's configuration says it runs on."""
        return cls(config.architecture, config.os, config.variant, config.os_version)

    @classmethod
    def parse_text(cls, text: str) -> Platform:
        """Read `os[/arch[/variant]]` or `arch`, with the usual other names of processors."""
        parts = text.lower().split("/")
        if not all(parts) or len(parts) > 3:
            raise InvalidReference(
                f"invalid platform {text!r:.60}", hint="a platform is written linux/amd64 or linux/arm64/v8"
            )
        if len(parts) == 1 and parts[0] not in ("linux", "windows", "freebsd", "darwin"):
            parts = ["linux", *parts]
        architecture = _ALIASES.get(parts[1], parts[1]) if len(parts) > 1 else cls.host().architecture
        return cls(architecture, parts[0], parts[2] if len(parts) > 2 else "")

    def matches(self, wanted: Platform) -> bool:
        """True where an image for this platform serves a wish for `wanted`; a variant left open fits any."""
        return (self.os, self.architecture) == (wanted.os, wanted.architecture) and (
            not self.variant or not wanted.variant or self.variant == wanted.variant
        )

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)
