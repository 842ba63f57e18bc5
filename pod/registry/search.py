"""Looking for repositories: Docker Hub's search (version 1 of the protocol), else a registry's whole catalogue.

https://distribution.github.io/distribution/spec/api/#listing-repositories
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from pod.errors import NoSuchManifest, NotAuthorized, RegistryError
from pod.record import Record
from pod.registry.connection import printable, read_bounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from pod.registry.connection import Connection

SEARCH_HOSTS = {"docker.io": "index.docker.io"}  # where a registry answers searches elsewhere
_CATALOG_SCOPE = "registry:catalog:*"
_LIMIT = 4 << 20  # bytes of one page
_PAGES = 1000
_PAGE = 1000  # repositories
_LARGEST_ANSWER = 100  # of a search, as Docker Hub has it


class FoundRepository(Record):
    """A repository that was found; a catalogue knows its name only."""

    name: str  # without the registry
    description: str = ""
    stars: int = 0
    official: bool = False
    automated: bool = False


def search(
    connection: Connection, registry: str, term: str, limit: int, fits: Callable[[FoundRepository], bool]
) -> list[FoundRepository]:
    """Return up to `limit` repositories that have to do with a term and fit. Raises RegistryError."""
    what = f"cannot search {registry}"
    found: list[FoundRepository] = []
    every = _searched(connection, term, limit, what) if term else None
    if every is None:
        every = (one for one in _catalogue(connection, registry, what) if term in one.name)
    for one in every:
        if fits(one):
            found.append(one)
        if len(found) == limit:
            break
    return found


def _searched(connection: Connection, term: str, limit: int, what: str) -> Iterator[FoundRepository] | None:
    """Return what the registry's own search finds, None where it has none."""
    query = urlencode({"q": term, "n": min(limit, _LARGEST_ANSWER)})
    try:
        response = connection.request("GET", f"/v1/search?{query}", (200,), what, stream=True)
    except NoSuchManifest:
        return None
    except RegistryError as err:
        if err.temporary:
            raise
        return None  # the catalogue may still answer
    document = _json(read_bounded(response, _LIMIT, what, connection.host))
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list):
        return None
    return (_result(one) for one in results if isinstance(one, dict) and one.get("name"))


def _result(one: dict[str, Any]) -> FoundRepository:
    stars = one.get("star_count")
    return FoundRepository(
        printable(str(one["name"])),
        printable(str(one.get("description") or "")),
        stars if isinstance(stars, int) else 0,
        bool(one.get("is_official")),
        bool(one.get("is_automated")),
    )


def _catalogue(connection: Connection, registry: str, what: str) -> Iterator[FoundRepository]:
    path = f"/v2/_catalog?n={_PAGE}"
    for _ in range(_PAGES):
        try:
            response = connection.request("GET", path, (200,), what, scope=_CATALOG_SCOPE, stream=True)
        except NotAuthorized as err:
            raise NotAuthorized(
                f"{what}: it has no search, and does not show its catalogue: {err.message.removeprefix(f'{what}: ')}",
                hint=f"`pod login {registry}` with an account that may; "
                f"`pod search --list-tags {registry}/NAME` lists a repository's tags",
            ) from None
        except NoSuchManifest:
            raise RegistryError(
                f"{what}: it offers neither a search nor a catalogue of its repositories",
                hint=f"`pod search --list-tags {registry}/NAME` lists the tags of a repository whose name is known",
            ) from None
        document = _json(read_bounded(response, _LIMIT, what, connection.host))
        names = document.get("repositories") if isinstance(document, dict) else None
        for name in names or ():
            yield FoundRepository(printable(str(name)))
        path = response.links.get("next", {}).get("url", "")
        if not path:
            return


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None
