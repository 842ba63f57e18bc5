"""How units call pod."""

from __future__ import annotations

import os
import sys

from pod.linux import process


def own_program() -> str:
    """Return the path by which a unit starts this pod: the program that runs now, else the one on PATH."""
    called = os.path.realpath(sys.argv[0])
    if os.path.basename(called) == "pod" and os.access(called, os.X_OK):
        return called
    beside = os.path.join(os.path.dirname(called), "pod")
    if os.access(beside, os.X_OK):
        return beside
    return process.find_program("pod") or "pod"
