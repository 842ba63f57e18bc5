"""The document of a container in Docker's shape, for those who call pod `docker`: Docker's members and no others.

https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerInspect
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TOP = """
    Id Created Path Args State Image ResolvConfPath HostnamePath HostsPath LogPath Name RestartCount Driver Platform
    MountLabel ProcessLabel AppArmorProfile ExecIDs HostConfig GraphDriver SizeRw SizeRootFs Mounts Config
    NetworkSettings
""".split()
_STATE = """
    Status Running Paused Restarting OOMKilled Dead Pid ExitCode Error StartedAt FinishedAt Health
""".split()
_HOST_CONFIG = """
    Binds ContainerIDFile LogConfig NetworkMode PortBindings RestartPolicy AutoRemove VolumeDriver VolumesFrom
    ConsoleSize CapAdd CapDrop CgroupnsMode Dns DnsOptions DnsSearch ExtraHosts GroupAdd IpcMode Cgroup Links
    OomScoreAdj PidMode Privileged PublishAllPorts ReadonlyRootfs SecurityOpt Tmpfs UTSMode UsernsMode ShmSize Sysctls
    Runtime Isolation CpuShares Memory NanoCpus CgroupParent BlkioWeight BlkioWeightDevice BlkioDeviceReadBps
    BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps CpuPeriod CpuQuota CpuRealtimePeriod
    CpuRealtimeRuntime CpusetCpus CpusetMems Devices DeviceCgroupRules DeviceRequests MemoryReservation MemorySwap
    MemorySwappiness OomKillDisable PidsLimit Ulimits CpuCount CpuPercent IOMaximumIOps IOMaximumBandwidth MaskedPaths
    ReadonlyPaths Init
""".split()
_CONFIG = """
    Hostname Domainname User AttachStdin AttachStdout AttachStderr ExposedPorts Tty OpenStdin StdinOnce Env Cmd
    Healthcheck Image Volumes WorkingDir Entrypoint OnBuild Labels StopSignal StopTimeout
""".split()
_LOG_CONFIG = ("Type", "Config")
_OPTIONAL = ("Health", "Healthcheck", "ExposedPorts", "Tmpfs", "Sysctls", "Init")  # Docker leaves them out when empty


def docker_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document as Docker has it."""
    made = _only(document, _TOP)
    made["Name"] = f"/{document['Name']}"
    made["State"] = _only(document["State"], _STATE)
    if not document["State"]["Health"]["Status"]:  # it has no check
        del made["State"]["Health"]
    made["HostConfig"] = _only(document["HostConfig"], _HOST_CONFIG)
    made["HostConfig"]["LogConfig"] = _only(document["HostConfig"]["LogConfig"], _LOG_CONFIG)
    made["Config"] = _only(document["Config"], _CONFIG)
    made["ExecIDs"] = document["ExecIDs"] or None
    return made


def _only(document: dict[str, Any], names: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """Return the members of these names in this order."""
    return {name: document[name] for name in names if name in document and (document[name] or name not in _OPTIONAL)}
