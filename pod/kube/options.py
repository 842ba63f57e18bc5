"""What a front door asks of `kube play`."""

from __future__ import annotations

from pod.engine.options import ImageSource
from pod.network_values import NetworkJoin, PortMapping
from pod.record import Record
from pod.storage.container_records import LogConfig, Users


class PlayOptions(Record):
    """How the pods of a file are to be made."""

    start: bool = True
    anew: bool = False  # pods of an earlier play go first
    networks: tuple[NetworkJoin, ...] = ()
    network: str = ""
    publish: tuple[PortMapping, ...] = ()  # in place of those that the file says
    publish_all: bool = False  # also the containerPorts without a hostPort
    ips: tuple[str, ...] = ()  # one for each pod
    macs: tuple[str, ...] = ()
    log: LogConfig = LogConfig()
    annotations: dict[str, str] = {}
    users: Users = Users()
    no_hosts: bool = False
    no_hostname: bool = False
    seccomp_profile_root: str = "/var/lib/kubelet/seccomp"
    source: ImageSource = ImageSource()
    service_container: bool = False
    exit_codes: str = "none"  # all, any or none: of which containers the service container's code tells
    unit: str = ""  # of systemd, that plays the file
    create_command: tuple[str, ...] = ()
