"""Words with the user's systemd, through systemctl."""

from __future__ import annotations

from pod.errors import PodError
from pod.linux import process

_NO_MANAGER = "a login through ssh or the console starts it, `loginctl enable-linger` keeps it"


def restart(unit: str) -> None:
    """Restart a unit and wait until it is up. Raises PodError where it is not then."""
    _ask("restart", unit, failure=f"{unit} does not run again", hint=f"systemctl --user status {unit}")


def stop(unit: str) -> None:
    """Stop a unit. Raises PodError."""
    _ask("stop", unit, failure=f"{unit} does not stop", hint=f"systemctl --user status {unit}")


def reload() -> None:
    """Let systemd read its units anew. Raises PodError where the user's systemd does not run."""
    _ask("daemon-reload", failure="your systemd cannot be told of the units", hint=_NO_MANAGER)


def states(units: list[str]) -> dict[str, str]:
    """Return the state (active, failed …) of those units that systemd knows; nothing where it does not run."""
    if not units:
        return {}
    try:
        printed = _ask("show", "--property=Id,LoadState,ActiveState", *units, failure="no answer", hint="")
    except PodError:
        return {}
    found = {}
    for block in printed.split("\n\n"):
        fields = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if fields.get("LoadState") == "loaded":
            found[fields.get("Id", "")] = fields.get("ActiveState", "")
    return found


def _ask(*words: str, failure: str, hint: str) -> str:
    program = process.find_program("systemctl")
    if not program:
        raise PodError("there is no systemctl on this machine", hint="`pod quadlet print NAME` shows a unit")
    done = process.run([program, "--user", *words])
    if done.code:
        raise PodError(f"{failure}: {done.stderr.decode(errors='replace').strip()}", hint=hint)
    return done.stdout.decode(errors="replace")
