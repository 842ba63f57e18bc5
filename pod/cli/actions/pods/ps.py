"""What `pod ps` does: choose the pods, order them, print them in Podman's columns."""

from __future__ import annotations

import sys
import time

from pod.cli import tables, units
from pod.cli.parsers import invalid
from pod.cli.template import Fields, Row
from pod.linux import times
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.cli.context import Context
    from pod.engine.pods.store import Pod

_TITLES = {
    "Id": "POD ID",
    "Name": "NAME",
    "Status": "STATUS",
    "Created": "CREATED",
    "InfraId": "INFRA ID",
    "NumberOfContainers": "# OF CONTAINERS",
    "ContainerIds": "IDS",
    "ContainerNames": "NAMES",
    "ContainerStatuses": "STATUS",
    "Cgroup": "CGROUP",
    "Namespaces": "NAMESPACES",
}
_SHORT = 12
_SORT_KEYS: dict[str, Callable[[Pod], Any]] = {
    "created": lambda pod: -times.to_ns(pod.record.created),
    "id": lambda pod: pod.id,
    "name": lambda pod: pod.name,
    "number": lambda pod: len(pod.containers),
    "status": lambda pod: pod.status,
}


class PodListing(Record):
    """The options of `pod ps`."""

    ctr_ids: bool
    ctr_names: bool
    ctr_status: bool
    filters: tuple[str, ...]
    format: str
    heading: bool
    latest: bool
    namespaces: bool
    no_trunc: bool
    quiet: bool
    sort: str


def show_pods(context: Context, listing: PodListing) -> int:
    """Print the pods that were asked for."""
    found = _chosen(context, listing)
    if listing.quiet and listing.format in ("", "table"):
        for pod in found:
            print(_id(pod.id, listing))
        return 0
    if listing.format.strip() == "json":
        from pod.cli.render import json_text

        sys.stdout.write(json_text([_document(pod) for pod in found]))
        return 0
    rows = [_row(pod, listing) for pod in found]
    text = tables.format_rows(
        listing.format,
        rows,
        _TITLES,
        columns=_columns(listing),
        layout=tables.PODMAN,
        heading=listing.heading,
        bold=context.on_terminal,
    )
    sys.stdout.write(text)
    return 0


def _chosen(context: Context, listing: PodListing) -> list[Pod]:
    from pod.engine.pods import store

    if listing.sort not in _SORT_KEYS:
        raise invalid("--sort", listing.sort, f"it is one of {', '.join(_SORT_KEYS)}")
    found = sorted(store.every(context.engine), key=_SORT_KEYS["created"])
    if listing.filters:
        from pod.cli.actions.pods.filters import parse_filters

        fits = parse_filters(context, listing.filters)
        found = [pod for pod in found if fits(pod)]
    return sorted(found[:1] if listing.latest else found, key=_SORT_KEYS[listing.sort])


def _columns(listing: PodListing) -> tuple[str, ...]:
    chosen = {
        "ContainerIds": listing.ctr_ids,
        "ContainerNames": listing.ctr_names,
        "ContainerStatuses": listing.ctr_status,
    }
    inner = [name for name, wanted in chosen.items() if wanted] or ["NumberOfContainers"]
    namespaces = ("Cgroup", "Namespaces") if listing.namespaces else ()
    return ("Id", "Name", "Status", "Created", "InfraId", *inner, *namespaces)


def _id(text: str, listing: PodListing) -> str:
    return text if listing.no_trunc else text[:_SHORT]


def _row(pod: Pod, listing: PodListing) -> Row:
    return Row(
        Id=_id(pod.id, listing),
        Name=pod.name,
        Status=pod.status,
        Created=units.ago(times.to_ns(pod.record.created), time.time_ns()),
        InfraId=_id(pod.record.infra, listing),
        InfraID=_id(pod.record.infra, listing),
        NumberOfContainers=len(pod.containers),
        ContainerIds=",".join(_id(one.id, listing) for one in pod.containers),
        ContainerNames=",".join(one.name for one in pod.containers),
        ContainerStatuses=",".join(one.state.status for one in pod.containers),
        Cgroup="",
        Namespaces=",".join(pod.record.share),
        Namespace="",
        Networks=",".join(_networks(pod)),
        Restarts=sum(one.state.restart_count for one in pod.containers),
        Labels=",".join(f"{key}={value}" for key, value in sorted(pod.record.labels.items())),
        Label=lambda key: pod.record.labels.get(key, ""),
    )


def _networks(pod: Pod) -> list[str]:
    from pod.cli.actions.container_status import networks_of

    infra = pod.infra
    return [name for name in networks_of(infra.record) if infra.record.networks] if infra is not None else []


def _document(pod: Pod) -> Fields:
    """Return a pod as an element of what `podman pod ps --format json` prints."""
    return Fields(
        {
            "Cgroup": "",
            "Containers": [
                Fields(
                    {
                        "Id": one.id,
                        "Names": one.name,
                        "Status": one.state.status,
                        "RestartCount": one.state.restart_count,
                    }
                )
                for one in pod.containers
            ],
            "Created": pod.record.created,
            "Id": pod.id,
            "InfraId": pod.record.infra,
            "Name": pod.name,
            "Namespace": "",
            "Networks": _networks(pod),
            "Status": pod.status,
            "Labels": dict(pod.record.labels),
        }
    )
