"""Scopes: control groups that the user's systemd makes for processes that it has not started (systemd.scope(5)).

It also moves processes between groups where the user alone may not, out of a login session above all. The calls are
those of org.freedesktop.systemd1(5).
"""

from __future__ import annotations

import os

from pod.errors import KernelRefused
from pod.linux import dbus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

DEFAULT_SLICE = "user.slice"  # as Podman's
_SYSTEMD = ("org.freedesktop.systemd1", "/org/freedesktop/systemd1")
_MANAGER = f"{_SYSTEMD[0]}.Manager"
_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
_MATCH = f"type='signal',interface='{_MANAGER}',member='JobRemoved'"
_EXISTS = f"{_SYSTEMD[0]}.UnitExists"
_WITHOUT_END = (1 << 64) - 1
_ATTEMPTS = 20  # to start a unit whose last processes are just ending


class Refused(KernelRefused):
    """systemd does not do it, or does not answer."""


def start(sockets: Sequence[str], unit: str, slice_: str, description: str) -> None:
    """Move this process into a new scope, whose group is ours to divide. Raises Refused.

    A scope of that name is left over for a moment from an earlier start: then this process joins it.
    """
    properties = [
        ("Description", ("s", description)),
        ("PIDs", ("au", [0])),  # of who asks, wherever it counts its processes from
        ("Slice", ("s", slice_)),
        ("Delegate", ("b", 1)),
        ("TasksMax", ("t", _WITHOUT_END)),  # limits are the container's
        ("CollectMode", ("s", "inactive-or-failed")),
    ]
    for _attempt in range(_ATTEMPTS):
        try:
            return _start(sockets, unit, properties)
        except dbus.DBusError as err:
            if err.name != _EXISTS:
                raise Refused(f"systemd makes no scope: {err}") from err
        try:
            return attach(sockets, unit, "/supervisor")
        except Refused as err:
            last = err
    raise last


def _start(sockets: Sequence[str], unit: str, properties: list[tuple[str, Any]]) -> None:
    connection = _connect(sockets, signals=True)
    try:
        (job,) = connection.call(
            *_SYSTEMD, _MANAGER, "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "fail", properties, []
        )
        result = ""
        while not result:
            result = next((body[3] for body in connection.signals("JobRemoved") if body[1] == job), "")
    except (OSError, ValueError) as err:
        raise Refused(f"systemd does not answer: {err}") from err
    finally:
        connection.close()
    if result != "done":
        raise Refused(f"systemd cannot start {unit}: {result}")


def attach(sockets: Sequence[str], unit: str, folder: str) -> None:
    """Move this process into a unit that is delegated, or into a folder of its group. Raises Refused."""
    connection = _connect(sockets)
    try:
        connection.call(*_SYSTEMD, _MANAGER, "AttachProcessesToUnit", "ssau", unit, folder, [0])
    except (OSError, ValueError, dbus.DBusError) as err:
        raise Refused(f"systemd does not move a process into {unit}: {err}") from err
    finally:
        connection.close()


def own_group(sockets: Sequence[str]) -> str:
    """Return the path of the group that the user's systemd has been given. Raises Refused."""
    connection = _connect(sockets)
    try:
        arguments = (_MANAGER, "ControlGroup")
        return str(connection.call(*_SYSTEMD, "org.freedesktop.DBus.Properties", "Get", "ss", *arguments)[0])
    except (OSError, ValueError, dbus.DBusError) as err:
        raise Refused(f"systemd does not answer: {err}") from err
    finally:
        connection.close()


def is_there(sockets: Sequence[str]) -> bool:
    """True where the user has a systemd to be asked."""
    return any(map(os.path.exists, sockets))


def _connect(sockets: Sequence[str], *, signals: bool = False) -> dbus.Connection:
    """Connect to systemd itself where it listens, else to the user's bus."""
    reason: Exception = FileNotFoundError("it does not run")
    for path in sockets:
        try:
            connection = dbus.Connection(path)
        except (OSError, ValueError, dbus.DBusError) as err:
            reason = err
            continue
        try:
            if not path.endswith("/private"):  # behind that, there is no bus to be greeted
                connection.call(*_BUS, "Hello")
                if signals:
                    connection.call(*_BUS, "AddMatch", "s", _MATCH)
            return connection
        except (OSError, ValueError, dbus.DBusError) as err:
            connection.close()
            reason = err
    raise Refused(f"no systemd of yours answers: {reason}")
