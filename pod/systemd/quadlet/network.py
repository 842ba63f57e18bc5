"""`.network`: a service that makes a network once."""

from __future__ import annotations

from itertools import zip_longest

from pod.systemd.quadlet import options, references, service
from pod.systemd.quadlet.options import Shapes
from pod.systemd.quadlet.references import Site
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import UnitError, UnitFile

SHAPES = Shapes(
    text={"IPAMDriver": "--ipam-driver", "Driver": "--driver"},
    each={"DNS": "--dns"},
    pairs={"Label": "--label"},
    flags={"Internal": "--internal", "IPv6": "--ipv6", "DisableDNS": "--disable-dns"},
    special=("Subnet", "Gateway", "IPRange", "Options", "NetworkName"),
)


def convert(site: Site, source: Source) -> UnitFile:
    """Return the unit of a `.network` file. Raises UnitError."""
    options.check_keys(source, SHAPES)
    made = service.begin(source)
    command = [
        *(*options.program(source, site.program), "network", "create", "--ignore"),
        *options.options(source, SHAPES),
        *_subnets(source),
        *(word for text in source.unit.lines("Network", "Options") for word in ("--opt", text.text)),
        *options.last_arguments(source),
        references.object_name(source),
    ]
    service.make_once(made, command)
    return made


def _subnets(source: Source) -> list[str]:
    """Return the options of the subnets; the gateways and ranges belong to them in their order."""
    unit, found = source.unit, []
    subnets, gateways, ranges = (unit.lines("Network", key) for key in ("Subnet", "Gateway", "IPRange"))
    for extra in (*gateways[len(subnets) :], *ranges[len(subnets) :]):
        raise UnitError(f"{extra.place}: {extra.key}={extra.text} has no Subnet= that it belongs to")
    for subnet, gateway, addresses in zip_longest(subnets, gateways, ranges):
        for line, option in ((subnet, "--subnet"), (gateway, "--gateway"), (addresses, "--ip-range")):
            if line is not None:
                found += [option, line.text]
    return found
