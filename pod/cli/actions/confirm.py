"""The question before something is deleted, for all the commands that ask."""

from __future__ import annotations

import sys


def agreed(warning: str) -> bool:
    """Print a warning, ask, and tell whether the answer was yes; no answer at all is a no."""
    print(f"WARNING! {warning}")
    print("Are you sure you want to continue? [y/N] ", end="", flush=True)
    return sys.stdin is not None and sys.stdin.readline().strip().lower() in ("y", "yes")
