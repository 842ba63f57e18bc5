"""`python -m pod`, and what the installed launcher calls."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and exit with its code.

    A command lives for milliseconds: collecting cycles, and tearing down the interpreter at the end, would cost a tenth
    of them and give nothing back.
    """
    gc.disable()
    from pod.cli.main import main as cli_main

    code = cli_main(sys.argv)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass  # said already, or closed
    os._exit(code)


if __name__ == "__main__":
    main()
