"""The program under test: what POD_UNDER_TEST names, or this checkout behind a launcher as install.sh writes it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.folders import CHECKOUT


def pod_program(folder: Path) -> str:
    """Return the path of the program, writing a launcher into `folder` where none is named."""
    installed = os.environ.get("POD_UNDER_TEST")
    if installed:
        return installed
    program = str(folder / "pod")
    places = ["--python", sys.executable, "--code", str(CHECKOUT), "--packages", sysconfig.get_path("purelib")]
    subprocess.run([sys.executable, str(CHECKOUT / "packaging" / "launcher.py"), program, *places], check=True)
    return program
