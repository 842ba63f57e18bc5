"""Options of `run`, `create`, `update` and `container clone`: limits that a control group keeps."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option

_REAL_TIME = "Refused: only root shares out real-time processor time, with control groups of version 1"


class ResourceFlags(Record):
    """Options about limits that a control group keeps, as typed."""

    blkio_weight: Annotated[
        int | None,
        Option("--blkio-weight", metavar="WEIGHT", help="Share of disk time, 10 to 1000", rich_help_panel="Limit"),
    ] = None
    blkio_weight_device: Annotated[
        tuple[str, ...],
        Option("--blkio-weight-device", metavar="DEVICE:WEIGHT", help="The same for one disk", rich_help_panel="Limit"),
    ] = ()
    cgroup_conf: Annotated[
        tuple[str, ...],
        Option(
            "--cgroup-conf", metavar="FILE=VALUE", help="Write a file of the control group", rich_help_panel="Limit"
        ),
    ] = ()
    cpu_period: Annotated[
        int | None,
        Option(
            "--cpu-period", metavar="MICROSECONDS", help="Length of a period, 1000 to 1000000", rich_help_panel="Limit"
        ),
    ] = None
    cpu_quota: Annotated[
        int | None,
        Option("--cpu-quota", metavar="MICROSECONDS", help="Processor time in a period", rich_help_panel="Limit"),
    ] = None
    cpu_rt_period: Annotated[
        str, Option("--cpu-rt-period", metavar="MICROSECONDS", help=_REAL_TIME, rich_help_panel="Limit")
    ] = ""
    cpu_rt_runtime: Annotated[
        str, Option("--cpu-rt-runtime", metavar="MICROSECONDS", help=_REAL_TIME, rich_help_panel="Limit")
    ] = ""
    cpu_shares: Annotated[
        int | None,
        Option("--cpu-shares", "-c", metavar="WEIGHT", help="Share of the processors (1024)", rich_help_panel="Limit"),
    ] = None
    cpus: Annotated[
        str, Option("--cpus", metavar="NUMBER", help="So many processors, such as 1.5", rich_help_panel="Limit")
    ] = ""
    cpuset_cpus: Annotated[
        str,
        Option("--cpuset-cpus", metavar="LIST", help="Only these processors, such as 0-2,4", rich_help_panel="Limit"),
    ] = ""
    cpuset_mems: Annotated[
        str, Option("--cpuset-mems", metavar="LIST", help="Only these memory nodes", rich_help_panel="Limit")
    ] = ""
    device_read_bps: Annotated[
        tuple[str, ...],
        Option(
            "--device-read-bps",
            metavar="DEVICE:RATE",
            help="Bytes per second from a disk, such as /dev/sda:1mb",
            rich_help_panel="Limit",
        ),
    ] = ()
    device_read_iops: Annotated[
        tuple[str, ...],
        Option("--device-read-iops", metavar="DEVICE:RATE", help="Reads per second", rich_help_panel="Limit"),
    ] = ()
    device_write_bps: Annotated[
        tuple[str, ...],
        Option("--device-write-bps", metavar="DEVICE:RATE", help="Bytes per second to a disk", rich_help_panel="Limit"),
    ] = ()
    device_write_iops: Annotated[
        tuple[str, ...],
        Option("--device-write-iops", metavar="DEVICE:RATE", help="Writes per second", rich_help_panel="Limit"),
    ] = ()
    memory: Annotated[
        str, Option("--memory", "-m", metavar="SIZE", help="So much memory, such as 512m", rich_help_panel="Limit")
    ] = ""
    memory_reservation: Annotated[
        str,
        Option(
            "--memory-reservation",
            metavar="SIZE",
            help="Memory that is left to it when there is little",
            rich_help_panel="Limit",
        ),
    ] = ""
    memory_swap: Annotated[
        str,
        Option(
            "--memory-swap", metavar="SIZE", help="Memory and swap together; -1 for all swap", rich_help_panel="Limit"
        ),
    ] = ""
    memory_swappiness: Annotated[
        str,
        Option(
            "--memory-swappiness",
            metavar="NUMBER",
            help="Refused: control groups of version 2 have no such limit",
            rich_help_panel="Limit",
        ),
    ] = ""
    pids_limit: Annotated[
        int | None,
        Option("--pids-limit", metavar="NUMBER", help="So many processes; -1 for no limit", rich_help_panel="Limit"),
    ] = None
