"""`checkpoint` and `restore`: why they are not possible.

CRIU does that work for Docker and Podman. It needs CAP_CHECKPOINT_RESTORE and more in the machine's own user
namespace (criu(8)), and cannot yet dump what lives in another one: checkpoint-restore/criu issue 3057.
"""

from __future__ import annotations

from pod.engine import containers
from pod.errors import KernelRefused, WrongState
from pod.linux import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def checkpoint(engine: Engine, name: str) -> None:
    """Raise WrongState for a container that does not run, and KernelRefused for one that does."""
    container = containers.find(engine.layout, name)
    if not container.running:
        raise WrongState(f"cannot checkpoint container {container.name}: it is not running")
    refuse(f"cannot checkpoint container {container.name}")


def restore(engine: Engine, name: str) -> None:
    """Raise WrongState: no container has a checkpoint."""
    container = containers.find(engine.layout, name)
    if container.running:
        raise WrongState(f"cannot restore container {container.name}: it is running")
    refuse(f"cannot restore container {container.name}: it has no checkpoint, as none can be made here")


def refuse(attempt: str) -> None:
    """Raise KernelRefused that says what is missing on this machine for CRIU to work."""
    if not process.find_program("criu"):
        raise KernelRefused(
            f"{attempt}: the program criu is not installed",
            hint="without root it could not dump a container either; `pod commit` keeps the files of one",
        )
    complaint = _complaint()
    if complaint:
        raise KernelRefused(f"{attempt}: criu does not work here: {complaint}", hint="`criu check` says more")
    raise KernelRefused(
        f"{attempt}: criu cannot dump processes in a user namespace without root",
        hint="the work on it is issue 3057 of checkpoint-restore/criu; `pod commit` keeps the files of a container",
    )


def _complaint() -> str:
    """Return the first thing that `criu check` says is amiss, "" where all is well."""
    checked = process.run(["criu", "check"])
    if checked.code == 0:
        return ""
    said = (checked.stderr + checked.stdout).decode(errors="replace").splitlines()
    wrong = [line for line in said if line.startswith("Error")] or [line for line in said if line.strip()]
    return wrong[0].partition("): ")[2] or wrong[0] if wrong else "it ends with an error"
