"""The login session: where sockets go, whether containers outlive it, whether limits hold."""

from __future__ import annotations

import os

from pod.engine import delegation
from pod.engine.doctor.finding import OK, WARN, Finding
from pod.linux import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pod.engine.engine import Engine

AREA = "session"


def examine(environ: Mapping[str, str], engine: Engine) -> list[Finding]:
    """Look at the session that this command runs in; the command may be root of the user's namespace by now."""
    uid = engine.settings.uid
    manager = os.path.exists(f"/run/user/{uid}/systemd/private")
    return [_runtime_folder(environ, engine), _manager(uid, manager), *_lingering(uid), _delegation(engine)]


def _runtime_folder(environ: Mapping[str, str], engine: Engine) -> Finding:
    subject = "XDG_RUNTIME_DIR"
    folder = environ.get("XDG_RUNTIME_DIR", "")
    if folder and os.access(folder, os.W_OK | os.X_OK):
        return Finding(AREA, subject, OK, folder)
    why = f"{folder} is not yours to write" if folder else "not set"
    return Finding(AREA, subject, OK, f"{why}; {engine.layout.runroot} serves instead")


def _manager(uid: int, runs: bool) -> Finding:
    subject = "systemd of yours"
    if runs:
        return Finding(AREA, subject, OK, "runs")
    if not os.path.isdir("/run/systemd/system"):
        return Finding(AREA, subject, OK, "this machine has no systemd; pod does not need it")
    detail = "does not run for you: no units, and limits cannot be set"
    remedy = f"loginctl enable-linger {delegation.user_name(uid)}"
    return Finding(AREA, subject, WARN, detail, remedy, "administrator")


def _lingering(uid: int) -> list[Finding]:
    """systemd ends a user's processes at logout where it was built or told to (logind.conf(5), KillUserProcesses)."""
    if not os.path.isdir("/run/systemd/system"):
        return []
    if delegation.lingers(uid):
        return [Finding(AREA, "lingering", OK, "containers and units live on after logout and start at boot")]
    detail = "off: your units stop at logout, and so do containers where the machine ends what users leave behind"
    if process.find_program("pkcheck"):  # polkit lets users switch it on for themselves
        return [Finding(AREA, "lingering", WARN, detail, "loginctl enable-linger", "you")]
    remedy = f"loginctl enable-linger {delegation.user_name(uid)}"
    return [Finding(AREA, "lingering", WARN, detail, remedy, "administrator")]


def _delegation(engine: Engine) -> Finding:
    subject = "cgroup controllers"
    if not os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
        detail = "this machine has cgroup v1: limits such as --memory cannot be set by users"
        remedy = "grubby --update-kernel=ALL --args=systemd.unified_cgroup_hierarchy=1"
        return Finding(AREA, subject, WARN, detail, remedy, "administrator")
    found = delegation.look(engine.settings)
    if not found.controllers:
        detail = "nothing is delegated to you: limits such as --memory cannot be set"
        return Finding(AREA, subject, WARN, detail, delegation.REMEDY, "administrator")
    if found.missing:
        detail = f"{', '.join(found.controllers)}; missing: {', '.join(found.missing)}"
        return Finding(AREA, subject, WARN, detail, delegation.REMEDY, "administrator")
    return Finding(AREA, subject, OK, ", ".join(found.controllers))
