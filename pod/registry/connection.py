"""One registry over HTTP: the first ping, authorization, redirects, repetition, and which answers are accepted.

    request()  → retry what is temporary → authorize, once more after a 401 → follow redirects → session

Credentials and tokens go to the registry's own scheme, host and port only (and credentials to the token server that it
names, over TLS unless the registry itself is spoken to without).
"""

from __future__ import annotations

import json
import os
import time
from urllib.parse import urljoin, urlsplit

from pod.errors import NoSuchManifest, NotAuthorized, RegistryError
from pod.registry.auth import Authorizer, same_host
from pod.registry.pace import Body
from pod.registry.session import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    PlainHttp,
    is_loopback,
    make_session,
    proxies,
    translated,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import requests

    from pod.registry.credentials import Credentials
    from pod.registry.options import RegistryOptions

_HOSTS = {"docker.io": "registry-1.docker.io"}
_REDIRECTS = 6
_LONGEST_WAIT = 60
_DOCUMENT = 1 << 20  # bytes of an error or a token
_REDIRECTED = (301, 302, 303, 307, 308)
_REDIRECTED_WITH_BODY = (307, 308)  # the others mean: go on with GET
_TEMPORARY = (408, 429, 500, 502, 503, 504)


class Connection:
    """What talks to one registry. A forked child may use it: it then makes connections of its own."""

    def __init__(
        self, host: str, options: RegistryOptions, credentials: Credentials | None, *, insecure: bool = False
    ) -> None:
        self.host = host
        self._options = options
        self._lenient = options.tls_verify is False or (
            options.tls_verify is None and (insecure or is_loopback(host)) and not options.cert_dir
        )
        self._base = ""
        self.has_signatures = False  # whether it has an interface for them; known after the first request
        self._session: requests.Session | None = None
        self._session_pid = 0
        self._authorizer = Authorizer(credentials, self._fetch_token)

    def request(
        self,
        method: str,
        path: str,
        accepted: tuple[int, ...],
        what: str,
        *,
        scope: str = "",
        headers: dict[str, str] | None = None,
        data: Any = None,
        stream: bool = False,
        repeat: bool = True,
    ) -> requests.Response:
        """Send a request; return an answer with an accepted status. Raises RegistryError, which begins with `what`.

        `path` may be a whole address, as upload locations are.
        """
        for attempt in range(self._options.retry + 1):
            last = attempt == self._options.retry or not repeat
            try:
                response = self._authorized(method, path, what, scope, headers or {}, data, stream)
            except RegistryError as err:
                if last or not err.temporary:
                    raise
                self.pause(attempt)
                continue
            if response.status_code in accepted:
                return response
            if response.status_code not in _TEMPORARY or last:
                raise self._refusal(response, what)
            self.pause(attempt, response.headers.get("Retry-After", ""))
            response.close()
        raise AssertionError("the last attempt returns or raises")

    def pause(self, attempt: int, wanted: str = "") -> None:
        """Wait before the next attempt."""
        seconds = self._options.retry_delay or min(0.5 * 2**attempt, _LONGEST_WAIT)
        if wanted.isdecimal():
            seconds = min(int(wanted), _LONGEST_WAIT)
        time.sleep(seconds)

    @property
    def attempts(self) -> int:
        return self._options.retry + 1

    def _authorized(
        self, method: str, path: str, what: str, scope: str, headers: dict[str, str], data: Any, stream: bool
    ) -> requests.Response:
        self._find_base(what)
        url = urljoin(self._base, path)
        self._refuse_downgrade(self._base, url, what)
        for last in (False, True):
            authorization = self._authorizer.header(scope) if same_host(url, self._base) else ""
            sent = {**headers, "Authorization": authorization} if authorization else headers
            response = self._followed(method, url, what, sent, data, stream)
            if response.status_code != 401 or last or not same_host(response.url, self._base):
                return response
            self._authorizer.learn(response.headers.get("WWW-Authenticate", ""))
            self._authorizer.forget(scope)
            response.close()
        raise AssertionError("the second attempt returns")

    def _followed(
        self, method: str, url: str, what: str, headers: dict[str, str], data: Any, stream: bool
    ) -> requests.Response:
        """Send, and go where the answer points to, leaving the authorization behind when that is another server."""
        for _ in range(_REDIRECTS):
            response = self._send(method, url, what, headers, data, stream)
            if response.status_code not in (_REDIRECTED if method in ("GET", "HEAD") else _REDIRECTED_WITH_BODY):
                return response
            target = urljoin(url, response.headers.get("Location", ""))
            response.close()
            if urlsplit(target).scheme not in ("http", "https"):
                raise RegistryError(f"{what}: {self.host} sends us to an address that is none")
            self._refuse_downgrade(url, target, what)
            if not same_host(target, url):
                headers = {name: value for name, value in headers.items() if name != "Authorization"}
            url = target
        raise RegistryError(f"{what}: {self.host} sends us in circles")

    def _refuse_downgrade(self, before: str, after: str, what: str) -> None:
        if after.startswith("http:") and before.startswith("https:") and not self._lenient:
            raise RegistryError(f"{what}: {self.host} sends us from TLS to plain HTTP on {urlsplit(after).netloc}")

    def _send(
        self, method: str, url: str, what: str, headers: dict[str, str], data: Any, stream: bool
    ) -> requests.Response:
        host = urlsplit(url).netloc
        if hasattr(data, "seek"):
            data.seek(0)
        with translated(what, host):
            return self._current_session().request(
                method,
                url,
                headers=headers,
                data=data,
                stream=stream,
                allow_redirects=False,
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                proxies=proxies(url, host),
            )

    def _current_session(self) -> requests.Session:
        """Return the session of this very process: children must not share their parent's connections."""
        if self._session is None or self._session_pid != os.getpid():
            self._session = make_session(self.host, verify=not self._lenient, cert_dir=self._options.cert_dir)
            self._session_pid = os.getpid()
        return self._session

    def _find_base(self, what: str) -> None:
        """Ping the registry once: over TLS, and where that may be left out also without."""
        if self._base:
            return
        host = _HOSTS.get(self.host, self.host)
        response = None
        for attempt in range(self.attempts):
            try:
                response = self._ping(host, what)
            except RegistryError as err:
                if attempt == self._options.retry or not err.temporary:
                    raise
            else:
                if response.status_code not in _TEMPORARY or attempt == self._options.retry:
                    break
            self.pause(attempt, response.headers.get("Retry-After", "") if response is not None else "")
        assert response is not None
        if response.status_code not in (200, 401):
            raise self._refusal(response, f"{what}: {self.host} is no registry")
        self._base = f"{urlsplit(response.url).scheme}://{host}"
        self.has_signatures = response.headers.get("X-Registry-Supports-Signatures") == "1"
        if response.status_code == 401:
            self._authorizer.learn(response.headers.get("WWW-Authenticate", ""))
        response.close()

    def _ping(self, host: str, what: str) -> requests.Response:
        try:
            return self._followed("GET", f"https://{host}/v2/", what, {}, None, False)
        except RegistryError as err:
            refused = "cannot reach" in err.message and ":" not in host
            if not self._lenient or not (isinstance(err, PlainHttp) or err.temporary or refused):
                raise
        return self._followed("GET", f"http://{host}/v2/", what, {}, None, False)

    def _fetch_token(
        self, method: str, realm: str, parameters: dict[str, Any], form: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any]:
        what = f"cannot get a token for {self.host}"
        if urlsplit(realm).scheme not in ("http", "https"):
            raise RegistryError(f"{what}: it names no token server")
        if urlsplit(realm).scheme == "http" and self._base.startswith("https:") and not self._lenient:
            raise RegistryError(f"{what}: its token server speaks plain HTTP")
        with translated(what, urlsplit(realm).netloc):
            response = self._current_session().request(
                method,
                realm,
                params=parameters,
                data=form or None,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                proxies=proxies(realm, urlsplit(realm).netloc),
            )
        if response.status_code in (400, 401, 403):
            raise self._refusal(response, what, not_authorized=True)
        if response.status_code != 200:
            raise self._refusal(response, what)
        document = _json(read_bounded(response, _DOCUMENT, what, self.host))
        return document if isinstance(document, dict) else {}

    def _refusal(self, response: requests.Response, what: str, *, not_authorized: bool = False) -> RegistryError:
        """Return the error for an answer that is not accepted, in the registry's own words where it has some."""
        status = response.status_code
        try:
            reason = _own_words(read_bounded(response, _DOCUMENT, what, self.host)) or f"status {status}"
        except RegistryError:
            reason = f"status {status}"
        if status in (401, 403) or not_authorized:
            known = self._authorizer.credentials
            login = f"pod login {self.host}"
            hint = f"`{login}` with an account that may" if known else f"`{login}` first, if you have an account there"
            return NotAuthorized(f"{what}: not authorized on {self.host}: {reason}", hint=hint)
        if status == 404:
            return NoSuchManifest(f"{what}: {self.host} does not have it: {reason}")
        if status == 429:
            hint = f"wait a while, or `pod login {self.host}`: accounts may do more"
            return RegistryError(f"{what}: too many requests to {self.host}: {reason}", hint=hint, temporary=True)
        return RegistryError(f"{what}: {self.host} answered: {reason}", temporary=status in _TEMPORARY)


def read_bounded(response: requests.Response, limit: int, what: str, host: str) -> bytes:
    """Return the whole body. Raises RegistryError where it is longer than `limit`."""
    data = b""
    with translated(what, host):
        if response._content_consumed:  # type: ignore[attr-defined]
            return response.content[:limit]
        body = Body(response, what, host)
        while part := body.read(min(1 << 16, limit + 1 - len(data)), decode=True):
            data += part
            if len(data) > limit:
                response.close()
                raise RegistryError(f"{what}: the answer of {host} is larger than {limit >> 10} KiB")
    return data


def _own_words(body: bytes) -> str:
    """Return what a registry's error document says (distribution specification, "Error Codes")."""
    document = _json(body)
    if not isinstance(document, dict):
        return ""
    said = []
    for error in document.get("errors") or ():
        if isinstance(error, dict):
            said.append(str(error.get("message") or error.get("code") or ""))
    said = said or [str(document.get("details") or document.get("message") or document.get("error") or "")]
    return printable(" ".join(dict.fromkeys(said)))[:300]


def printable(text: str) -> str:
    """Return a text of a registry's as one line that does nothing to a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
