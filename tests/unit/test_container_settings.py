"""What `create` is asked for gets into the container's record by construction, not by a list that somebody keeps."""

from __future__ import annotations

from typing import Any

from pod.engine.options import CreateOptions
from pod.storage.container_records import VERSION, ContainerRecord, ContainerSettings

MIXED = {  # with the image's value or the engine's default, in pod.engine.create
    "cgroup_mode",
    "command",
    "detach_keys",
    "entrypoint",
    "env",
    "healthcheck",
    "image",
    "ipc_mode",
    "labels",
    "pid_mode",
    "rootfs",
    "shm_size",
    "stop_signal",
    "stop_timeout",
    "umask",
    "user",
    "uts_mode",
    "working_dir",
}


def test_a_setting_is_carried_over_as_it_is() -> None:
    options = CreateOptions(image="busybox", name="web", tty=True, dns=("10.0.2.3",))
    identity: dict[str, Any] = {"version": VERSION, "id": "a", "created": "", "image": "", "image_name": "busybox"}
    record = ContainerRecord(**options.settings(), **identity)
    assert (record.name, record.tty, record.dns) == ("web", True, ("10.0.2.3",))
    assert record.settings() == options.settings()


def test_a_field_of_both_is_a_setting_or_known_to_be_mixed() -> None:
    both = set(CreateOptions._fields) & set(ContainerRecord._fields)
    assert both - set(ContainerSettings._fields) == MIXED
