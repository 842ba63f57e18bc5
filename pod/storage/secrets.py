"""Secrets on disk: who they are, and for the driver `file` what they are; everything here is for the user alone.

secrets/ID/record.json     the document: never the secret itself
secrets/ID/data            the secret, of the driver `file`
"""

from __future__ import annotations

import os

from pod.errors import AmbiguousName, NameTaken, NoSuchSecret, StorageError, UsageError
from pod.linux import files, jsonfile, locks, times
from pod.record import Record
from pod.storage import secret_drivers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pod.storage.layout import StorageLayout

VERSION = 1
LARGEST = 512_000 - 1  # bytes: Podman's limit; Docker's is 500 KiB
_ID_BYTES = 13  # Podman's ids have 25 characters
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_ALLOWED = _LETTERS | frozenset("_.-")


class SecretRecord(Record):
    """A secret, but for what it is."""

    _omit_defaults = True

    version: int
    id: str
    name: str
    created: str
    updated: str
    driver: str = secret_drivers.FILE
    options: dict[str, str] = {}
    labels: dict[str, str] = {}
    unknown: dict[str, Any] = {}


def check_name(name: str) -> None:
    """Raise UsageError unless the name is one that a secret can have: Podman's rule."""
    if not (0 < len(name) <= 253 and name[0] in _LETTERS and name[-1] in _LETTERS and _ALLOWED.issuperset(name)):
        raise UsageError(
            f"invalid secret name {name!r:.80}",
            hint="a name has letters, digits, `_`, `.` or `-`, and starts and ends with a letter or a digit",
        )


class SecretStore:
    """The secrets of a store."""

    def __init__(self, layout: StorageLayout) -> None:
        self.layout = layout

    def every(self) -> Iterator[SecretRecord]:
        """Yield every secret that can be read, in the order of their names."""
        yield from sorted(self._read_all(), key=lambda record: record.name)

    def _read_all(self) -> Iterator[SecretRecord]:
        try:
            names = os.listdir(self.layout.secrets)
        except FileNotFoundError:
            return
        for name in names:
            try:
                yield SecretRecord.from_json(jsonfile.read(f"{self.layout.secrets}/{name}/record.json"))
            except (OSError, ValueError):
                continue

    def find(self, wanted: str) -> SecretRecord:
        """Return the secret of that name, id, or beginning of an id. Raises NoSuchSecret, AmbiguousName."""
        found = list(self.every())
        for record in found:
            if wanted in (record.name, record.id):
                return record
        matches = [record for record in found if wanted and record.id.startswith(wanted)]
        if len(matches) > 1:
            raise AmbiguousName("secret", wanted, tuple(record.id for record in matches))
        if not matches:
            raise NoSuchSecret(wanted)
        return matches[0]

    def create(
        self, name: str, data: bytes, *, driver: str, options: dict[str, str], labels: dict[str, str], replace: bool
    ) -> SecretRecord:
        """Keep a secret under a name. Raises NameTaken, UsageError, StorageError, SecretDriverError."""
        check_name(name)
        if not 0 < len(data) <= LARGEST:
            raise UsageError(f"a secret has 1 to {LARGEST} bytes, this one has {len(data)}")
        with locks.Lock(self.layout.lock("secrets")):
            old = next((record for record in self.every() if record.name == name), None)
            if old is not None and not replace:
                raise NameTaken(f"secret {name} exists already", hint="--replace puts another one in its place")
            now = times.now()
            new_id = os.urandom(_ID_BYTES).hex()[:25]
            record = SecretRecord(VERSION, new_id, name, old.created if old else now, now, driver, options, labels)
            self._write(record, data)
            if old is not None:
                self._delete(old)
            return record

    def _write(self, record: SecretRecord, data: bytes) -> None:
        """Write the document last: without it there is no secret."""
        try:
            staging = self.layout.new_staging("secret")
            try:
                secret_drivers.of(record.driver, record.options, f"{staging}/data").store(record.id, data)
                jsonfile.write(f"{staging}/record.json", record.to_json())
                files.make_folders(self.layout.secrets)
                os.rename(staging, f"{self.layout.secrets}/{record.id}")
                files.fsync_folder(self.layout.secrets)
            except BaseException:
                files.remove_tree(staging)
                raise
        except OSError as err:
            raise StorageError(f"cannot store secret {record.name}: {err.strerror}: {err.filename}") from err

    def data(self, record: SecretRecord) -> bytes:
        """Return the secret itself. Raises StorageError, SecretDriverError."""
        return self._driver(record).look_up(record.id)

    def _driver(self, record: SecretRecord) -> secret_drivers.Driver:
        return secret_drivers.of(record.driver, record.options, f"{self.layout.secrets}/{record.id}/data")

    def delete(self, wanted: str) -> SecretRecord:
        """Remove a secret and return its document. Raises NoSuchSecret."""
        with locks.Lock(self.layout.lock("secrets")):
            record = self.find(wanted)
            self._delete(record)
            return record

    def _delete(self, record: SecretRecord) -> None:
        try:
            self._driver(record).delete(record.id)
            self.layout.discard(f"{self.layout.secrets}/{record.id}")
        except OSError as err:
            raise StorageError(f"cannot remove secret {record.name}: {err.strerror}: {err.filename}") from err
