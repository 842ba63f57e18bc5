"""Debian's docker-registry on loopback: a real one, as plain HTTP or with TLS and passwords."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.token_server import ISSUER, SERVICE

USER, PASSWORD = "ann", "secret"
_HTPASSWD = "ann:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"  # bcrypt of the password
_PATIENCE = 20.0
_REQUEST = re.compile(r'"([A-Z]+) (\S+) HTTP/1\.1" (\d+)')


class NoRegistry(Exception):
    """The registry cannot be started here; says why."""


@dataclass(frozen=True)
class Registry:
    """A running registry: localhost:PORT, its log, and the certificate that it shows ("" without TLS)."""

    host: str
    log: Path
    certificate: Path | None = None

    def requests(self) -> list[str]:
        """Return what was asked so far, from the registry's own log: `METHOD PATH STATUS`, without queries."""
        found = _REQUEST.findall(self.log.read_text())
        return [f"{method} {path.partition('?')[0]} {status}" for method, path, status in found]


@contextmanager
def docker_registry(folder: Path, *, secured: bool = False, tokens: str = "") -> Iterator[Registry]:
    """Run a registry with its data in `folder`. Raises NoRegistry.

    `secured` asks for TLS and a password; `tokens` is the address of who gives tokens, signed with the key in `folder`.
    """
    program = shutil.which("docker-registry")
    if program is None:
        raise NoRegistry("no docker-registry on this machine: apt-get install docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    lines = ["version: 0.1", "log: {level: warn}", f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}"]
    tls = ""
    certificate = None
    if secured:
        certificate = make_certificate(folder)
        tls = f", tls: {{certificate: {certificate}, key: {folder}/key.pem}}"
        (folder / "htpasswd").write_text(_HTPASSWD)
        lines.append(f"auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}")
    if tokens:
        bundle = f"rootcertbundle: {folder}/cert.pem"
        lines.append(f"auth: {{token: {{realm: '{tokens}', service: {SERVICE}, issuer: {ISSUER}, {bundle}}}}}")
    lines.append(f"http: {{addr: '127.0.0.1:{port}'{tls}}}")
    (folder / "config.yml").write_text("\n".join(lines))
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "serve", folder / "config.yml"], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _wait(port, process, log)
        yield Registry(f"localhost:{port}", log, certificate)
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise NoRegistry(f"docker-registry did not start: {log.read_text()[-400:]}")


def make_certificate(folder: Path) -> Path:
    """Make a key and a certificate for localhost that signs itself."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.which("openssl") is None:
        raise NoRegistry("no openssl on this machine to make a certificate with: apt-get install openssl")
    certificate = folder / "cert.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(certificate)]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return certificate
