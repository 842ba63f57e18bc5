"""Passwords: typed on a terminal without an echo, or read from stdin."""

from __future__ import annotations

import sys

from pod.errors import UsageError


def ask(name: str) -> str:
    """Ask for the password of a user on the terminal. Raises UsageError where there is none."""
    import getpass

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            f"cannot ask for the password of {name}: stdin is no terminal", hint="give it on stdin: --password-stdin"
        )
    return getpass.getpass(f"Password for {name}: ")


def read_stdin() -> str:
    """Read a password from stdin; the end of its line is not part of it. Raises UsageError."""
    text = sys.stdin.read() if sys.stdin is not None else ""
    password = text.removesuffix("\n").removesuffix("\r")
    if not password:
        raise UsageError("there is no password on stdin")
    return password
