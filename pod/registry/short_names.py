"""Short names: which image a name without a registry means, where a person has to choose, and what they chose before.

containers-registries.conf(5), "SHORT-NAME ALIASING"; the choices lie in the file that Podman and skopeo keep them in.
"""

from __future__ import annotations

import os
import tomllib

from pod.errors import InvalidReference, RegistryError
from pod.linux import files
from pod.linux.locks import Lock
from pod.oci.reference import Reference, names_registry, split_tag
from pod.record import Record
from pod.registry import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Choose = Callable[[str, list[str]], int]
    """Asks a person which of several references a short name means; gives the index of the answer."""

ENFORCING, PERMISSIVE, DISABLED = "enforcing", "permissive", "disabled"


class Meaning(Record):
    """What a typed name may mean, in the order of trying; `short` is the name to remember a person's choice by."""

    candidates: tuple[Reference, ...]
    short: str = ""


def chosen_before() -> dict[str, str]:
    """Return the choices that were recorded. Raises RegistryError for a broken file."""
    path = places.short_name_file()
    try:
        with open(path, "rb") as file:
            aliases = tomllib.load(file).get("aliases", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as err:
        raise RegistryError(
            f"{path}: {err}", hint="mend or remove the file; it holds the meaning of short names"
        ) from err
    return {str(name): str(value) for name, value in aliases.items()}


def meaning(name: str, aliases: dict[str, str], search: list[str]) -> Meaning:
    """Return what a typed name may mean: an alias, an image on the registries to search, or else one on docker.io.

    Raises InvalidReference.
    """
    reference = Reference.parse(name)
    if names_registry(name):
        return Meaning((reference.with_default_tag(),))
    short = split_tag(name.partition("@")[0])[0]
    if alias := aliases.get(short):
        target = Reference.parse(alias)
        return Meaning((target.replace(tag=reference.tag, digest=reference.digest).with_default_tag(),))
    if not search:
        return Meaning((reference.with_default_tag(),))
    found = tuple(Reference.parse(f"{registry}/{name}").with_default_tag() for registry in search)
    return Meaning(found, short if len(found) > 1 else "")


def settle(name: str, found: Meaning, mode: str, choose: Choose | None) -> Meaning:
    """Let a person choose among several candidates; without one, all are tried, or none where the mode is enforcing.

    What comes back has a short name where the choice is to be recorded once it has proved right. Raises RegistryError.
    """
    if not found.short or mode == DISABLED:
        return found.replace(short="")
    if choose is not None:
        answer = choose(name, [str(candidate) for candidate in found.candidates])
        return found.replace(candidates=(found.candidates[answer],))
    if mode == ENFORCING:
        registries = ", ".join(candidate.registry for candidate in found.candidates)
        raise RegistryError(
            f"the short name {name} is ambiguous: it may be on {registries}, and there is no terminal to ask on",
            hint=f"give the whole name, as {found.candidates[0]}; registries.conf says short-name-mode enforcing",
        )
    return found.replace(short="")


def record(short: str, reference: Reference) -> None:
    """Remember what a short name means, for us and for every tool that reads the file."""
    path = places.short_name_file()
    with Lock(f"{path}.lock"):
        aliases = {**chosen_before(), short: reference.name}
        lines = [f"  {_quoted(name)} = {_quoted(value)}" for name, value in sorted(aliases.items())]
        files.make_folders(os.path.dirname(path))
        files.write_atomic(path, "\n".join(["[aliases]", *lines, ""]).encode())


def _quoted(text: str) -> str:
    if not text.isprintable() or '"' in text or "\\" in text:
        raise InvalidReference(f"cannot remember {text!r} as a short name")
    return f'"{text}"'
