"""Print, for every command of Docker and Podman, which of its options pod accepts, refuses with a reason, and lacks.

The peers' commands come from two data files that list them (--reference FOLDER, or $POD_REFERENCE), pod's from the
table that its own parser works with, so the answer cannot be better than the program.

    python -m tests.parity [--reference FOLDER] [--markdown] [--missing] [COMMAND…]
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from pod.cli.elsewhere import ELSEWHERE
from tests.parity.comparison import Row, compare, read_peer, read_pod

CHECKOUT = Path(__file__).resolve().parents[2]


def main(argv: list[str]) -> int:
    """Print the table; the exit code is 0 whatever it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help="only these, such as run or 'image ls'")
    parser.add_argument("--reference", type=Path, default=_default_reference(), help="folder with the two data files")
    parser.add_argument("--markdown", action="store_true", help="a table for a page")
    parser.add_argument("--missing", action="store_true", help="name the missing options")
    options = parser.parse_args(argv)
    peers = {name: read_peer(options.reference / f"{name}-cli.json") for name in ("docker", "podman")}
    pod = read_pod(CHECKOUT / "pod" / "cli" / "table.json")
    rows = compare(peers, replace(pod, elsewhere=frozenset(ELSEWHERE)))
    if options.commands:
        rows = [row for row in rows if row.command in options.commands]
    sys.stdout.write(_markdown(rows) if options.markdown else _plain(rows, options.missing))
    return 0


def _default_reference() -> Path:
    return Path(os.environ.get("POD_REFERENCE", CHECKOUT.parent / "shared" / "reference"))


def _plain(rows: list[Row], name_missing: bool) -> str:
    lines = [f"{'COMMAND':32}{'PEER':14}{'OPTIONS':>8}{'ACCEPTED':>10}{'REFUSED':>9}{'MISSING':>9}"]
    for row in rows:
        start = f"{row.command or '(before the command)':32}{'+'.join(row.peers):14}{len(row.options):8}"
        if not row.known:
            lines.append(f"{start}{'has no place here' if row.elsewhere else 'not there':>28}")
            continue
        lines.append(f"{start}{len(row.accepted):10}{len(row.refused):9}{len(row.missing):9}")
        if name_missing and row.missing:
            lines.append(f"    {' '.join(row.missing)}")
    return "\n".join([*lines, "", _summary(rows), ""])


def _markdown(rows: list[Row]) -> str:
    known = [row for row in rows if row.known]
    lines = ["| command | of | options | accepted | refused | missing |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for row in known:
        numbers = (len(row.options), len(row.accepted), len(row.refused), len(row.missing))
        cells = (f"`pod {row.command}`".replace(" `", "`"), " ".join(row.peers), *numbers)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join([*lines, "", _summary(rows), ""])


def _summary(rows: list[Row]) -> str:
    known = [row for row in rows if row.known]
    options = sum(len(row.options) for row in known)
    accepted, refused = sum(len(row.accepted) for row in known), sum(len(row.refused) for row in known)
    return (
        f"{len(known)} of {len(rows)} commands are there; of their {options} options {accepted} are accepted, "
        f"{refused} refused with a reason, {options - accepted - refused} missing."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
