"""Asking a person which image a short name means: on stderr, as stdout is for data."""

from __future__ import annotations

import sys

from pod.errors import UsageError


def choose(name: str, candidates: list[str]) -> int:
    """Return the number (from 0) of the candidate that the person chose; the first by just pressing Enter.

    Raises UsageError where the input ends without an answer.
    """
    print(f"{name} may be one of these images:", file=sys.stderr)
    for number, candidate in enumerate(candidates, 1):
        print(f"  {number}) {candidate}", file=sys.stderr)
    while True:
        print("Which one? [1] ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise UsageError(f"no image was chosen for {name}", hint=f"give the whole name, as {candidates[0]}")
        answer = line.strip() or "1"
        if answer.isdecimal() and 1 <= int(answer) <= len(candidates):
            return int(answer) - 1
        print(f"It is a number from 1 to {len(candidates)}.", file=sys.stderr)
