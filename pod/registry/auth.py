"""The answer to `401 Unauthorized`: basic authentication, or a bearer token fetched from the server that it names.

https://distribution.github.io/distribution/spec/auth/token/ and …/oauth/
"""

from __future__ import annotations

import base64
import time
from urllib.parse import urlsplit

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.registry.credentials import Credentials

    Fetch = Callable[[str, str, dict[str, Any], dict[str, Any], dict[str, str]], dict[str, Any]]
    """Ask a token server: method, address, parameters, form, headers; gives its JSON document."""

_MINIMUM_LIFE = 60  # seconds, where the server does not say how long a token lives


class Challenge(Record):
    """What a WWW-Authenticate header asks for."""

    scheme: str  # basic or bearer
    parameters: dict[str, str]

    @classmethod
    def parse(cls, header: str) -> Challenge | None:
        """Read a header (RFC 9110, 11.6.1); None where it asks for nothing that we know."""
        scheme, _, rest = header.strip().partition(" ")
        if scheme.lower() not in ("basic", "bearer"):
            return None
        parameters: dict[str, str] = {}
        while rest := rest.lstrip(" ,"):
            key, equals, rest = rest.partition("=")
            if not equals:
                break
            if rest.startswith('"'):
                value, _, rest = rest[1:].partition('"')
            else:
                value, _, rest = rest.partition(",")
            parameters[key.strip().lower()] = value.strip()
        return cls(scheme.lower(), parameters)


class _Token(Record):
    text: str
    expires: float  # monotonic


class Authorizer:
    """The credentials for one registry, and the tokens that they gave so far, by scope."""

    def __init__(self, credentials: Credentials | None, fetch: Fetch) -> None:
        self.credentials = credentials
        self._fetch = fetch
        self._challenge: Challenge | None = None
        self._tokens: dict[str, _Token] = {}

    def learn(self, header: str) -> None:
        """Remember what the registry asks for."""
        self._challenge = Challenge.parse(header) or self._challenge

    def forget(self, scope: str) -> None:
        """Drop a token that the registry did not take."""
        self._tokens.pop(scope, None)

    def header(self, scope: str) -> str:
        """Return the Authorization header for a scope (`repository:NAME:pull`), "" where none is needed."""
        if self._challenge is None:
            return ""
        if self._challenge.scheme == "basic":
            return _basic(self.credentials) if self.credentials else ""
        token = self._tokens.get(scope)
        if token is None or token.expires < time.monotonic():
            token = self._tokens[scope] = self._ask(self._challenge.parameters, scope)
        return f"Bearer {token.text}" if token.text else ""

    def _ask(self, challenge: dict[str, str], scope: str) -> _Token:
        realm, service = challenge.get("realm", ""), challenge.get("service", "")
        parameters: dict[str, Any] = {"service": service} if service else {}
        if scope:
            parameters["scope"] = scope.split()  # several are several parameters
        who = self.credentials
        if who is not None and who.identity_token:
            form = {**parameters, "scope": scope, "grant_type": "refresh_token", "refresh_token": who.identity_token}
            answer = self._fetch("POST", realm, {}, {**form, "client_id": "pod"}, {})
        else:
            headers = {"Authorization": _basic(who)} if who else {}
            if who:
                parameters["account"] = who.username
            answer = self._fetch("GET", realm, parameters, {}, headers)
        text = answer.get("token") or answer.get("access_token") or ""
        life = answer.get("expires_in")
        seconds = life if isinstance(life, int) and life > 0 else _MINIMUM_LIFE
        return _Token(str(text), time.monotonic() + seconds * 0.9)


def _basic(who: Credentials) -> str:
    return "Basic " + base64.b64encode(f"{who.username}:{who.password}".encode()).decode()


def same_host(one: str, other: str) -> bool:
    """True where two addresses lead to one server: only there may credentials go."""
    return _origin(one) == _origin(other)


def _origin(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port (RFC 6454, 4)."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
