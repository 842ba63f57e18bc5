"""An example of a volume plugin: Docker's protocol over a unix socket, volumes as folders below one folder.

`python -m tests.support.volume_plugin SOCKET FOLDER [FAULT]` serves until it is killed. FAULT makes it misbehave as
plugins do: see FAULTS.
"""

from __future__ import annotations

import json
import os
import socketserver
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

FAULTS = ("root", "relative", "missing", "proc", "text", "slow", "drip", "endless", "error", "list", "no-driver")


class Plugin(socketserver.ThreadingUnixStreamServer):
    """The server; its volumes are folders, and who has mounted them is in memory."""

    daemon_threads = True

    def __init__(self, socket: Path, folder: Path, fault: str) -> None:
        super().__init__(str(socket), Handler)
        self.folder = folder
        self.fault = fault
        self.users: dict[str, set[str]] = {}

    def answer(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        name = asked.get("Name", "")
        path = self.folder / name
        if method == "Plugin.Activate":
            return {"Implements": ["NetworkDriver" if self.fault == "no-driver" else "VolumeDriver"]}
        if method == "VolumeDriver.List":
            return {"Volumes": [{"Name": one.name, "Mountpoint": str(one)} for one in sorted(self.folder.iterdir())]}
        if method == "VolumeDriver.Create":
            path.mkdir(exist_ok=True)
            (self.folder.parent / "options.json").write_text(json.dumps(asked.get("Opts")))
            return {}
        if not path.is_dir():
            return {"Err": f"no volume {name} here"}
        if method == "VolumeDriver.Mount":
            self.users.setdefault(name, set()).add(asked["ID"])
            return {"Mountpoint": self.mountpoint(path)}
        if method == "VolumeDriver.Unmount":
            self.users.get(name, set()).discard(asked["ID"])
            return {}
        if method == "VolumeDriver.Remove":
            if self.users.get(name):
                return {"Err": f"{name} is mounted by {sorted(self.users[name])}"}
            os.rename(path, self.folder.parent / f"removed-{name}")
            return {}
        if method == "VolumeDriver.Path":
            return {"Mountpoint": str(path) if self.users.get(name) else ""}
        return {"Err": f"no method {method}"}

    def mountpoint(self, path: Path) -> Any:
        wrong = {"root": "/", "relative": "data", "missing": "/no/such", "proc": "/proc/self/root", "list": [str(path)]}
        return wrong.get(self.fault, str(path))


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Plugin

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        method = self.path.lstrip("/")
        fault = self.server.fault if method == "VolumeDriver.Mount" else ""
        if fault == "slow":
            time.sleep(30)
        if fault in ("endless", "drip"):
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * (1 << 16) if fault == "endless" else b" ")
                time.sleep(0 if fault == "endless" else 0.2)
        answer = self.server.answer(method, asked)
        data = b"certainly" if fault == "text" else json.dumps(answer).encode()
        self.send_response(500 if fault == "error" or answer.get("Err") else 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: Any) -> None:
        del format, args


if __name__ == "__main__":
    Plugin(Path(sys.argv[1]), Path(sys.argv[2]), *(sys.argv[3:] or [""])).serve_forever()
