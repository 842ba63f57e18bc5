"""What `info` prints where pod is called `docker`: the members of Docker's API, and the text that its client shows.

https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo
"""

from __future__ import annotations

from pod.cli import units
from pod.cli.template import Fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_TAKEN = """
    ID Containers ContainersRunning ContainersPaused ContainersStopped Images Driver ServerVersion OperatingSystem
    OSType Architecture KernelVersion NCPU MemTotal Name DockerRootDir CgroupVersion
""".split()
_RUNTIME = "pod"
_REGISTRY = "https://index.docker.io/v1/"


def docker_document(facts: dict[str, Any], log_driver: str) -> Fields:
    """Return the facts that `pod info` knows as Docker has them."""
    security = facts["host"]["security"]
    options = ["name=seccomp,profile=default"] if security["seccompEnabled"] else []
    options += ["name=rootless"] if security["rootless"] else []
    return Fields(
        {name: facts[name] for name in _TAKEN},
        DriverStatus=[["Run Root", facts["store"]["runRoot"]]],
        Plugins=Fields(
            Volume=["local"],
            Network=["bridge", "host", "none", "pasta", "slirp4netns"],
            Authorization=None,
            Log=["journald", "json-file", "k8s-file", "none", "passthrough"],
        ),
        Debug=False,
        LoggingDriver=log_driver,
        CgroupDriver="none"
        if security["rootless"] and facts["CgroupVersion"] == "1"
        else facts["host"]["cgroupManager"],
        IndexServerAddress=_REGISTRY,
        HttpProxy="",
        HttpsProxy="",
        NoProxy="",
        Labels=[],
        ExperimentalBuild=False,
        Runtimes=Fields({_RUNTIME: Fields(path=_RUNTIME)}),
        DefaultRuntime=_RUNTIME,
        Swarm=Fields(NodeID="", NodeAddr="", LocalNodeState="inactive", ControlAvailable=False, Error=""),
        LiveRestoreEnabled=True,
        Isolation="",
        InitBinary="pod",
        SecurityOptions=options,
        Warnings=None,
        ClientInfo=Fields(Debug=False, Context="default", Plugins=[], Warnings=None),
    )


def docker_text(document: Fields) -> str:
    """Return the text of `docker info`, which scripts search for lines such as `Server Version: …`."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Fields) -> Iterator[str]:
    yield from ("Client:", " Context:    default", " Debug Mode: false", "", "Server:")
    yield f" Containers: {document['Containers']}"
    yield from (f"  {state}: {document[f'Containers{state}']}" for state in ("Running", "Paused", "Stopped"))
    named = {"Images": "Images", "Server Version": "ServerVersion", "Storage Driver": "Driver"}
    yield from (f" {title}: {document[name]}" for title, name in named.items())
    yield from (f"  {title}: {value}" for title, value in document["DriverStatus"])
    named = {"Logging Driver": "LoggingDriver", "Cgroup Driver": "CgroupDriver", "Cgroup Version": "CgroupVersion"}
    yield from (f" {title}: {document[name]}" for title, name in named.items())
    yield " Plugins:"
    yield from (f"  {kind}: {' '.join(document['Plugins'][kind])}" for kind in ("Volume", "Network", "Log"))
    yield from (f" Swarm: {document['Swarm']['LocalNodeState']}", f" Runtimes: {' '.join(document['Runtimes'])}")
    yield from (f" Default Runtime: {document['DefaultRuntime']}", " Security Options:")
    for option in document["SecurityOptions"]:
        name, _, profile = option.removeprefix("name=").partition(",profile=")
        yield f"  {name}"
        if profile:
            yield f"   Profile: {profile}"
    named = {
        "Kernel Version": "KernelVersion",
        "Operating System": "OperatingSystem",
        "OSType": "OSType",
        "Architecture": "Architecture",
        "CPUs": "NCPU",
    }
    yield from (f" {title}: {document[name]}" for title, name in named.items())
    yield f" Total Memory: {units.binary_size(document['MemTotal'])}"
    named = {"Name": "Name", "ID": "ID", "Docker Root Dir": "DockerRootDir"}
    yield from (f" {title}: {document[name]}" for title, name in named.items())
    yield from (" Debug Mode: false", f" Registry: {_REGISTRY}", " Experimental: false", " Live Restore Enabled: true")
