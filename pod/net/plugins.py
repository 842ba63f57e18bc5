"""Network drivers of other people's: Netavark's plugin protocol.

A plugin is an executable. It is called with a verb (`info`, `create`, `setup NAMESPACE`, `teardown NAMESPACE`), is
given a JSON document on standard input and answers with one, or with {"error": …} and an exit code. What it says is
bounded in size and in time, and checked before it is believed.
https://github.com/containers/netavark/blob/main/plugin-API.md
"""

from __future__ import annotations

import os
import select
import time

from pod.errors import PluginError
from pod.linux import jsonfile, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

TIMEOUT = 10.0
_LIMIT = 1 << 20
_SHOWN = 300  # characters of a plugin's own words
_API = "1"  # the major number of the protocol's version
_SIGKILL = 9


def find(name: str, folders: Iterable[str]) -> str:
    """Return the path of a driver's executable. Raises PluginError with the place where it is looked for."""
    folders = tuple(folders)
    if not name or "/" in name or name.startswith("."):
        raise PluginError(f"{name!r:.80} is no name of a network driver")
    for folder in folders:
        path = f"{folder}/{name}"
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise PluginError(
        f"there is no network driver {name!r:.80}",
        hint=f"there are bridge and overlay; one of your own is the executable {folders[0]}/{name}",
    )


def check(path: str) -> None:
    """Raise PluginError where a plugin does not speak this protocol."""
    version = call(path, ("info",)).get("api_version")
    if not isinstance(version, str) or version.partition(".")[0] != _API:
        raise PluginError(f"network driver {_name(path)} speaks version {version!r:.40} of the protocol, not {_API}")


def call(
    path: str,
    words: tuple[str, ...],
    document: object = None,
    *,
    timeout: float = TIMEOUT,
    before_exec: Callable[[], None] | None = None,
    answers: bool = True,
) -> dict[str, Any]:
    """Run a plugin and return its answer, {} where it need not give one. Raises PluginError."""
    data = b"" if document is None else jsonfile.dumps(document)
    try:
        output, code = _run((path, *words), data, timeout, before_exec)
    except OSError as err:
        raise PluginError(f"network driver {_name(path)} cannot be run: {err.strerror}") from err
    if code == 0 and not answers:
        return {}
    try:
        answer = jsonfile.loads(output)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise PluginError(
            f"network driver {_name(path)} did not answer {words[0]} with a JSON object (exit code {code})",
            hint=f"run it by hand: {path} info",
        )
    if code != 0 or "error" in answer:
        said = str(answer.get("error", f"exit code {code}"))
        shown = "".join(letter if letter.isprintable() else " " for letter in said[:_SHOWN])
        raise PluginError(f"network driver {_name(path)}: {shown}")
    return answer


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _run(
    argv: tuple[str, ...], data: bytes, timeout: float, before_exec: Callable[[], None] | None
) -> tuple[bytes, int]:
    """Run a program and return what it says and its exit code; it and its children are killed when that takes long."""
    in_read, in_write = os.pipe2(os.O_CLOEXEC)
    out_read, out_write = os.pipe2(os.O_CLOEXEC)
    try:
        pid = process.spawn(argv, stdin=in_read, stdout=out_write, new_session=True, before_exec=before_exec)
    except BaseException:
        os.close(in_write)
        os.close(out_read)
        raise
    finally:
        os.close(in_read)
        os.close(out_write)
    try:
        output = _exchange(in_write, data, out_read, time.monotonic() + timeout, argv[0])
        code = _wait(pid, time.monotonic() + timeout, argv[0])
    finally:
        _end(pid)
        os.close(out_read)
    return output, code


def _exchange(stdin: int, data: bytes, stdout: int, deadline: float, path: str) -> bytes:
    """Write everything to a pipe, which is closed then, and read another one to its end."""
    os.set_blocking(stdin, False)
    poll = select.poll()
    poll.register(stdout, select.POLLIN)
    poll.register(stdin, select.POLLOUT)
    output, feeding = bytearray(), True
    try:
        while True:
            ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not ready:
                raise PluginError(f"network driver {_name(path)} did not answer in time")
            for fd, _events in ready:
                if fd == stdout:
                    part = os.read(stdout, 1 << 16)
                    output += part
                    if not part:
                        return bytes(output)
                    if len(output) > _LIMIT:
                        raise PluginError(f"network driver {_name(path)} answered with more than {_LIMIT >> 20} MB")
                else:
                    data = _feed(stdin, data)
                    if not data:
                        poll.unregister(stdin)
                        os.close(stdin)
                        feeding = False
    finally:
        if feeding:
            os.close(stdin)


def _feed(stdin: int, data: bytes) -> bytes:
    """Write what goes in at once and return the rest; nothing is left for one that does not listen."""
    try:
        return data[os.write(stdin, data) :] if data else b""
    except BrokenPipeError:
        return b""


def _wait(pid: int, deadline: float, path: str) -> int:
    fd = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise PluginError(f"network driver {_name(path)} does not end")
        result = os.waitid(os.P_PIDFD, fd, os.WEXITED | os.WNOWAIT)
        return result.si_status if result and result.si_code == os.CLD_EXITED else 128
    finally:
        os.close(fd)


def _end(pid: int) -> None:
    """Kill what is left of a plugin and its children, and bury it."""
    try:
        os.killpg(pid, _SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    os.waitpid(pid, 0)
