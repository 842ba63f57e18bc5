"""`--pod`, `--pod-id-file` and `--init-ctr` of `run` and `create`."""

from __future__ import annotations

from pod.errors import UsageError
from pod.storage.container_records import PodMember

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.create_flags.pods import PodFlags


def parse_pod(flags: PodFlags) -> PodMember:
    """Return which pod the container is to be in, and as what. Raises UsageError."""
    if flags.pod and flags.pod_id_file:
        raise UsageError("--pod and --pod-id-file exclude each other")
    pod = flags.pod or (read_id(flags.pod_id_file) if flags.pod_id_file else "")
    if flags.init_ctr and not pod:
        raise UsageError("--init-ctr goes with --pod: such a container runs before the others of its pod")
    if pod == "new:":
        raise UsageError("--pod new: wants a name for the pod", hint="--pod new:NAME")
    return PodMember(pod, init=flags.init_ctr)


def read_id(path: str) -> str:
    """Return the id of a pod that a file holds. Raises UsageError."""
    from pod.linux import files

    try:
        return files.read_bytes(path, 4096).decode().strip()
    except (OSError, ValueError) as err:
        raise UsageError(f"cannot read the id from --pod-id-file {path}: {getattr(err, 'strerror', err)}") from err
