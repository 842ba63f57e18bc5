"""Containers on disk as documents only: enough for commands that read, with no kernel feature needed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pod.linux import ids, jsonfile, times
from pod.linux.process import boot_id, identify
from pod.storage.container_records import VERSION, ContainerRecord, ContainerState
from pod.storage.layout import StorageLayout

SECOND = 1_000_000_000


def write_container(root: Path, name: str, *, age: int = 0, status: str = "created", **fields: Any) -> ContainerRecord:
    """Store a container made `age` seconds ago. A running one is watched over by this very process, so it counts."""
    now = times.to_ns(times.now())
    exit_code = fields.pop("exit_code", 0)
    record = ContainerRecord(
        version=VERSION,
        id=fields.pop("id", None) or ids.new_id(),
        name=name,
        created=times.from_ns(now - age * SECOND),
        image=fields.pop("image", "sha256:" + "ab" * 32),
        image_name=fields.pop("image_name", "docker.io/library/busybox:latest"),
        command=fields.pop("command", ("sleep", "1000")),
        network=fields.pop("network", "none"),
        **fields,
    )
    me = identify(os.getpid())
    started = times.from_ns(now - max(age - 1, 0) * SECOND)
    state = ContainerState(
        status=status,
        init=me if status in ("running", "paused") else None,
        monitor=me if status in ("running", "paused") else None,
        boot_id=boot_id(),
        started_at="" if status == "created" else started,
        finished_at=started if status == "exited" else "",
        exit_code=exit_code,
    )
    layout = StorageLayout(str(root), str(root / "run"))
    folder = Path(layout.container(record.id))
    folder.mkdir(parents=True)
    Path(layout.names).mkdir(exist_ok=True)
    jsonfile.write(f"{folder}/record.json", record.to_json())
    jsonfile.write(f"{folder}/state.json", state.to_json())
    os.symlink(f"../containers/{record.id}", layout.name(name))
    return record
