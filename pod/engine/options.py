"""What a front door asks of `create` and `run`: parsed, typed, and not yet mixed with the image's defaults.

`None` means "not said": the image's value, or the engine's default, then holds.
"""

from __future__ import annotations

from pod.oci.image_config import Healthcheck
from pod.record import Record
from pod.storage.container_records import ContainerSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.registry.credentials import Credentials


class ImageSource(Record):
    """How a container comes by its image: for which platform, when it is fetched, and how."""

    pull: str = "missing"  # always, missing, never, newer
    platform: str = ""
    authfile: str = ""
    tls_verify: bool | None = None
    retry: int = 3
    retry_delay: float = 0.0  # seconds; 0 waits longer each time
    quiet: bool = False
    credentials: Credentials | None = None
    cert_dir: str = ""


class CreateOptions(ContainerSettings, kw_only=True):
    """All options of `create` and `run` that describe the container: those kept as they are, and these."""

    image: str
    rootfs: bool = False  # `image` is a folder of the host, with :O behind it one that is not to be changed
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None  # () is an emptied entrypoint
    env: tuple[str, ...] = ()  # KEY=VALUE; a bare KEY was resolved by the front door
    host_env: tuple[str, ...] = ()  # KEY=VALUE of the caller's, which the image's own variables replace
    env_merge: tuple[str, ...] = ()  # KEY=VALUE with ${KEY} of the image's variables in it
    unset_env: tuple[str, ...] = ()  # names of the image's variables to leave out
    unset_all_env: bool = False
    working_dir: str | None = None
    user: str | None = None
    labels: dict[str, str] = {}
    interactive: bool = False
    pid_mode: str = ""
    ipc_mode: str = ""
    uts_mode: str = ""
    cgroup_mode: str = ""
    shm_size: int | None = None  # bytes
    umask: str | None = None  # octal
    stop_signal: str | None = None
    stop_timeout: int | None = None  # seconds
    detach_keys: str | None = None
    image_volumes: str = "anonymous"  # what becomes of the image's VOLUMEs: anonymous, tmpfs or ignore
    volume_driver: str = ""  # of the volumes that are made for the container
    source: ImageSource = ImageSource()
    healthcheck: Healthcheck | None = None
