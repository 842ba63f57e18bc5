"""One name of an image as `images` shows it: the columns of the table, and the fields that templates know.

Where Docker and Podman have a field of the same name, templates get Docker's text; Podman's further fields are there
too. `--format json` is Podman's array, or Docker's objects where pod is called `docker`.
"""

from __future__ import annotations

from pod.cli import units
from pod.engine.images.list_images import created_ns
from pod.oci.reference import split_tag
from pod.record import Record
from pod.storage.images import familiar, repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pod.cli.template import Row
    from pod.storage.images import Image

TITLES = {
    "ID": "IMAGE ID",
    "Id": "IMAGE ID",
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "Digest": "DIGEST",
    "CreatedSince": "CREATED",
    "Created": "CREATED",
    "CreatedAt": "CREATED AT",
    "Size": "SIZE",
    "Containers": "CONTAINERS",
    "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
    "VirtualSize": "VIRTUAL SIZE",
}
COLUMNS = ("Repository", "Tag", "ID", "CreatedSince", "Size")
DOCKER_FIELDS = (
    *("Containers", "CreatedAt", "CreatedSince", "Digest", "ID", "Repository", "SharedSize", "Size", "Tag"),
    *("UniqueSize", "VirtualSize"),
)
_NONE = "<none>"


class Line(Record):
    """An image under one of its names, "" for an image without any; its size in bytes; how many containers use it."""

    image: Image
    name: str
    size: int
    containers: int

    @property
    def repository(self) -> str:
        return repository(familiar(self.name)) if self.name else _NONE

    @property
    def tag(self) -> str:
        return split_tag(self.name.partition("@")[0])[1] or _NONE


class View(Record):
    """How rows are to be made."""

    truncate: bool
    now: int
    digests: bool = False


def titles(view: View) -> list[str]:
    """Return the headings of the table."""
    names = [TITLES[column] for column in COLUMNS]
    return [*names[:2], TITLES["Digest"], *names[2:]] if view.digests else names


def table_row(line: Line, view: View) -> Sequence[str]:
    """Return the cells of the table."""
    digest = [str(line.image.digest)] if view.digests else []
    created = units.ago(created_ns(line.image), view.now)
    return [line.repository, line.tag, *digest, shown_id(line.image, view), created, units.decimal_size(line.size)]


def shown_id(image: Image, view: View) -> str:
    return image.id.short if view.truncate else str(image.id)


def template_row(line: Line, view: View) -> Row:
    """Return the fields that `--format` knows."""
    from pod.cli.template import Row

    image = line.image
    size = units.decimal_size(line.size)
    return Row(
        Arch=image.config.architecture,
        Containers=str(line.containers),
        Created=units.ago(created_ns(image), view.now),
        CreatedAt=units.local_time(created_ns(image)),
        CreatedSince=units.ago(created_ns(image), view.now),
        CreatedTime=units.local_time(created_ns(image)),
        Dangling=not image.names,
        Digest=str(image.digest),
        History=[familiar(name) for name in image.names],
        ID=shown_id(image, view),
        Id=shown_id(image, view),
        Labels=dict(image.config.config.labels),
        Names=[familiar(name) for name in image.names],
        Os=image.config.os,
        ParentId="",
        ReadOnly=False,
        RepoDigests=[familiar(name) for name in image.digests],
        RepoTags=[familiar(name) for name in image.names],
        Repository=line.repository,
        SharedSize="N/A",
        Size=size,
        Tag=line.tag,
        UniqueSize="N/A",
        VirtualSize=size,
    )


def podman_document(line: Line, view: View) -> dict[str, Any]:
    """Return an image as an element of what `podman images --format json` prints, names in full."""
    image = line.image
    names = list(image.names)
    return {
        "Id": image.id.hex,
        "ParentId": "",
        "RepoTags": names or None,
        "RepoDigests": list(image.digests),
        "Size": line.size,
        "SharedSize": 0,
        "VirtualSize": line.size,
        "Labels": dict(image.config.config.labels) or None,
        "Containers": line.containers,
        "Names": names,
        "Digest": str(image.digest),
        "History": names,
        "Created": created_ns(image) // 1_000_000_000,
        "CreatedAt": image.config.created,
        "CreatedSince": units.ago(created_ns(image), view.now),
        "Dangling": not image.names,
    }
