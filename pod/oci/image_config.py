"""The image configuration: what a container made from the image runs by default (config.md), and Docker's additions.

Keys that these records do not know are kept, so that a configuration written back keeps its meaning; the bytes that
an image's id was taken from are never rewritten.
"""

from __future__ import annotations

from pod.oci.digest import Digest
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Healthcheck(Record):
    """Docker's HEALTHCHECK: times in nanoseconds."""

    _omit_defaults = True
    _wire = {
        "test": "Test",
        "interval": "Interval",
        "timeout": "Timeout",
        "start_period": "StartPeriod",
        "start_interval": "StartInterval",
        "retries": "Retries",
    }

    test: tuple[str, ...] = ()
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    retries: int = 0
    unknown: dict[str, Any] = {}

    def overridden(self, asked: Healthcheck) -> Healthcheck:
        """Return this check with the parts that another one has in place of its own."""
        return self.replace(**{name: value for name, value in vars(asked).items() if value and name != "unknown"})


class RunConfig(Record):
    """The `config` member: command, environment, user and the rest of a container's defaults."""

    _omit_defaults = True
    _wire = {
        "user": "User",
        "exposed_ports": "ExposedPorts",
        "env": "Env",
        "entrypoint": "Entrypoint",
        "cmd": "Cmd",
        "volumes": "Volumes",
        "working_dir": "WorkingDir",
        "labels": "Labels",
        "stop_signal": "StopSignal",
        "healthcheck": "Healthcheck",
        "shell": "Shell",
        "on_build": "OnBuild",
    }

    user: str = ""
    exposed_ports: dict[str, Any] = {}
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    volumes: dict[str, Any] = {}
    working_dir: str = ""
    labels: dict[str, str] = {}
    stop_signal: str = ""
    healthcheck: Healthcheck | None = None
    shell: tuple[str, ...] = ()
    on_build: tuple[str, ...] = ()
    unknown: dict[str, Any] = {}


class RootFs(Record):
    """The layers by the digests of their uncompressed archives, lowest first."""

    type: str = "layers"
    diff_ids: tuple[Digest, ...] = ()


class History(Record):
    """One step of how the image came to be."""

    _omit_defaults = True

    created: str = ""
    created_by: str = ""
    author: str = ""
    comment: str = ""
    empty_layer: bool = False
    unknown: dict[str, Any] = {}


class ImageConfig(Record):
    """A whole image configuration document."""

    _omit_defaults = True
    _wire = {"os_version": "os.version", "os_features": "os.features"}

    architecture: str
    os: str
    rootfs: RootFs
    created: str = ""
    author: str = ""
    variant: str = ""
    os_version: str = ""
    os_features: tuple[str, ...] = ()
    config: RunConfig = RunConfig()
    history: tuple[History, ...] = ()
    unknown: dict[str, Any] = {}
