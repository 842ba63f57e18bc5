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
    wanted = wanted.replace(name=wanted.name or ids.new_id())
    check_name(wanted.name)
    if existing and store.has(wanted.name):
        return wanted.name
    engine.enter()
    with store.lock(shared=True):
        try:
            make(engine, store, wanted)
        except NameTaken:
            if not existing:
                raise
    return wanted.name


def make(engine: Engine, store: VolumeStore, wanted: VolumeOptions) -> None:
    """Make a volume that has a name. The caller is in the user's namespace and shares the lock on all volumes."""
    record = _record(wanted)
    if record.driver == LOCAL:
        store.create(record)
    else:
        _make_by_plugin(engine, store, record)
    events.volume(engine.layout, "create", record.name)


def _record(wanted: VolumeOptions) -> VolumeRecord:
    uid, gid, copy_up = wanted.uid, wanted.gid, True
    if wanted.driver == LOCAL:
        local = volume_options.parse(wanted.options)
        uid, gid = (uid if uid is not None else local.uid), (gid if gid is not None else local.gid)
        copy_up = local.copy_up and not local.is_bind
    elif uid is not None or gid is not None:
        raise UsageError("--uid and --gid are for volumes of the driver local", hint="the plugin decides on owners")
    return new_record(
        wanted.name,
        driver=wanted.driver,
        labels=wanted.labels,
        options=wanted.options,
        anonymous=wanted.anonymous,
        uid=uid,
        gid=gid,
        needs_copy_up=copy_up and wanted.driver == LOCAL,
        needs_chown=uid is None and gid is None and copy_up and wanted.driver == LOCAL,
    )


def _make_by_plugin(engine: Engine, store: VolumeStore, record: VolumeRecord) -> None:
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
