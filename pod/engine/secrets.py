"""Secrets of containers: looked up when one is made and started, handed in as files or variables, and nowhere else.

A secret that is a file is copied when the container is made, as Podman does: it stays what it was. Those of other
drivers than `file` never lie in clear in the store: they are looked up at every start, as are those in variables.
"""

from __future__ import annotations

import os

from pod.engine import owners
from pod.errors import NoSuchSecret, PodError, StorageError
from pod.linux import files
from pod.oci import runtime_spec as oci
from pod.storage.secret_drivers import FILE
from pod.storage.secrets import SecretStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.oci.runtime_spec import Spec
    from pod.storage.container_records import ContainerRecord, SecretUse

_FOLDER = "/run/secrets"
_OPTIONS = ("bind", "ro", "nosuid", "nodev", "noexec", "rprivate")


def settle(engine: Engine, record: ContainerRecord) -> ContainerRecord:
    """Return the record with the ids of its secrets. Raises NoSuchSecret, AmbiguousName."""
    store = SecretStore(engine.layout)
    uses = []
    for use in record.secrets:
        found = store.find(use.source)
        uses.append(use.replace(id=found.id, name=found.name, copied=found.driver == FILE and not use.is_variable))
    return record.replace(secrets=tuple(uses))


def copy(engine: Engine, record: ContainerRecord, container: str) -> None:
    """Copy those secrets that the container keeps into its folder, for the user alone."""
    store = SecretStore(engine.layout)
    for number, use in enumerate(record.secrets):
        if use.copied:
            files.make_folders(f"{container}/secrets")
            files.write_atomic(f"{container}/secrets/{number}", store.data(store.find(use.id)))


def mounts(engine: Engine, record: ContainerRecord) -> tuple[oci.Mount, ...]:
    """Write the secrets that are files for one start, with their owners and modes, and return their mounts."""
    folder = f"{engine.layout.run_container(record.id)}/secrets"
    made = []
    for number, use in enumerate(record.secrets):
        if use.is_variable:
            continue
        path = f"{folder}/{number}"
        try:
            files.make_folders(folder)
            files.write_atomic(path, _data(engine, record, number, use), durable=False)
            os.chown(path, *owners.outside(record, use.uid, use.gid))
            os.chmod(path, use.mode)
        except OSError as err:
            raise PodError(f"cannot hand in secret {use.name}: {err.strerror}") from err
        made.append(oci.Mount(os.path.join(_FOLDER, use.target or use.name), "bind", path, _OPTIONS))
    return tuple(made)


def _data(engine: Engine, record: ContainerRecord, number: int, use: SecretUse) -> bytes:
    if use.copied:
        return files.read_bytes(f"{engine.layout.container(record.id)}/secrets/{number}")
    store = SecretStore(engine.layout)
    try:
        return store.data(store.find(use.name))
    except NoSuchSecret as err:
        raise StorageError(f"secret {use.name} of container {record.name} is gone", hint=err.hint) from err


def variables(engine: Engine, record: ContainerRecord) -> tuple[str, ...]:
    """Return the secrets that are variables, as KEY=VALUE."""
    found = []
    for number, use in enumerate(record.secrets):
        if use.is_variable:
            value = _data(engine, record, number, use).decode("utf-8", "surrogateescape")
            found.append(f"{use.target or use.name}={value}")
    return tuple(found)


def with_variables(engine: Engine, record: ContainerRecord, spec: Spec) -> Spec:
    """Return the configuration to run with: what is written to disk knows nothing of secrets."""
    extra = variables(engine, record)
    return spec.replace(process=spec.process.replace(env=(*spec.process.env, *extra))) if extra else spec
