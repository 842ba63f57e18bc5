"""registries.conf (version 2): which registries a name without one may mean, mirrors, and what is insecure or blocked.

With no such file a bare name means docker.io, as for Docker. https://github.com/containers/image, docs.
"""

from __future__ import annotations

import tomllib

from pod.errors import InvalidReference, RegistryError
from pod.record import Record
from pod.registry import places, short_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.oci.reference import Reference
    from pod.registry.short_names import Meaning


class Location(Record):
    """A place where an image may be fetched: host and repository, and whether its certificate matters."""

    host: str
    repository: str
    insecure: bool = False


class RegistriesConf:
    """All the files together."""

    def __init__(self) -> None:
        self._search: list[str] = []
        self._tables: dict[str, dict[str, Any]] = {}
        self._aliases: dict[str, str] = {}
        self.credential_helpers: tuple[str, ...] = ()
        self.short_name_mode = short_names.PERMISSIVE
        for path in places.registries_files():
            self._merge(path)

    def _merge(self, path: str) -> None:
        try:
            with open(path, "rb") as file:
                document = tomllib.load(file)
            self._search = document.get("unqualified-search-registries", self._search)
            self.short_name_mode = _mode(document.get("short-name-mode")) or self.short_name_mode
            self.credential_helpers = tuple(document.get("credential-helpers", self.credential_helpers))
            self._aliases.update(document.get("aliases", {}))
            for table in document.get("registry", ()):
                self._tables[table.get("prefix") or table["location"]] = table
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
            raise RegistryError(f"{path}: {err}", hint="mend the file: containers-registries.conf(5)") from err

    def meaning(self, name: str) -> Meaning:
        """Return what a typed name may mean, by the aliases and registries of the files. Raises InvalidReference."""
        return short_names.meaning(name, {**self._aliases, **short_names.chosen_before()}, self._search)

    def locations(self, reference: Reference, *, mirrors: bool = True) -> list[Location]:
        """Return where to fetch an image from: mirrors first. Raises RegistryError where it is blocked."""
        prefix = self._prefix(reference.name)
        table = self._tables.get(prefix, {})
        if table.get("blocked"):
            raise RegistryError(
                f"registry {reference.registry} is blocked for {reference.familiar_name}",
                hint="registries.conf says so: the section of " + prefix,
            )
        found = []
        if mirrors:
            for mirror in table.get("mirror", ()):
                if _serves(mirror, table, reference):
                    found.append(_location(mirror, prefix, reference))
        return [*found, _location(table, prefix, reference)]

    def searched(self) -> list[str]:
        """Return the registries that names without one are looked for on."""
        return list(self._search)

    def is_insecure(self, name: str) -> bool:
        """True where TLS does not matter for a registry, or a repository on it."""
        return bool(self._tables.get(self._prefix(name), {}).get("insecure"))

    def _prefix(self, name: str) -> str:
        fitting = [prefix for prefix in self._tables if _fits(prefix, name)]
        return max(fitting, key=len, default="")


def _fits(prefix: str, name: str) -> bool:
    if prefix.startswith("*."):
        host = name.partition("/")[0].partition(":")[0]
        return host.endswith(prefix[1:])
    return name == prefix or name.startswith((f"{prefix}/", f"{prefix}:"))


def _serves(mirror: dict[str, Any], table: dict[str, Any], reference: Reference) -> bool:
    wanted: str = mirror.get("pull-from-mirror", "digest-only" if table.get("mirror-by-digest-only") else "all")
    return wanted == "all" or wanted == ("digest-only" if reference.digest else "tag-only")


def _location(table: dict[str, Any], prefix: str, reference: Reference) -> Location:
    """Return the place that a table gives: its location in the stead of its prefix."""
    target = table.get("location") or ""
    name = reference.name
    if target:
        name = target + name[len(reference.registry if prefix.startswith("*.") else prefix) :]
    host, slash, repository = name.partition("/")
    if not slash:
        raise InvalidReference(f"registries.conf turns {reference.name} into {name}, which names no repository")
    return Location(host, repository, bool(table.get("insecure")))


def _mode(text: str | None) -> str:
    """Return a mode of short names as configured, "" for none. Raises ValueError."""
    if text and text not in (short_names.ENFORCING, short_names.PERMISSIVE, short_names.DISABLED):
        raise ValueError(f"short-name-mode {text!r} is none of enforcing, permissive, disabled")
    return text or ""
