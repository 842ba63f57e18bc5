"""`login` and `logout`: credentials for a registry, tried before they are kept."""

from __future__ import annotations

from pod.errors import NotAuthorized, NotFound, UsageError
from pod.oci.reference import DEFAULT_REGISTRY
from pod.registry.auth_file import AuthFiles, docker_key
from pod.registry.connection import Connection
from pod.registry.credentials import Credentials
from pod.registry.registries_conf import RegistriesConf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.registry.options import RegistryOptions


def registry_key(text: str) -> str:
    """Return the key of a registry, or of a repository on it, as a person names it. Raises UsageError."""
    key = text.removeprefix("https://").removeprefix("http://").removesuffix("/") or DEFAULT_REGISTRY
    if key in ("index.docker.io", "index.docker.io/v1", "registry-1.docker.io"):
        key = DEFAULT_REGISTRY
    if any(character.isspace() for character in key) or "@" in key:
        raise UsageError(f"{text!r:.100} is no registry", hint="write it registry.example.com or localhost:5000")
    return key


def stored(key: str, options: RegistryOptions) -> Credentials | None:
    """Return what is kept for a registry. Raises RegistryError."""
    host, _, repository = key.partition("/")
    return _files(options).find(host, repository)


def login(key: str, credentials: Credentials, options: RegistryOptions, *, for_docker: bool = False) -> str:
    """Try the credentials, keep them, and return where; `for_docker` as Docker's own `login` does.

    Raises NotAuthorized, RegistryError.
    """
    kept_as = docker_key(key) if for_docker else key
    check(key, credentials, options)
    return _files(options).put(kept_as, credentials)


def check(key: str, credentials: Credentials, options: RegistryOptions) -> None:
    """Ask the registry whether it takes the credentials. Raises NotAuthorized where it does not."""
    host = key.partition("/")[0]
    connection = Connection(host, options, credentials, insecure=RegistriesConf().is_insecure(key))
    try:
        connection.request("GET", "/v2/", (200,), f"cannot log in to {host}")
    except NotAuthorized as err:
        raise NotAuthorized(f"cannot log in to {host}: wrong user name or password", hint="nothing was stored") from err


def logout(key: str, options: RegistryOptions) -> None:
    """Forget the credentials for a registry. Raises NotFound where there are none."""
    if not _files(options).remove(key):
        raise NotFound(f"not logged in to {key}", hint="nothing had to be removed")


def logout_all(options: RegistryOptions) -> None:
    """Forget all credentials."""
    _files(options).remove_all()


def _files(options: RegistryOptions) -> AuthFiles:
    return AuthFiles(options.authfile, RegistriesConf().credential_helpers)
