"""Options of `run` and `create`: mounts, volumes and devices."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Option


class StorageFlags(Record):
    """Options about mounts, volumes and devices, as typed."""

    chrootdirs: Annotated[
        tuple[str, ...],
        Option(
            "--chrootdirs",
            metavar="FOLDER",
            help="Put hosts, hostname and resolv.conf into this folder of the container too",
            rich_help_panel="Storage",
        ),
    ] = ()
    device: Annotated[
        tuple[str, ...],
        Option(
            "--device",
            metavar="PATH[:PATH][:rwm]",
            help="Hand in a device, a folder of them, or one by its CDI name",
            rich_help_panel="Storage",
        ),
    ] = ()
    gpus: Annotated[
        tuple[str, ...],
        Option(
            "--gpus",
            metavar="GPUS",
            help="Hand in GPUs: all, a number, or device=NAME,…",
            rich_help_panel="Storage",
        ),
    ] = ()
    image_volume: Annotated[
        Literal["anonymous", "bind", "tmpfs", "ignore"],
        Option(
            "--image-volume",
            metavar="HOW",
            help="The image's VOLUMEs become anonymous (bind) volumes or a tmpfs, or are left out: ignore",
            rich_help_panel="Storage",
        ),
    ] = "anonymous"
    mount: Annotated[
        tuple[str, ...],
        Option(
            "--mount",
            metavar="FIELDS",
            help="Mount type=bind|volume|tmpfs|image|devpts|ramfs|glob,source=…,target=…",
            rich_help_panel="Storage",
        ),
    ] = ()
    read_only: Annotated[
        bool, Option("--read-only", help="Make the root filesystem read-only", rich_help_panel="Storage")
    ] = False
    read_only_tmpfs: Annotated[
        bool,
        Option(
            "--read-only-tmpfs",
            help="With --read-only, /run, /tmp and /var/tmp are writable",
            rich_help_panel="Storage",
        ),
    ] = True
    secret: Annotated[
        tuple[str, ...],
        Option(
            "--secret",
            metavar="NAME[,FIELDS]",
            help="Hand in a secret as a file in /run/secrets, or with type=env as a variable",
            rich_help_panel="Storage",
        ),
    ] = ()
    storage_opt: Annotated[
        tuple[str, ...],
        Option(
            "--storage-opt",
            metavar="KEY=VALUE",
            help="Refused: a quota for a container's files needs an administrator and XFS",
            rich_help_panel="Storage",
        ),
    ] = ()
    tmpfs: Annotated[
        tuple[str, ...],
        Option("--tmpfs", metavar="TARGET[:OPTIONS]", help="Mount a tmpfs", rich_help_panel="Storage"),
    ] = ()
    volume: Annotated[
        tuple[str, ...],
        Option(
            "--volume",
            "-v",
            metavar="SOURCE:TARGET[:OPTIONS]",
            help="Mount a folder or a volume",
            rich_help_panel="Storage",
        ),
    ] = ()
    volume_driver: Annotated[
        str,
        Option(
            "--volume-driver",
            metavar="NAME",
            help="Driver of the volumes that are made for -v and --mount",
            rich_help_panel="Storage",
        ),
    ] = ""
    volumes_from: Annotated[
        tuple[str, ...],
        Option(
            "--volumes-from",
            metavar="CONTAINER[:ro,z]",
            help="Mount what another container has mounted",
            rich_help_panel="Storage",
        ),
    ] = ()
