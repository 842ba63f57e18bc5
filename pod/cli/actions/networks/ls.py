"""What `network ls` does: choose and print."""

from __future__ import annotations

import sys

from pod.net import store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.cli.template import Row
    from pod.net.records import Network

_TITLES = {"ID": "NETWORK ID", "Name": "NAME", "Driver": "DRIVER", "Scope": "SCOPE", "Labels": "LABELS"}
_COLUMNS = ("ID", "Name", "Driver")
_DOCKER_FIELDS = ("CreatedAt", "Driver", "ID", "IPv4", "IPv6", "Internal", "Labels", "Name", "Scope")
_SHORT = 12


def ls(context: Context, *, filters: Sequence[str], format: str, heading: bool, quiet: bool, whole: bool) -> int:
    """Print the networks that fit, in the order of their names."""
    found = store.every(context.engine.layout.networks)
    if filters:
        from pod.cli.actions.networks.filters import parse_filters

        fits = parse_filters(context, filters)
        found = [network for network in found if fits(network)]
    if quiet and format in ("", "table"):
        for network in found:
            print(_id(network, whole) if context.as_docker else network.name)
        return 0
    sys.stdout.write(_text(context, found, format, heading=heading, whole=whole))
    return 0


def _text(context: Context, found: Sequence[Network], format: str, *, heading: bool, whole: bool) -> str:
    from pod.cli import tables

    if format.strip() == "json" and not context.as_docker:
        from pod.cli.render import json_text
        from pod.engine.network import inspect

        return json_text([inspect.podmans(network, []) for network in found])
    rows = [_row(network, whole) for network in found]
    if context.as_docker and format.strip() in ("json", "{{json .}}"):
        rows = [_dockers_row(row) for row in rows]
    columns = (*_COLUMNS, "Scope") if context.as_docker else _COLUMNS
    layout = tables.DOCKER if context.as_docker else tables.PODMAN
    return tables.format_rows(
        format, rows, _TITLES, columns=columns, layout=layout, heading=heading, bold=context.on_terminal
    )


def _row(network: Network, whole: bool) -> Row:
    from pod.cli.template import Row
    from pod.engine.network import inspect

    fields = inspect.for_templates(network, [])
    fields["ID"] = _id(network, whole)
    fields["Labels"] = ",".join(f"{key}={value}" for key, value in sorted(network.labels.items()))
    fields["Label"] = lambda key: network.labels.get(key, "")
    fields["CreatedAt"] = network.created
    fields["IPv4"], fields["IPv6"] = str(fields["EnableIPv4"]).lower(), str(network.ipv6).lower()
    return Row(fields)


def _dockers_row(row: Row) -> Row:
    """Return the fields that Docker has, all of them text."""
    return type(row)(
        {name: str(row[name]).lower() if row[name] in (True, False) else row[name] for name in _DOCKER_FIELDS}
    )


def _id(network: Network, whole: bool) -> str:
    return network.id if whole else network.id[:_SHORT]
