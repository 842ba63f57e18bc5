"""Docker's volume plugin protocol: JSON over HTTP over a unix socket.

https://docs.docker.com/engine/extend/plugins_volume/. A plugin is a program of somebody else's: what it says is bounded
in size and in time, and checked before it is believed.
"""

from __future__ import annotations

import http.client
import os
import socket
import time

from pod.errors import PluginError
from pod.linux import files, jsonfile
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

TIMEOUT = 5.0  # seconds for a whole exchange, as Podman's volume_plugin_timeout
_LIMIT = 4 << 20  # bytes of an answer
_TYPE = "application/vnd.docker.plugins.v1.1+json"
_KERNELS = ("/proc", "/sys", "/dev")


class PluginVolume(Record):
    """A volume that a plugin has."""

    name: str
    mountpoint: str = ""


def find_socket(name: str, configured: Mapping[str, str], folders: Iterable[str]) -> str:
    """Return the path of a plugin's socket. Raises PluginError with the places that were looked at.

    `configured` is [engine.volume_plugins] of containers.conf. A folder may have NAME.sock, or NAME.spec or NAME.json
    that hold the socket's address (Docker's plugin discovery).
    """
    folders = tuple(folders)
    if "/" in name or name.startswith("."):
        raise PluginError(f"{name!r:.80} is no name of a volume plugin")
    if name in configured:
        return configured[name].removeprefix("unix://")
    for folder in folders:
        if os.path.exists(f"{folder}/{name}.sock"):
            return f"{folder}/{name}.sock"
        for suffix in ("spec", "json"):
            if os.path.exists(f"{folder}/{name}.{suffix}"):
                return _address(f"{folder}/{name}.{suffix}")
    raise PluginError(
        f"there is no volume plugin {name!r}",
        hint=f"its socket is {folders[0]}/{name}.sock, or stands in [engine.volume_plugins] of containers.conf",
    )


def _address(path: str) -> str:
    """Return the path of the socket that a file of plugin discovery names. Raises PluginError."""
    try:
        text = files.read_bytes(path, 1 << 16).decode().strip()
        address = jsonfile.loads(text)["Addr"] if path.endswith(".json") else text
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise PluginError(f"cannot read {path}: {err}") from err
    if not isinstance(address, str) or not address.startswith("unix:///"):
        raise PluginError(f"{path} holds no address of a unix socket", hint="such as unix:///run/user/1000/x.sock")
    return address.removeprefix("unix://")


class VolumePlugin:
    """One plugin: the calls of its protocol. All of them raise PluginError."""

    def __init__(self, name: str, path: str, timeout: float = TIMEOUT) -> None:
        self.name = name
        self._path = path
        self._timeout = timeout

    def activate(self) -> None:
        """Make sure that it is a volume plugin."""
        does = self._call("Plugin.Activate", {}).get("Implements")
        if not isinstance(does, list) or "VolumeDriver" not in does:
            raise PluginError(f"plugin {self.name} is no volume plugin: it implements {does!r:.100}")

    def create(self, volume: str, options: Mapping[str, str]) -> None:
        self._call("VolumeDriver.Create", {"Name": volume, "Opts": dict(options)})

    def remove(self, volume: str) -> None:
        self._call("VolumeDriver.Remove", {"Name": volume})

    def mount(self, volume: str, user: str) -> str:
        """Have a volume mounted for a user (an id) and return the folder, which was looked at."""
        path = self._text(self._call("VolumeDriver.Mount", {"Name": volume, "ID": user}), "Mountpoint")
        try:
            return check_folder(self.name, volume, path)
        except PluginError:
            self.unmount(volume, user)
            raise

    def unmount(self, volume: str, user: str) -> None:
        self._call("VolumeDriver.Unmount", {"Name": volume, "ID": user})

    def path(self, volume: str) -> str:
        """Return where a volume is mounted, "" where it is not."""
        return self._text(self._call("VolumeDriver.Path", {"Name": volume}), "Mountpoint")

    def volumes(self) -> list[PluginVolume]:
        """Return all that it has."""
        listed = self._call("VolumeDriver.List", {}).get("Volumes") or []
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise PluginError(f"volume plugin {self.name} answers with no list of volumes")
        return [PluginVolume(self._text(one, "Name"), self._text(one, "Mountpoint")) for one in listed]

    def _text(self, answer: dict[str, Any], key: str) -> str:
        value = answer.get(key, "")
        if not isinstance(value, str) or "\0" in value:
            raise PluginError(f"volume plugin {self.name} answers with a {key} that is no text: {value!r:.100}")
        return value

    def _call(self, method: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Exchange one message. Raises PluginError with what the plugin said was wrong."""
        try:
            status, data = self._exchange(method, jsonfile.dumps(dict(content)))
        except TimeoutError:
            raise self._failed(method, f"no answer within {self._timeout:g} seconds") from None
        except (OSError, http.client.HTTPException) as err:
            reason = err.strerror if isinstance(err, OSError) and err.strerror else str(err) or type(err).__name__
            raise self._failed(method, f"{reason}: {self._path}", hint="is it running?") from err
        try:
            answer = jsonfile.loads(data) if data.strip() else {}
        except ValueError:
            answer = None
        if isinstance(answer, dict) and (said := answer.get("Err")):
            raise self._failed(method, f"it says: {said!s:.500}")
        if status != 200:
            raise self._failed(method, f"it answers with HTTP status {status}")
        if not isinstance(answer, dict):
            raise self._failed(method, f"it answers with no JSON object: {data[:60]!r}")
        return answer

    def _failed(self, method: str, why: str, *, hint: str = "") -> PluginError:
        return PluginError(f"volume plugin {self.name} fails at {method}: {why}", hint=hint)

    def _exchange(self, method: str, body: bytes) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._timeout
        connection = _Connection(self._path, self._timeout)
        try:
            connection.request("POST", f"/{method}", body, {"Content-Type": _TYPE, "Accept": _TYPE})
            response = connection.getresponse()
            parts: list[bytes] = []
            while part := response.read1(1 << 16):
                parts.append(part)
                if sum(map(len, parts)) > _LIMIT:
                    raise self._failed(method, f"its answer is longer than {_LIMIT} bytes")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                if connection.sock is not None:
                    connection.sock.settimeout(left)
            return response.status, b"".join(parts)
        finally:
            connection.close()


class _Connection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("plugin", timeout=timeout)
        self._socket_path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._socket_path)


def check_folder(plugin: str, volume: str, path: str) -> str:
    """Return the folder, all links resolved, that a plugin offers as a volume. Raises PluginError.

    The root folder of this machine and the kernel's own file systems are no volumes, by whatever name.
    """
    if not path.startswith("/"):
        raise PluginError(f"volume plugin {plugin} mounts {volume} at {path!r:.200}, which is no absolute path")
    real = os.path.realpath(path)
    try:
        same_as_root = os.path.samestat(os.stat(real), os.stat("/"))
    except OSError as err:
        raise PluginError(f"volume plugin {plugin} mounts {volume} at {path!r:.200}: {err.strerror}") from err
    if same_as_root or real == "/" or any(real == top or real.startswith(f"{top}/") for top in _KERNELS):
        raise PluginError(
            f"volume plugin {plugin} mounts {volume} at {path!r:.200}, which is no folder of its own",
            hint="it would open this machine to the container",
        )
    if not os.path.isdir(real):
        raise PluginError(f"volume plugin {plugin} mounts {volume} at {path!r:.200}, which is no folder")
    return real
