"""`python -m tests.machine FOLDER`, as root: boot the machine and keep it until Ctrl-C.

With POD_TEST_MACHINE=FOLDER the tests run on it; `ssh -F FOLDER/ssh alice` looks around in it (or bob, or root).
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.machine import emulator
from tests.machine.image import image


def main(argv: list[str]) -> None:
    """Boot, say where it is, and wait."""
    folder = Path(argv[0])
    folder.mkdir(parents=True, exist_ok=True)
    made = image()
    with emulator.booted(made, folder) as machine:
        (folder / "port").write_text(str(machine.port))
        (folder / "ssh").write_text(
            f"Host *\n HostName {emulator.ADDRESS}\n Port {machine.port}\n IdentityFile {made.key}\n"
            " StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n"
            "Host alice\n User alice\nHost bob\n User bob\nHost root\n User root\n"
        )
        print(f"booted: POD_TEST_MACHINE={folder}, ssh -F {folder}/ssh alice", flush=True)
        signal.pause()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        pass
