"""`volume create`: a folder of the store with a name, or a volume of a plugin."""

from __future__ import annotations

from pod.engine import events
from pod.errors import NameTaken, PodError, UsageError
from pod.linux import ids
from pod.record import Record
from pod.storage import volume_options
from pod.storage.volumes import LOCAL, VolumeRecord, VolumeStore, check_name, new_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


class VolumeOptions(Record):
    """What a volume is asked to be; no name is a random one."""

    name: str = ""
    driver: str = LOCAL
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    uid: int | None = None
    gid: int | None = None
    anonymous: bool = False


def create_volume(engine: Engine, wanted: VolumeOptions, *, existing: bool = False) -> str:
    """Make a volume and return its name; with `existing`, one that is there already will do.

    Raises NameTaken, UsageError, StorageError, and PluginError of a driver that is a plugin.
    """
    store = VolumeStore(engine.layout)
    name = wanted.name or ids.new_id()
    check_name(name)
    if store.has(name) and existing:
        return name
    record = _record(name, wanted)
    engine.enter()
    with store.lock(shared=True):
        try:
            _make(engine, store, record)
        except NameTaken:
            if not existing:
                raise
            return name
    events.volume(engine.layout, "create", name)
    return name


def _record(name: str, wanted: VolumeOptions) -> VolumeRecord:
    uid, gid, copy_up = wanted.uid, wanted.gid, True
    if wanted.driver == LOCAL:
        local = volume_options.parse(wanted.options)
        uid, gid = (uid if uid is not None else local.uid), (gid if gid is not None else local.gid)
        copy_up = local.copy_up and not local.is_bind
    elif uid is not None or gid is not None:
        raise UsageError("--uid and --gid are for volumes of the driver local", hint="the plugin decides on owners")
    return new_record(
        name,
        driver=wanted.driver,
        labels=wanted.labels,
        options=wanted.options,
        anonymous=wanted.anonymous,
        uid=uid,
        gid=gid,
        needs_copy_up=copy_up and wanted.driver == LOCAL,
        needs_chown=uid is None and gid is None and copy_up and wanted.driver == LOCAL,
    )


def _make(engine: Engine, store: VolumeStore, record: VolumeRecord) -> None:
    if record.driver == LOCAL:
        store.create(record)
        return
    from pod.engine.volumes import plugins

    if store.has(record.name):
        raise NameTaken(f"volume {record.name} exists already", hint="use it, or choose another name")
    plugin = plugins.find(engine, record.driver)
    plugin.create(record.name, record.options)
    try:
        store.create(record)
    except PodError:
        plugin.remove(record.name)
        raise
