"""Simple signing: what `push --sign-by` and `image sign` do with GnuPG and the user's own key."""

from __future__ import annotations

import os

from pod.errors import UsageError
from pod.linux import workers
from pod.oci.digest import Digest
from pod.oci.reference import Reference
from pod.record import Record
from pod.registry.access import Access
from pod.registry.trust import simple_signing
from pod.registry.trust.lookaside import Lookaside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from pod.registry.options import RegistryOptions


class Signer(Record):
    """Whose key signs, and the file with its passphrase where no agent is to ask for it."""

    key: str
    passphrase_file: str = ""

    def sign(self, reference: Reference, digest: Digest, folder: str = "") -> str:
        """Sign an image that is on a registry; return the file with the signature. Raises NotTrusted, RegistryError."""
        signature = simple_signing.sign(str(digest), str(reference), self.key, self.passphrase_file)
        return Lookaside(folder).write(reference, digest, signature)


class WaitingSigner:
    """Signs what a push has brought to a registry, in a process that stays outside the user's namespace meanwhile.

    The push may enter it; in there GnuPG takes the user for root and does not find the agent that has the passphrase.
    """

    def __init__(self, signer: Signer, reference: Reference) -> None:
        read, self._write = os.pipe()

        def wait(_report: object) -> str:
            os.close(self._write)
            text = os.read(read, 100).decode()
            return signer.sign(reference, Digest.parse(text)) if text else ""

        self._worker = workers.Worker(wait)
        os.close(read)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._worker.ended:
            self._worker.end()
        if self._write >= 0:
            os.close(self._write)

    def sign(self, digest: Digest) -> str:
        """Sign it now; return the file with the signature. Raises NotTrusted, RegistryError."""
        os.write(self._write, str(digest).encode())
        os.close(self._write)
        self._write = -1
        while not self._worker.ended:
            self._worker.take()
        return str(self._worker.reap())


def sign(name: str, signer: Signer, options: RegistryOptions, folder: str = "") -> str:
    """Sign what a name leads to on its registry. Raises InvalidReference, UsageError, RegistryError, NotTrusted."""
    reference = Reference.parse(name.removeprefix("docker://")).with_default_tag()
    if folder and not os.path.isdir(folder):
        raise UsageError(f"--directory {folder} is no folder")
    repository = Access(options).target(reference)
    digest = repository.manifest(str(reference.digest or reference.tag)).digest
    return signer.sign(reference, digest, folder and os.path.abspath(folder))
