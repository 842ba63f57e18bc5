"""A registry in this process that serves what a test puts in, and misbehaves as it is told: real HTTP, no stand-ins.

A fault is a function that looks at a request before it is answered; it may answer itself and return True.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.images import CONFIG, LAYER, MANIFEST, Image

Fault = Callable[["Request"], bool]
TOKENS = "/token"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@dataclass
class FaultyRegistry:
    """What is served, who asked for what, and what is to go wrong."""

    host: str = ""
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)  # by tag or digest
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)  # method, path, headers
    uploads: dict[str, bytes] = field(default_factory=dict)  # unfinished ones, by what ends their address

    def add_blob(self, data: bytes) -> str:
        name = digest(data)
        self.blobs[name] = data
        return name

    def add_manifest(self, tag: str, document: dict[str, Any]) -> str:
        data = json.dumps(document).encode()
        for name in (tag, digest(data)):
            self.manifests[name] = (document["mediaType"], data)
        return digest(data)

    def add(self, image: Image, tag: str = "latest", **changes: Any) -> dict[str, Any]:
        """Serve an image with gzip layers under `team/app:TAG`; return its manifest. `changes` replace members."""
        layers = []
        for layer in image.layers:
            assert isinstance(layer, bytes)
            packed = gzip.compress(layer, 1, mtime=0)
            layers.append({"mediaType": f"{LAYER}+gzip", "digest": self.add_blob(packed), "size": len(packed)})
        config = image.config_json()
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": self.add_blob(config), "size": len(config)},
            "layers": layers,
            **changes,
        }
        self.add_manifest(tag, document)
        return document

    def ranges(self) -> list[str]:
        """Return the Range headers of all requests for blobs that had one."""
        return [headers["range"] for _, path, headers in self.asked if "/blobs/" in path and "range" in headers]

    def fetched(self, name: str) -> int:
        """Return how often a blob was asked for."""
        return sum(method == "GET" and path.endswith(f"/blobs/{name}") for method, path, _ in self.asked)


@contextmanager
def faulty_registry() -> Iterator[FaultyRegistry]:
    """Serve a registry on loopback while the block runs."""
    registry = FaultyRegistry()

    class Handler(Request):
        served = registry

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registry.host = f"localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Request(BaseHTTPRequestHandler):
    """One request, and the ways to answer it."""

    protocol_version = "HTTP/1.1"
    served: FaultyRegistry

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.served.asked.append((self.command, self.path, headers))
        try:
            if not any(fault(self) for fault in list(self.served.faults)):
                self._answer()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer(self) -> None:
        kind, _, name = self.path.rpartition("/")[0].rpartition("/")[2], "", self.path.rpartition("/")[2]
        if self.command in ("POST", "PATCH", "PUT") or "/uploads/" in self.path:
            self._answer_upload()
        elif self.path == "/v2/":
            self.answer(200, b"{}")
        elif kind == "manifests" and name in self.served.manifests:
            media_type, data = self.served.manifests[name]
            self.answer(200, data, {"Content-Type": media_type})
        elif kind == "blobs" and name in self.served.blobs:
            self.answer_blob(self.served.blobs[name])
        elif self.path.partition("?")[0].endswith("/tags/list"):
            self.answer(200, json.dumps({"tags": [n for n in self.served.manifests if ":" not in n]}).encode())
        else:
            self.answer(404, b'{"errors": [{"code": "UNKNOWN", "message": "unknown to us"}]}')

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> bool:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return True

    def answer_blob(self, data: bytes, cut: int | None = None) -> bool:
        """Send a blob or the range asked for; with `cut` the connection breaks after so many bytes of it."""
        wanted = self.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
        start = int(wanted or 0)
        body = data[start:]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        self.wfile.write(body if cut is None else body[:cut])
        if cut is not None and cut < len(body):
            self.wfile.flush()
            self.close_connection = True
        return True

    def _answer_upload(self) -> None:
        """Take blobs and manifests as the distribution specification has it ("Pushing blobs in chunks")."""
        path, _, query = self.path.partition("?")
        name = path.rpartition("/")[2]
        if self.command == "POST":
            name = str(len(self.served.asked))
            self.served.uploads[name] = b""
            self.answer(202, b"", {"Location": f"{path}{name}"})
        elif "/manifests/" in path:
            data = self.receive()
            for known in (name, digest(data)):
                self.served.manifests[known] = (self.headers["Content-Type"], data)
            self.answer(201, b"")
        elif name not in self.served.uploads:
            self.answer(404, b'{"errors": [{"code": "BLOB_UPLOAD_UNKNOWN"}]}')
        elif self.command == "GET":
            self.answer(204, b"", self._reached(name))
        elif self.command == "PATCH":
            start = int(self.headers["Content-Range"].partition("-")[0])
            if start != len(self.served.uploads[name]):
                self.answer(416, b"", self._reached(name))
                return
            self.receive(name)
            self.answer(202, b"", {"Location": path, **self._reached(name)})
        else:
            self.receive(name)
            data = self.served.uploads.pop(name)
            good = digest(data) == query.removeprefix("digest=")
            if good:
                self.served.add_blob(data)
            self.answer(201 if good else 400, b"")

    def _reached(self, name: str) -> dict[str, str]:
        return {"Range": f"0-{max(len(self.served.uploads[name]) - 1, 0)}"}

    def receive(self, upload: str = "", cut: int | None = None) -> bytes:
        """Read a body, into an upload where one is named; with `cut` the connection breaks after so many bytes."""
        left = int(self.headers["Content-Length"])
        left = left if cut is None else min(left, cut)
        data = b""
        while left and (part := self.rfile.read(min(left, 1 << 16))):
            data += part
            left -= len(part)
        if upload:
            self.served.uploads[upload] += data
        if cut is not None:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        return data

    @property
    def is_layer(self) -> bool:
        """True for a request for a large blob."""
        return "/blobs/" in self.path and len(self.served.blobs.get(self.path.rpartition("/")[2], b"")) > 2000
