"""`pod volume create`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def create(
    context: Context,
    name: Annotated[str, Argument(metavar="[NAME]", help="Name; a random one if there is none")] = "",
    driver: Annotated[str, Option("--driver", "-d", metavar="NAME", help="local, or a volume plugin")] = "local",
    gid: Annotated[int | None, Option("--gid", metavar="GID", help="Group that the volume belongs to")] = None,
    ignore: Annotated[bool, Option("--ignore", help="A volume of that name may be there already")] = False,
    label: Annotated[tuple[str, ...], Option("--label", "-l", metavar="KEY=VALUE", help="Add a label")] = (),
    opt: Annotated[
        tuple[str, ...], Option("--opt", "-o", metavar="KEY=VALUE", help="Option of the driver: type, device, o …")
    ] = (),
    uid: Annotated[int | None, Option("--uid", metavar="UID", help="User that the volume belongs to")] = None,
) -> int:
    """Make a volume and print its name.

    The driver local keeps it in a folder of the store, or mounts what the options say, in the words of mount(8):
    without root that is a tmpfs, a folder of this machine, or an overlay. Any other driver is a volume plugin.

    Examples:
      pod volume create data
      pod volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=64m,uid=1000 scratch
      pod volume create --opt type=none --opt o=bind --opt device=/srv/data shared
    """
    from pod.cli.parsers.labels import parse_labels, parse_pairs
    from pod.engine.volumes.create import VolumeOptions, create_volume

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
