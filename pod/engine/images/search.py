"""`search`: repositories on registries, and the tags of one."""

from __future__ import annotations

from pod.errors import RegistryError, UsageError
from pod.oci.reference import DEFAULT_REGISTRY, Reference
from pod.record import Record
from pod.registry import search as protocol
from pod.registry.access import Access
from pod.registry.search import FoundRepository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.registry.options import RegistryOptions


class Hit(Record):
    """A repository that a search found."""

    registry: str
    found: FoundRepository

    @property
    def name(self) -> str:
        """The full name: registry and path, official images of Docker's below library/."""
        path = self.found.name
        if self.registry == DEFAULT_REGISTRY and "/" not in path:
            path = f"library/{path}"
        return f"{self.registry}/{path}"


def search(
    engine: Engine, text: str, options: RegistryOptions, *, limit: int, fits: Callable[[FoundRepository], bool]
) -> list[Hit]:
    """Return repositories that have to do with a term, up to `limit` of each registry.

    The term may begin with a registry; else those are searched that bare names are looked for on. One that does not
    answer does not keep the others from it. Raises UsageError, RegistryError.
    """
    access = Access(options)
    registry, term = _split(text)
    hits: list[Hit] = []
    failures = []
    registries = [registry] if registry else access.conf.searched() or [DEFAULT_REGISTRY]
    for one in registries:
        try:
            connection = access.connection(protocol.SEARCH_HOSTS.get(one, one), one)
            hits += [Hit(one, found) for found in protocol.search(connection, one, term, limit, fits)]
        except RegistryError as err:
            failures.append(err)
    if len(failures) == len(registries):
        raise failures[0]
    for failure in failures:
        engine.notify(failure.message)
    return hits


def tags(text: str, options: RegistryOptions, *, limit: int = 0) -> tuple[str, list[str]]:
    """Return the full name of a repository and its tags, up to `limit` if that is not 0. Raises RegistryError."""
    access = Access(options)
    reference = access.conf.meaning(text.removeprefix("docker://")).candidates[0]
    if Reference.parse(text.removeprefix("docker://")).tag:
        raise UsageError(f"--list-tags takes the name of a repository, not of a tag as in {text}")
    found = access.target(reference).tags()
    return reference.name, found[:limit] if limit else found


def _split(text: str) -> tuple[str, str]:
    """Split a term into registry ("" for none) and what to look for there ("" for everything)."""
    bare = text.removeprefix("docker://").removeprefix("https://").removeprefix("http://")
    first, slash, rest = bare.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest.strip("/")
    if not bare.strip("/"):
        raise UsageError("search needs something to look for", hint="pod search busybox")
    return "", bare.strip("/")
