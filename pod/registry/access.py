"""From an image reference to the repositories that may have it: mirrors, credentials and options put together."""

from __future__ import annotations

from pod.registry.auth_file import AuthFiles
from pod.registry.connection import Connection
from pod.registry.registries_conf import RegistriesConf
from pod.registry.repository import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.oci.reference import Reference
    from pod.registry.options import RegistryOptions


class Access:
    """The way to registries, with the configuration read once. Make it before the user's namespace is entered:
    credential helpers are the user's programs.

    Credentials from the command line are for the registry that the image's name says, and go to no mirror.
    """

    def __init__(self, options: RegistryOptions) -> None:
        self.options = options
        self.conf = RegistriesConf()
        self._auth = AuthFiles(options.authfile, self.conf.credential_helpers)

    def sources(self, reference: Reference) -> Iterator[Repository]:
        """Yield the repositories that an image may be pulled from, mirrors first. Raises RegistryError."""
        for place in self.conf.locations(reference):
            given = place.host == reference.registry
            yield self._repository(place.host, place.repository, insecure=place.insecure, given=given)

    def target(self, reference: Reference) -> Repository:
        """Return the repository that an image is pushed to. Raises RegistryError."""
        place = self.conf.locations(reference, mirrors=False)[-1]
        return self._repository(place.host, place.repository, insecure=place.insecure, given=True)

    def repository(self, name: str, *, beside: str = "") -> Repository:
        """Return the repository of the name `registry/path`, past all mirrors.

        Credentials from the command line are used only where the repository `beside` is on the same registry.
        """
        host, _, path = name.partition("/")
        given = host == beside.partition("/")[0]
        return self._repository(host, path, insecure=self.conf.is_insecure(name), given=given)

    def connection(self, host: str, registry: str) -> Connection:
        """Return a way to a registry as a whole, which may answer on a host of another name."""
        credentials = self.options.credentials or self._auth.find(registry)
        return Connection(host, self.options, credentials, insecure=self.conf.is_insecure(registry))

    def _repository(self, host: str, path: str, *, insecure: bool, given: bool) -> Repository:
        credentials = (self.options.credentials if given else None) or self._auth.find(host, path)
        return Repository(Connection(host, self.options, credentials, insecure=insecure), path)
