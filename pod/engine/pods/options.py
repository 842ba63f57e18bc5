"""What a front door asks of `pod create`: parsed and typed."""

from __future__ import annotations

from pod.network_values import NetworkJoin, PortMapping
from pod.record import Record
from pod.storage.container_records import AskedIds as AskedIds
from pod.storage.container_records import ControlGroup, Lifecycle, Mount, Resources, RestartPolicy, Users
from pod.storage.pod_records import SHARED

TYPE_CHECKING = False


class PodOptions(Record):
    """All options of `pod create`; what concerns namespaces is the infra container's."""

    name: str = ""
    labels: dict[str, str] = {}
    share: tuple[str, ...] = SHARED
    infra: bool = True
    infra_name: str = ""
    infra_command: tuple[str, ...] = ()
    infra_image: str = ""
    exit_policy: str = "continue"
    restart: RestartPolicy = RestartPolicy()
    hostname: str = ""
    no_hostname: bool = False
    network: str = ""
    networks: tuple[NetworkJoin, ...] = ()
    publish: tuple[PortMapping, ...] = ()
    add_host: tuple[str, ...] = ()
    hosts_file: str = ""
    no_hosts: bool = False
    dns: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    dns_option: tuple[str, ...] = ()
    pid_mode: str = ""
    uts_mode: str = ""
    ipc_mode: str = ""
    users: Users = Users()
    shm_size: int | None = None
    sysctls: dict[str, str] = {}
    resources: Resources = Resources()
    control_group: ControlGroup = ControlGroup()
    mounts: tuple[Mount, ...] = ()
    volumes_from: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    id_file: str = ""
    service: str = ""  # the id of the container that ends with the last pod that has it (pod.kube.service)
    create_command: tuple[str, ...] = ()
