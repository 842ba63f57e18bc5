"""The innermost ring: a requests session with our certificates, and its exceptions turned into ours.

System certificates count (not the ones that come with requests), with those of certs.d besides. Nothing is taken from
~/.netrc, no redirect is followed here, and the variables for proxies hold for everything but this machine.
"""

from __future__ import annotations

import contextlib
import errno
import os
import ssl
import warnings
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from pod import __version__
from pod.errors import RegistryError
from pod.registry import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

CONNECT_TIMEOUT, READ_TIMEOUT = 20, 90


def make_session(host: str, *, verify: bool, cert_dir: str = "") -> requests.Session:
    """Return a session for a registry (and for the hosts that it sends us to). Raises RegistryError."""
    session = requests.Session()
    session.trust_env = False
    session.verify = verify
    session.headers["User-Agent"] = f"pod/{__version__}"
    session.headers["Accept-Encoding"] = "identity"  # a blob's digest is of the bytes as they lie there
    session.mount("https://", _Adapter(_ssl_context(host, verify, cert_dir)))
    return session


def is_loopback(host: str) -> bool:
    """True for this machine: Docker, too, takes plain HTTP and any certificate from there."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return name == "localhost" or name.startswith("127.") or name == "[::1]"


def proxies(url: str, host: str) -> dict[str, str]:
    return {} if is_loopback(host) else dict(requests.utils.get_environ_proxies(url))


class _Adapter(HTTPAdapter):
    """Connections with one TLS context."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **keywords: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **keywords)

    def proxy_manager_for(self, *args: Any, **keywords: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=self._context, **keywords)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave out the certificates that come with requests: the context has what counts."""
        del url, cert
        conn.cert_reqs = "CERT_REQUIRED" if verify else "CERT_NONE"


def _ssl_context(host: str, verify: bool, cert_dir: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for folder in [cert_dir] if cert_dir else places.certificate_folders(host):
        try:
            names = sorted(os.listdir(folder))
        except FileNotFoundError:
            if cert_dir:
                raise RegistryError(f"no such folder of certificates: {cert_dir}") from None
            continue
        except OSError:
            continue
        for name in names:
            path = f"{folder}/{name}"
            try:
                if name.endswith(".crt"):
                    context.load_verify_locations(cafile=path)
                elif name.endswith(".cert"):
                    context.load_cert_chain(path, f"{path.removesuffix('.cert')}.key")
            except (OSError, ssl.SSLError) as err:
                raise RegistryError(f"cannot use the certificate {path}: {err.strerror or err}") from err
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextlib.contextmanager
def translated(what: str, host: str) -> Iterator[None]:
    """Turn what the library raises into RegistryError; `what` is said first, `host` is the one spoken to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)  # the user asked for it
        try:
            yield
        except (requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError) as err:
            raise _tls_error(what, host, err) from err
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            raise _connection_error(what, host, err) from err


def _tls_error(what: str, host: str, err: Exception) -> RegistryError:
    text = str(err)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        reason = text.partition("certificate verify failed: ")[2].partition(" (")[0] or "certificate unknown"
        return RegistryError(
            f"{what}: the certificate of {host} cannot be trusted: {reason}", hint=_certificate_hint(reason, host)
        )
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text.lower():
        return PlainHttp(f"{what}: {host} speaks plain HTTP, not TLS", hint="give --tls-verify=false to allow that")
    return RegistryError(f"{what}: no TLS connection to {host}: {_innermost(err)}", temporary=True)


def _certificate_hint(reason: str, host: str) -> str:
    """Return what to do: a further authority helps only where that is what is missing."""
    if "mismatch" in reason.lower():
        return "use the name that the certificate is made for, or give --tls-verify=false"
    if "expired" in reason or "not yet valid" in reason:
        return "the registry needs a new certificate, or this machine's clock is wrong; --tls-verify=false does without"
    path = f"{places.config_home()}/containers/certs.d/{host}/ca.crt"
    return f"put the certificate of its authority into {path}, or give --tls-verify=false"


class PlainHttp(RegistryError):
    """The server behind an https address knows no TLS."""


def _connection_error(what: str, host: str, err: Exception) -> RegistryError:
    cause = _innermost(err)
    if isinstance(err, requests.exceptions.ProxyError):
        return RegistryError(
            f"{what}: cannot reach {host} through the proxy{_proxy_of(err)}: {_short(cause)}",
            hint="https_proxy, http_proxy and no_proxy say what goes where",
        )
    if "Temporary failure in name resolution" in str(err):
        return RegistryError(
            f"{what}: cannot look up the name {host.partition(':')[0]}: no name server answers",
            hint="check the network",
            temporary=True,
        )
    if isinstance(cause, urllib3.exceptions.NameResolutionError) or "Name or service not known" in str(err):
        return RegistryError(f"{what}: no such host: {host.partition(':')[0]}", hint="check the name, and the network")
    if isinstance(err, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError):
        return RegistryError(f"{what}: {host} does not answer", temporary=True)
    number = cause.errno if isinstance(cause, OSError) else None
    refused = number == errno.ECONNREFUSED
    reason = os.strerror(number).lower() if number else _short(cause)
    return RegistryError(
        f"{what}: cannot reach {host}: {reason}" if refused else f"{what}: the connection to {host} broke: {reason}",
        hint="is the registry running, and the port right?" if refused else "",
        temporary=not refused,
    )


def _innermost(err: BaseException) -> BaseException:
    """Return the error at the bottom of a chain of wrappers."""
    seen = {id(err)}
    while True:
        inner = getattr(err, "reason", None) or err.__cause__ or err.__context__
        if inner is None and err.args:
            inner = next((arg for arg in err.args if isinstance(arg, BaseException)), None)
        if not isinstance(inner, BaseException) or id(inner) in seen:
            return err
        seen.add(id(inner))
        err = inner


def _proxy_of(err: requests.exceptions.RequestException) -> str:
    """Return which proxy a request went to, without the password that its address may have."""
    request = getattr(err, "request", None)
    url = (request.url if request is not None else "") or ""
    chosen = urlsplit(requests.utils.select_proxy(url, proxies(url, "")) or "")
    return f" {chosen.hostname}:{chosen.port}" if chosen.hostname and chosen.port else ""


def _short(err: BaseException) -> str:
    if isinstance(err, OSError) and err.errno:
        return os.strerror(err.errno).lower()
    return " ".join(str(err).split())[:160] or type(err).__name__
