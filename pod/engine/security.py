"""The seccomp program of a container: the default profile's, one from a file or of the image, or none.

Also what of --security-opt cannot be done for a user, said before a container is made.
"""

from __future__ import annotations

import os

from pod.engine import spec
from pod.errors import UsageError
from pod.linux import files
from pod.runtime import capabilities, seccomp
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.runtime.seccomp import Filter

_IMAGE_PROFILE = "io.containers.seccomp.profile"  # a label, as Podman has it


def seccomp_program(engine: Engine, record: ContainerRecord) -> Filter | None:
    """Return the compiled filter for this container, None where it is to be unconfined. Raises PodError."""
    profile = spec.security_option(record, "seccomp")
    if profile == "unconfined" or (record.privileged and profile is None):
        return None
    names = capabilities.resolve(record.cap_add, record.cap_drop, privileged=record.privileged)
    if record.seccomp_policy == "image" and profile is None:
        profile = _write_profile(engine, record)
    return seccomp.load_or_compile(profile or seccomp.DEFAULT, names, engine.layout.cache)


def _write_profile(engine: Engine, record: ContainerRecord) -> str:
    """Write the profile that came with the image where it is read from; return the path."""
    path = f"{engine.layout.run_container(record.id)}/seccomp.json"
    if not os.path.exists(path):
        files.write_atomic(path, record.labels[_IMAGE_PROFILE].encode(), durable=False)
    return path


def settle(record: ContainerRecord) -> ContainerRecord:
    """Return the record with the path of its seccomp profile made absolute. Raises UsageError."""
    if record.seccomp_policy == "image" and _IMAGE_PROFILE not in record.labels:
        raise UsageError(
            "--seccomp-policy image: the image brings no seccomp profile",
            hint=f"it would be in its label {_IMAGE_PROFILE}",
        )
    return record.replace(security_opt=tuple(map(_settled, record.security_opt)))


def _settled(option: str) -> str:
    name, _, value = option.partition("=")
    if name == "seccomp" and value not in ("unconfined", seccomp.DEFAULT):
        path = os.path.abspath(value)
        if not os.path.exists(path):
            raise UsageError(f"cannot read seccomp profile {value}: no such file")
        return f"{name}={path}"
    if name == "apparmor" and value != "unconfined":
        raise UsageError(
            f"--security-opt {option}: profiles of AppArmor are loaded by root, and none is for containers of users",
            hint="leave it out, or say apparmor=unconfined",
        )
    if name == "label" and value != "disable" and os.path.exists("/sys/fs/selinux/enforce"):
        raise UsageError(
            f"--security-opt {option}: pod gives containers no SELinux label",
            hint="label=disable says the same",
        )
    if name == "systempaths" and value != "unconfined":
        raise UsageError(f"--security-opt {option}: systempaths is unconfined, or not given")
    return option
