"""`rename`: give a container another name, whether it runs or not."""

from __future__ import annotations

from pod.engine import containers, events, names
from pod.linux import files, jsonfile, locks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def rename(engine: Engine, name: str, new_name: str) -> str:
    """Rename a container; to the name that it has, that is no error. Returns its id.

    The new name is taken first and the old one given back last, so that after a crash in between the container still
    answers to whichever name its record tells. Raises NoSuchContainer, NameTaken, UsageError.
    """
    new_name = new_name.removeprefix("/")
    names.check(new_name)
    layout = engine.layout
    container_id = containers.find_id(layout, name)
    with engine.lock("container", container_id), locks.Lock(layout.lock("names")):
        record = containers.load(layout, container_id).record
        names.take(layout, new_name, container_id)
        if record.name == new_name:
            return container_id
        renamed = record.replace(name=new_name)
        jsonfile.write(
            f"{layout.container(container_id)}/record.json", renamed.to_json(), durable=not record.auto_remove
        )
        files.remove_file(layout.name(record.name))
        if record.networks:
            from pod.engine.network import connect

            connect.rename(engine, containers.load(layout, container_id))
    events.container(layout, "rename", renamed, oldName=record.name)
    return container_id
