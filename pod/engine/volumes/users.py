"""Which containers use which volumes: what keeps a volume from being removed."""

from __future__ import annotations

from pod.engine import containers, uses
from pod.errors import InUse, NoSuchContainer, StorageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.layout import StorageLayout


def by_volume(layout: StorageLayout) -> dict[str, list[Container]]:
    """Return the containers, running or not, by the names of the volumes that they use."""
    found: dict[str, list[Container]] = {}
    for container in containers.every(layout):
        _note(found, container)
    return found


def certain(engine: Engine, name: str = "") -> dict[str, list[Container]]:
    """Return the same, or what concerns one volume, for who is about to remove some and holds the lock on them alone.

    Raises StorageError where the document of a container cannot be read: it may use any volume.
    """
    found: dict[str, list[Container]] = {}
    layout = engine.layout
    for container_id in uses.ids_of(layout, uses.VOLUMES, name) if name else containers.all_ids(layout):
        try:
            _note(found, containers.load(engine.layout, container_id))
        except NoSuchContainer:
            continue
        except StorageError as err:
            raise StorageError(
                f"nobody can tell which volumes container {container_id[:12]} uses: {err.message}",
                hint=err.hint,
            ) from err
    return found


def _note(found: dict[str, list[Container]], container: Container) -> None:
    for name in dict.fromkeys(mount.name for mount in container.record.mounts if mount.name):
        found.setdefault(name, []).append(container)


def in_use(name: str, using: list[Container]) -> InUse:
    """Return the error for a volume that containers use."""
    shown = ", ".join(f"{container.name} ({container.id[:12]})" for container in using)
    several = "containers" if len(using) > 1 else "container"
    hint = f"remove {'them' if len(using) > 1 else 'it'} first, or with the volume: pod volume rm -f {name}"
    return InUse(f"volume {name} is being used by {several} {shown}", hint=hint, exit_code=IN_USE)


IN_USE = 2  # the exit code that Podman has for it
