"""`pod volume create`."""

from __future__ import annotations

_SWARM = "Refused: that is for volumes of a Swarm"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def create(
    context: Context,
    name: Annotated[str, Argument(metavar="[NAME]", help="Name; a random one if there is none")] = "",
    availability: Annotated[str, Option("--availability", help=_SWARM)] = "",
    driver: Annotated[str, Option("--driver", "-d", metavar="NAME", help="local, or a volume plugin")] = "local",
    gid: Annotated[int | None, Option("--gid", metavar="GID", help="Group that the volume belongs to")] = None,
    group: Annotated[str, Option("--group", help=_SWARM)] = "",
    ignore: Annotated[bool, Option("--ignore", help="A volume of that name may be there already")] = False,
    label: Annotated[tuple[str, ...], Option("--label", "-l", metavar="KEY=VALUE", help="Add a label")] = (),
    limit_bytes: Annotated[str, Option("--limit-bytes", help=_SWARM)] = "",
    opt: Annotated[
        tuple[str, ...], Option("--opt", "-o", metavar="KEY=VALUE", help="Option of the driver: type, device, o …")
    ] = (),
    required_bytes: Annotated[str, Option("--required-bytes", help=_SWARM)] = "",
    scope: Annotated[str, Option("--scope", help=_SWARM)] = "",
    secret: Annotated[tuple[str, ...], Option("--secret", help=_SWARM)] = (),
    sharing: Annotated[str, Option("--sharing", help=_SWARM)] = "",
    topology_preferred: Annotated[tuple[str, ...], Option("--topology-preferred", help=_SWARM)] = (),
    topology_required: Annotated[tuple[str, ...], Option("--topology-required", help=_SWARM)] = (),
    type: Annotated[str, Option("--type", help=_SWARM)] = "",
    uid: Annotated[int | None, Option("--uid", metavar="UID", help="User that the volume belongs to")] = None,
) -> int:
    """Make a volume and print its name.

    The driver local keeps it in a folder of the store, or mounts what the options say, in the words of mount(8):
    without root that is a tmpfs, a folder of this machine, or an overlay. Any other driver is a volume plugin.

    Examples:
      pod volume create data
      pod volume create -o type=tmpfs -o device=tmpfs -o o=size=64m,uid=1000 scratch
      pod volume create --opt type=none --opt o=bind --opt device=/srv/data shared
    """
    from pod.cli.parsers.labels import parse_labels, parse_pairs
    from pod.engine.volumes.create import VolumeOptions, create_volume

    del availability, group, limit_bytes, required_bytes, scope, secret, sharing, topology_preferred, topology_required
    del type
    options = VolumeOptions(
        name=name,
        driver=driver or "local",
        labels=parse_labels(label),
        options=parse_pairs("--opt", opt),
        uid=uid,
        gid=gid,
    )
    print(create_volume(context.engine, options, existing=ignore or context.as_docker))
    return 0
