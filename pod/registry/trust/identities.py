"""signedIdentity: whether the name that a signature was made for is the one that the image goes by."""

from __future__ import annotations

from pod.errors import InvalidReference
from pod.oci.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.registry.trust.checked import CheckedImage
    from pod.registry.trust.payload import Payload

_DEFAULT: dict[str, Any] = {"type": "matchRepoDigestOrExact"}
_FORMS: dict[str, set[str]] = {
    "matchExact": set(),
    "matchRepoDigestOrExact": set(),
    "matchRepository": set(),
    "exactReference": {"dockerReference"},
    "exactRepository": {"dockerRepository"},
    "remapIdentity": {"prefix", "signedPrefix"},
}


def check_form(value: Any) -> None:
    """Raise ValueError for a signedIdentity that is not understood."""
    if value is None:
        return
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in _FORMS:
        raise ValueError(f"the signedIdentity has the unknown type {kind!r:.60}")
    if value.keys() - {"type"} != _FORMS[kind] or not all(isinstance(text, str) and text for text in value.values()):
        raise ValueError(f"the signedIdentity {kind} needs {' and '.join(sorted(_FORMS[kind])) or 'nothing else'}")


def fits(wanted: dict[str, Any] | None, image: Reference | None, signed: str) -> bool:
    """True where a signature for the name `signed` may stand for an image."""
    wanted = wanted or _DEFAULT
    try:
        found = Reference.parse(signed)
        return _MATCHES[wanted["type"]](wanted, image, found)
    except InvalidReference:
        return False


def objection(requirement: dict[str, Any], image: CheckedImage, payload: Payload) -> str:
    """Return why what was signed is not the image that a requirement is about, "" where it is."""
    if payload.digest != str(image.digest):
        return f"the signature is for {payload.digest}, another image"
    if not fits(requirement.get("signedIdentity"), image.reference, payload.reference):
        return f"the signature is for the name {payload.reference}"
    return ""


def _exact(_wanted: dict[str, Any], image: Reference | None, signed: Reference) -> bool:
    return image is not None and bool(image.tag or image.digest) and str(image) == str(signed)


def _digest_or_exact(wanted: dict[str, Any], image: Reference | None, signed: Reference) -> bool:
    if image is not None and image.digest is not None:
        return image.name == signed.name
    return _exact(wanted, image, signed)


def _repository(_wanted: dict[str, Any], image: Reference | None, signed: Reference) -> bool:
    return image is not None and image.name == signed.name


def _exact_reference(wanted: dict[str, Any], _image: Reference | None, signed: Reference) -> bool:
    return str(Reference.parse(wanted["dockerReference"])) == str(signed)


def _exact_repository(wanted: dict[str, Any], _image: Reference | None, signed: Reference) -> bool:
    return Reference.parse(wanted["dockerRepository"]).name == signed.name


def _remapped(wanted: dict[str, Any], image: Reference | None, signed: Reference) -> bool:
    if image is None:
        return False
    prefix: str = wanted["prefix"]
    if image.name == prefix or image.name.startswith(f"{prefix}/"):
        other = Reference.parse(wanted["signedPrefix"] + image.name[len(prefix) :])
        image = other.replace(tag=image.tag, digest=image.digest)
    return _digest_or_exact(wanted, image, signed)


_MATCHES: dict[str, Callable[[dict[str, Any], Reference | None, Reference], bool]] = {
    "matchExact": _exact,
    "matchRepoDigestOrExact": _digest_or_exact,
    "matchRepository": _repository,
    "exactReference": _exact_reference,
    "exactRepository": _exact_repository,
    "remapIdentity": _remapped,
}
