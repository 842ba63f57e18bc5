"""`pod help COMMAND` on a terminal: the manual page, where there is a program to show it."""

from __future__ import annotations

import os
import sys

from pod.linux import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_CHECKOUT = os.path.join(os.path.dirname(__file__), "..", "..", "..", "man")


def show_manual(words: Sequence[str]) -> None:
    """Become man(1) with the page; return where there is no page, no man, or no terminal to show it on."""
    man = process.find_program("man")
    if not words or not man or not (sys.stdout is not None and sys.stdout.isatty() and sys.stdin.isatty()):
        return
    name = "-".join(("pod", *words))
    page = os.path.join(_CHECKOUT, f"{name}.1")
    if os.path.exists(page):
        _become([man, "-l", page])
    elif process.run([man, "-w", name]).code == 0:
        _become([man, name])


def _become(argv: list[str]) -> None:
    sys.stdout.flush()
    process.restore_signals()
    os.execv(argv[0], argv)
