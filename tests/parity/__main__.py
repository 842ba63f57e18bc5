"""Print, for every command of Docker and Podman, which of its options pod accepts, refuses with a reason, and lacks.

The peers' commands come from two data files that list them (--reference FOLDER, or $POD_REFERENCE), pod's from the
table that its own parser works with, so the answer cannot be better than the program.

    python -m tests.parity [--reference FOLDER] [--markdown] [--readme] [--missing] [COMMAND…]
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from pod.cli import tree
from pod.cli.elsewhere import ELSEWHERE
from tests.parity import report
from tests.parity.comparison import Row, compare, read_peer, read_pod

CHECKOUT = Path(__file__).resolve().parents[2]


def main(argv: list[str]) -> int:
    """Print the table; the exit code is 0 whatever it says."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help="only these, such as run or 'image ls'")
    parser.add_argument("--reference", type=Path, default=default_reference(), help="folder with the two data files")
    parser.add_argument("--markdown", action="store_true", help="a table for a page")
    parser.add_argument("--readme", action="store_true", help="put that table into README.md")
    parser.add_argument("--missing", action="store_true", help="name the missing options")
    options = parser.parse_args(argv)
    rows = all_rows(options.reference)
    if options.commands:
        rows = [row for row in rows if row.command in options.commands]
    if options.readme:
        page = CHECKOUT / "README.md"
        page.write_text(report.put_into(page.read_text(), report.markdown(rows, first_names())))
    elif options.markdown:
        print(report.markdown(rows, first_names()))
    else:
        sys.stdout.write(report.plain(rows, name_missing=options.missing))
    return 0


def first_names() -> dict[str, str]:
    """Return the first name of every command of pod by each of its names."""
    return {name: entry.names[0] for entry in tree.COMMANDS for name in entry.names}


def all_rows(reference: Path) -> list[Row]:
    """Return the comparison with the peers that the two files of the folder list."""
    peers = {name: read_peer(reference / f"{name}-cli.json") for name in ("docker", "podman")}
    pod = read_pod(CHECKOUT / "pod" / "cli" / "table.json")
    return compare(peers, replace(pod, elsewhere=frozenset(ELSEWHERE)))


def default_reference() -> Path:
    """Return the folder of the two files where none is named."""
    return Path(os.environ.get("POD_REFERENCE", CHECKOUT.parent / "shared" / "reference"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
