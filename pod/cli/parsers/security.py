"""`--security-opt` and the capabilities: their spelling only; what they mean is the engine's business."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_WITH_VALUE = ("apparmor", "label", "mask", "proc-opts", "seccomp", "systempaths", "unmask")


def parse_security_options(values: Iterable[str]) -> tuple[str, ...]:
    """Return `name=value` for each; Docker's older `name:value` and a bare no-new-privileges included."""
    return tuple(_parse(text) for text in values)


def _parse(text: str) -> str:
    at = min((text.index(mark) for mark in "=:" if mark in text), default=len(text))
    name, value = text[:at], text[at + 1 :]
    if name == "no-new-privileges":
        if value not in ("", "true", "false"):
            raise invalid("--security-opt", text, "no-new-privileges is true or false")
        return f"{name}={value or 'true'}"
    if name not in _WITH_VALUE:
        names = ", ".join(("no-new-privileges", *_WITH_VALUE))
        raise invalid("--security-opt", text, f"there is no {name!r}", hint=f"there are {names}")
    if not value:
        raise invalid("--security-opt", text, f"it is written {name}=VALUE")
    return f"{name}={value}"


def parse_capabilities(values: Iterable[str]) -> tuple[str, ...]:
    """Return capabilities under the kernel's names, CAP_NET_ADMIN; ALL is all of them."""
    names = (name.upper() for name in split_commas(values))
    return tuple(name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}" for name in names)


def parse_device(text: str) -> str:
    """Return PATH, PATH:PATH or a CDI name of `--device PATH[:PATH][:rwm]` or `--device VENDOR/CLASS=NAME`.

    The rights are the user's own: asking for fewer is refused, as no bind mount keeps anybody from writing to a device.
    """
    if not text.startswith("/") and "=" in text and "/" in text.partition("=")[0]:
        return text
    parts = text.split(":")
    if len(parts) > 1 and parts[-1] and set(parts[-1]) <= set("rwm"):
        rights = parts.pop()
        if not {"r", "w"} <= set(rights):
            raise invalid(
                "--device",
                text,
                f"the rights of a device cannot be narrowed to {rights} without root",
                hint="leave them out: whoever is in the container may then do what you may do",
            )
    if not 1 <= len(parts) <= 2 or not all(part.startswith("/") for part in parts):
        raise invalid("--device", text, "it is written /dev/x, /dev/x:/dev/y[:rwm] or vendor.com/class=name")
    return ":".join(parts)


def parse_gpus(values: Iterable[str]) -> tuple[str, ...]:
    """Return the CDI names of GPUs for `all`, a number of them, or Docker's `device=0,1` and `count=2`."""
    found: list[str] = []
    for text in values:
        words = text.replace('"', "")
        key, equals, value = words.partition("=")
        if key == "device" and value:
            found += value.split(",")
            continue
        count = value if key == "count" else words
        if (equals and key != "count") or not (count in ("all", "-1") or (count.isascii() and count.isdecimal())):
            raise invalid("--gpus", text, "it is all, a number, or device=NAME,NAME")
        found += ["all"] if count in ("all", "-1") else map(str, range(int(count)))
    return tuple(f"nvidia.com/gpu={name}" for name in found)
