"""An issuer of bearer tokens for Debian's docker-registry: JWTs signed by openssl, for whoever knows the password.

https://distribution.github.io/distribution/spec/auth/jwt/
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SERVICE = ISSUER = "pod-tests"
IDENTITY = "an identity token"


@dataclass
class TokenServer:
    """Where tokens are to be had, who may have them, and what was asked for."""

    realm: str
    user: str
    password: str
    life: int = 300  # seconds
    stale: int = 0  # how many of the next tokens are no good any more
    scopes: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)


@contextlib.contextmanager
def token_server(key: Path, certificate: Path, user: str, password: str) -> Iterator[TokenServer]:
    """Run an issuer on loopback; what it signs with the key, the certificate proves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Request)
    state = TokenServer(f"http://127.0.0.1:{server.server_port}/token", user, password)
    server.RequestHandlerClass = type("_Bound", (_Request,), {"state": state, "key": key, "certificate": certificate})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Request(BaseHTTPRequestHandler):
    state: TokenServer
    key: Path
    certificate: Path

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        wanted = parse_qs(urlsplit(self.path).query)
        pair = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        self._answer(pair == f"{self.state.user}:{self.state.password}", wanted.get("scope", []))

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        known = form["grant_type"] == ["refresh_token"] and form["refresh_token"] == [IDENTITY]
        self._answer(known, form.get("scope", [""])[0].split())

    def _answer(self, known: bool, scopes: list[str]) -> None:
        self.state.scopes += scopes
        self.state.methods.append(self.command)
        body = {"token": self._token(scopes), "expires_in": self.state.life} if known else {"details": "who are you?"}
        data = json.dumps(body).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _token(self, scopes: list[str]) -> str:
        chain = "".join(self.certificate.read_text().splitlines()[1:-1])
        now = int(time.time())
        access = []
        for scope in scopes:
            kind, name, actions = scope.rsplit(":", 2) if scope.count(":") == 2 else ("", "", "")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        claims = {"iss": ISSUER, "aud": SERVICE, "sub": self.state.user, "jti": str(now), "access": access}
        expires = now + self.state.life
        if self.state.stale:
            self.state.stale -= 1
            expires = now - 100
        times = {"iat": now, "nbf": now - 200, "exp": expires}
        header = {"typ": "JWT", "alg": "RS256", "x5c": [chain]}
        signed = f"{_base64(json.dumps(header).encode())}.{_base64(json.dumps({**claims, **times}).encode())}"
        command = ["openssl", "dgst", "-sha256", "-sign", str(self.key)]
        signature = subprocess.run(command, input=signed.encode(), capture_output=True, check=True).stdout
        return f"{signed}.{_base64(signature)}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
