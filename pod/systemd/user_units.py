"""Units in the user's own folder, for those whose systemd has no generator of pod's: nobody but root can install one.

The folder is `$XDG_CONFIG_HOME/systemd/user` (systemd.unit(5), "Unit Load Path"): the user manager reads it at boot.
It goes before what generators make: Podman's, if installed, makes units of the same names of the same Quadlet files.
Every file of pod's begins with a line that says so, and only such files are ever replaced or removed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from pod.errors import PodError
from pod.linux import files
from pod.record import Record
from pod.systemd import words
from pod.systemd.quadlet.generator import MARK, Generated, generate, write

RESTART = "pod-restart.service"
_RESTART_TEXT = f"""\
{MARK}: containers with --restart always run again after a boot.
[Unit]
Description=Start the containers that are to run always
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={{program}} start --all --filter restart-policy=always --filter restart-policy=unless-stopped
ExecStop={{program}} stop --all --filter restart-policy=always --filter restart-policy=unless-stopped

[Install]
WantedBy=default.target
"""


AUTO_UPDATE = "pod-auto-update"
_AUTO_UPDATE_SERVICE = f"""\
{MARK}: started by its timer, or by hand.
[Unit]
Description=Start containers anew whose image has changed

[Service]
Type=oneshot
ExecStart={{program}} auto-update
ExecStartPost={{program}} image prune -f
"""
_AUTO_UPDATE_TIMER = f"""\
{MARK}: systemctl --user enable --now {AUTO_UPDATE}.timer
[Unit]
Description=Once a day, start containers anew whose image has changed

[Timer]
OnCalendar=daily
RandomizedDelaySec=900
Persistent=true

[Install]
WantedBy=timers.target
"""


class Installed(Record):
    """What became of the units."""

    folder: str
    written: tuple[str, ...]
    removed: tuple[str, ...]
    generated: Generated


def folder(environ: Mapping[str, str]) -> str:
    """Return the folder of the user's own units."""
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '/')}/.config"
    return f"{home}/systemd/user"


def install(environ: Mapping[str, str], program: str) -> Installed:
    """Write the units of all Quadlet files and pod's own, and remove those that have no file any more.

    Raises PodError where the folder cannot be written.
    """
    generated = generate(environ, program)
    target = folder(environ)
    quoted = words.quote(program)
    own = {
        RESTART: _RESTART_TEXT.format(program=quoted),
        f"{AUTO_UPDATE}.service": _AUTO_UPDATE_SERVICE.format(program=quoted),
        f"{AUTO_UPDATE}.timer": _AUTO_UPDATE_TIMER,
    }
    everything = generated.replace(
        units={**generated.units, **own},
        links={**generated.links, f"default.target.wants/{RESTART}": f"../{RESTART}"},
    )
    for name in everything.units:
        if os.path.lexists(f"{target}/{name}") and not _is_ours(f"{target}/{name}"):
            raise PodError(
                f"{target}/{name} is not of pod's making", hint="move it away, or give the Quadlet file another name"
            )
    removed = _remove_old(target, everything)
    write(everything, target)
    return Installed(target, tuple(everything.units), removed, generated)


def _remove_old(target: str, wanted: Generated) -> tuple[str, ...]:
    """Remove units and links that were made of Quadlet files which are gone."""
    removed = []
    try:
        for folder, _inner, names in os.walk(target):
            for name in names:
                path = f"{folder}/{name}"
                relative = os.path.relpath(path, target)
                if relative in wanted.units or relative in wanted.links:
                    continue
                if _is_ours(path):
                    files.remove_file(path)
                    if not os.path.dirname(relative):
                        removed.append(name)
        _remove_dangling(target)
    except OSError as err:
        raise PodError(f"cannot remove the old unit {err.filename}: {err.strerror}") from err
    return tuple(removed)


def _remove_dangling(target: str) -> None:
    """Remove the links to units of this folder that are gone."""
    for folder, _inner, names in os.walk(target):
        for name in names:
            path = f"{folder}/{name}"
            if os.path.islink(path) and not os.path.exists(path) and not os.readlink(path).startswith("/"):
                files.remove_file(path)


def _is_ours(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline(200).startswith(MARK)
    except OSError:
        return False
