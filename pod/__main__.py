"""`python -m pod`, and what the installed launcher calls."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from pod.cli.main import main as cli_main

    sys.exit(cli_main(sys.argv))


if __name__ == "__main__":
    main()
