"""`auto-update`: containers of systemd units whose image has become another one are started anew from it.

A container says by its label `io.containers.autoupdate` that it wants this: `registry` compares with the registry,
`local` with what its image's name leads to in the store. The label `PODMAN_SYSTEMD_UNIT`, which `run` sets from the
variable of that name, is the unit to restart (podman-auto-update(1)).
"""

from __future__ import annotations

from pod.engine import containers
from pod.engine.images.pull import pull
from pod.engine.images.remote_image import find
from pod.engine.images.tag import tag
from pod.errors import NoSuchImage, PodError, RegistryError
from pod.oci.reference import Reference
from pod.record import Record
from pod.registry.access import Access
from pod.registry.options import RegistryOptions
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord

POLICY, AUTHFILE, UNIT = "io.containers.autoupdate", "io.containers.autoupdate.authfile", "PODMAN_SYSTEMD_UNIT"
_POLICIES = {"registry": "registry", "image": "registry", "local": "local"}


class Update(Record):
    """What became of one container: `updated` is true, false, pending, failed or rolled back."""

    unit: str
    container_id: str
    name: str
    image: str
    policy: str
    updated: str
    error: str = ""


class UpdateOptions(Record):
    """What was asked for."""

    registry: RegistryOptions = RegistryOptions()
    dry_run: bool = False
    rollback: bool = True


def auto_update(engine: Engine, options: UpdateOptions, restart: Callable[[str], None]) -> list[Update]:
    """Update all containers that want it; `restart` restarts a unit and raises PodError where it does not run then.

    What fails for one is told in its Update and does not keep the others from theirs.
    """
    wanted = [container.record for container in containers.every(engine.layout) if container.running]
    wanted = [record for record in wanted if record.labels.get(POLICY, "disabled") not in ("", "disabled")]
    updates = [_examine(engine, record, options) for record in wanted]
    if options.dry_run:
        return updates
    for unit in dict.fromkeys(update.unit for update in updates if update.updated == "pending"):
        result = _restart(engine, unit, updates, wanted, options, restart)
        updates = [result.get(update.container_id, update) for update in updates]
    return updates


def _examine(engine: Engine, record: ContainerRecord, options: UpdateOptions) -> Update:
    """Find out whether there is another image for a container, and fetch it unless this is a dry run."""
    policy = _POLICIES.get(record.labels[POLICY], "")
    unit = record.labels.get(UNIT, "")
    update = Update(unit, record.id, record.name, record.image_name, policy or record.labels[POLICY], "false")
    if not policy:
        return _failed(update, f"there is no policy {record.labels[POLICY]!r}: it is registry or local")
    if not unit:
        return _failed(update, "no systemd unit started it: there is nobody to start it anew")
    try:
        current = _current_id(engine, record, policy, options)
    except PodError as err:
        return _failed(update, err.message)
    return update.replace(updated="pending") if current != record.image else update


def _failed(update: Update, why: str) -> Update:
    return update.replace(updated="failed", error=f"container {update.name}: {why}")


def _current_id(engine: Engine, record: ContainerRecord, policy: str, options: UpdateOptions) -> str:
    """Return the id of the image that the container's image name means now. Raises PodError."""
    if policy == "local":
        store = ImageStore(engine.layout)
        try:
            return str(store.lookup(record.image_name)[0].id)
        except NoSuchImage:
            return record.image  # its name was taken away: there is nothing newer
    if not _is_full_name(record.image_name):
        raise RegistryError(
            f"{record.image_name} does not say its registry", hint="run the container with the image's full name"
        )
    registry = options.registry
    if AUTHFILE in record.labels:
        registry = registry.replace(authfile=record.labels[AUTHFILE])
    if not options.dry_run:
        return str(pull(engine, record.image_name, registry).id)
    reference = Reference.parse(record.image_name).with_default_tag()
    return str(find(Access(registry), [reference], None).image.manifest.config.digest)


def _is_full_name(name: str) -> bool:
    """Tell whether a name begins with a registry, as those do that no configuration can give another meaning."""
    first, slash, _ = name.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")


def _restart(
    engine: Engine,
    unit: str,
    updates: Iterable[Update],
    records: Iterable[ContainerRecord],
    options: UpdateOptions,
    restart: Callable[[str], None],
) -> dict[str, Update]:
    """Restart a unit, with the images that its containers had before where the new ones do not start."""
    changed = [update for update in updates if update.unit == unit and update.updated == "pending"]
    try:
        restart(unit)
        return {update.container_id: update.replace(updated="true") for update in changed}
    except PodError as err:
        if not options.rollback:
            return {update.container_id: _failed(update, err.message) for update in changed}
    before = {record.id: record.image for record in records}
    try:
        for update in changed:
            tag(engine, before[update.container_id], [update.image])
        restart(unit)
    except PodError as err:
        return {update.container_id: _failed(update, f"also the old image fails: {err.message}") for update in changed}
    return {update.container_id: update.replace(updated="rolled back") for update in changed}
