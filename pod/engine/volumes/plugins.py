"""Volume plugins as the engine uses them: finding them, and taking over the volumes that they have."""

from __future__ import annotations

import os

from pod.engine.volumes import users
from pod.errors import PluginError, PodError
from pod.storage import volume_plugins
from pod.storage.volume_plugins import VolumePlugin
from pod.storage.volumes import LOCAL, VolumeStore, is_name, new_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.volumes import VolumeRecord


def find(engine: Engine, driver: str) -> VolumePlugin:
    """Return a plugin that is up. Raises PluginError."""
    path = volume_plugins.find_socket(driver, _configured(engine), _folders(engine))
    timeout = engine.settings.config.values.get("engine.volume_plugin_timeout") or volume_plugins.TIMEOUT
    plugin = VolumePlugin(driver, path, float(timeout))
    plugin.activate()
    return plugin


def _configured(engine: Engine) -> dict[str, str]:
    return dict(engine.settings.config.values.get("engine.volume_plugins", {}))


def _folders(engine: Engine) -> tuple[str, ...]:
    return (f"{engine.settings.home}/.config/pod/plugins",)


def path_of(engine: Engine, record: VolumeRecord) -> str:
    """Return where a plugin's volume is mounted; "" where it is not, or nobody answers."""
    try:
        return find(engine, record.driver).path(record.name)
    except PluginError:
        return ""


def reload_volumes(engine: Engine) -> tuple[list[str], list[str]]:
    """List the volumes of all plugins; return the names that came and those that went.

    A plugin that does not answer keeps its volumes; one that a container uses stays listed.
    """
    engine.enter()
    store = VolumeStore(engine.layout)
    added: list[str] = []
    removed: list[str] = []
    with store.lock():
        used = users.certain(engine)
        listed = list(store.every())
        for driver in sorted({*_names(engine), *(one.driver for one in listed if one.driver != LOCAL)}):
            try:
                has = {volume.name for volume in find(engine, driver).volumes() if is_name(volume.name)}
            except PodError as err:
                engine.notify(f"Warning: {err.message}")
                continue
            ours = {record.name for record in listed if record.driver == driver}
            for name in sorted(has - {record.name for record in listed}):
                store.create(new_record(name, driver=driver, needs_copy_up=False, needs_chown=False))
                added.append(name)
            for name in sorted(ours - has - used.keys()):
                store.delete(name)
                removed.append(name)
    return added, removed


def _names(engine: Engine) -> set[str]:
    """Return the plugins that are configured or have a file in one of the folders."""
    names = set(_configured(engine))
    for folder in _folders(engine):
        try:
            names.update(
                name.rpartition(".")[0] for name in os.listdir(folder) if name.endswith((".sock", ".spec", ".json"))
            )
        except OSError:
            continue
    return names
