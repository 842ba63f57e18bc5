"""Options of `run` and `create`: mounts, volumes and devices."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class StorageFlags(Record):
    """Options about mounts, volumes and devices, as typed."""

    device: Annotated[
        tuple[str, ...],
        Option("--device", metavar="PATH[:PATH]", help="Hand in a device of this machine", rich_help_panel="Storage"),
    ] = ()
    mount: Annotated[
        tuple[str, ...],
        Option(
            "--mount",
            metavar="FIELDS",
            help="Mount type=bind|volume|tmpfs,source=…,target=…",
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
