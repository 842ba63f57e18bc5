"""The seccomp program of a container: the default profile's, one from a file, or none."""

from __future__ import annotations

from pod.engine import spec
from pod.runtime import capabilities, seccomp
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.runtime.seccomp import Filter


def seccomp_program(engine: Engine, record: ContainerRecord) -> Filter | None:
    """Return the compiled filter for this container, None where it is to be unconfined. Raises PodError."""
    profile = spec.security_option(record, "seccomp")
    if profile == "unconfined" or (record.privileged and profile is None):
        return None
    names = capabilities.resolve(record.cap_add, record.cap_drop, privileged=record.privileged)
    return seccomp.load_or_compile(profile or seccomp.DEFAULT, names, engine.layout.cache)
