"""The options that `pod create` and `pod clone` share. Those that containers have, too, bear the same names here.

pod.cli.parsers.pod_options makes of them what the engine is asked for.
"""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option

_LIMIT = "Refused: a pod has no control group of its own; limit its containers: pod run --pod NAME --memory …"


class InfraFlags(Record):
    """Options about the infra container and what is shared through it, as typed."""

    cgroup_parent: Annotated[
        str, Option("--cgroup-parent", metavar="PATH", help="Put the infra container's control group into this one")
    ] = ""
    gidmap: Annotated[tuple[str, ...], Option("--gidmap", metavar="MAP", help="Map of groups, as --uidmap")] = ()
    hostname: Annotated[str, Option("--hostname", metavar="NAME", help="Host name inside; else the pod's name")] = ""
    infra_command: Annotated[
        str, Option("--infra-command", metavar="COMMAND", help="What the infra container of --infra-image runs")
    ] = ""
    conmon_pidfile: Annotated[
        str, Option("--infra-conmon-pidfile", metavar="FILE", help="Write the infra container's monitor's pid here")
    ] = ""
    infra_name: Annotated[str, Option("--infra-name", metavar="NAME", help="Name of the infra container")] = ""
    pid: Annotated[str, Option("--pid", metavar="MODE", help="Process ids: private, host, container:NAME, ns:PATH")] = (
        ""
    )
    shm_size: Annotated[str | None, Option("--shm-size", metavar="SIZE", help="Size of /dev/shm (64m)")] = None
    shm_size_systemd: Annotated[
        str, Option("--shm-size-systemd", metavar="SIZE", help="Refused: no systemd runs in an infra container")
    ] = ""
    subgidname: Annotated[str, Option("--subgidname", metavar="NAME", help="Map the subordinate groups of NAME")] = ""
    subuidname: Annotated[str, Option("--subuidname", metavar="NAME", help="Map the subordinate users of NAME")] = ""
    sysctl: Annotated[
        tuple[str, ...], Option("--sysctl", metavar="KEY=VALUE", help="Set a parameter of the kernel's")
    ] = ()
    uidmap: Annotated[tuple[str, ...], Option("--uidmap", metavar="[+]INSIDE:[@]ID[:COUNT]", help="Map of users")] = ()
    userns: Annotated[str, Option("--userns", metavar="MODE", help="Users: host, keep-id, auto, nomap, ns:PATH")] = ""
    uts: Annotated[str, Option("--uts", metavar="MODE", help="Names: private, host, container:NAME, ns:PATH")] = ""


class MemberFlags(Record):
    """Options that every container of the pod gets, as typed."""

    device: Annotated[tuple[str, ...], Option("--device", metavar="DEVICE", help="Hand in a device")] = ()
    gpus: Annotated[tuple[str, ...], Option("--gpus", metavar="WHICH", help="Hand in graphics processors")] = ()
    label: Annotated[tuple[str, ...], Option("--label", "-l", metavar="KEY=VALUE", help="Set a label of the pod")] = ()
    label_file: Annotated[
        tuple[str, ...], Option("--label-file", metavar="FILE", help="Set the labels that a file lists")
    ] = ()
    restart: Annotated[
        str, Option("--restart", metavar="POLICY", help="For containers without one: always, on-failure[:N] …")
    ] = "no"
    security_opt: Annotated[
        tuple[str, ...], Option("--security-opt", metavar="OPTION", help="As of `pod run`, for every container")
    ] = ()
    volume: Annotated[
        tuple[str, ...], Option("--volume", "-v", metavar="SOURCE:TARGET", help="Mount into every container")
    ] = ()
    volumes_from: Annotated[
        tuple[str, ...], Option("--volumes-from", metavar="CONTAINER", help="Mount what this container has")
    ] = ()


class PodLimitFlags(Record):
    """Limits on a pod as a whole, all refused."""

    blkio_weight: Annotated[str, Option("--blkio-weight", metavar="WEIGHT", help=_LIMIT)] = ""
    cpu_shares: Annotated[str, Option("--cpu-shares", "-c", metavar="WEIGHT", help=_LIMIT)] = ""
    cpus: Annotated[str, Option("--cpus", metavar="NUMBER", help=_LIMIT)] = ""
    cpuset_cpus: Annotated[str, Option("--cpuset-cpus", metavar="LIST", help=_LIMIT)] = ""
    cpuset_mems: Annotated[str, Option("--cpuset-mems", metavar="LIST", help=_LIMIT)] = ""
    device_read_bps: Annotated[str, Option("--device-read-bps", metavar="DEVICE:RATE", help=_LIMIT)] = ""
    device_write_bps: Annotated[str, Option("--device-write-bps", metavar="DEVICE:RATE", help=_LIMIT)] = ""
    memory: Annotated[str, Option("--memory", "-m", metavar="SIZE", help=_LIMIT)] = ""
    memory_swap: Annotated[str, Option("--memory-swap", metavar="SIZE", help=_LIMIT)] = ""
