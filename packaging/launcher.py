"""Write the program `pod`: a script that starts the interpreter bare and finds pod at fixed places.

A launcher as pip makes it runs `site`, which reads every .pth file and costs as much as a whole `pod ps`. This one
starts with -I -S (isolated, no site; python(1)) and names the folders itself: pod's own first, third-party ones last.
The hot commands' modules come from one file that the installer writes beside the package (pod/hot_modules.py).

    launcher.py OUTPUT --python INTERPRETER --code FOLDER [--packages FOLDER]…
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys

SHEBANG_LIMIT = 127
"""Bytes of the first line that every supported kernel reads (execve(2), "Interpreter scripts")."""

BODY = """\
import sys
sys.path[:0] = [{code!r}]
sys.path += {packages!r}
from pod.hot_modules import use
use({hot!r})
from pod.__main__ import main
main()
"""


def fits_a_shebang(interpreter: str) -> bool:
    """Tell whether the kernel can start a script with this interpreter: it splits the line at white space."""
    return len(os.fsencode(f"#!{interpreter} -IS\n")) <= SHEBANG_LIMIT and not any(c.isspace() for c in interpreter)


def write(output: str, interpreter: str, code: str, packages: list[str]) -> None:
    """Write the launcher, and beside it a second file where the interpreter's path is too long for a first line."""
    body = BODY.format(code=code, packages=packages, hot=os.path.join(code, "hot-modules.bin"))
    if fits_a_shebang(interpreter):
        _write_program(output, f"#!{interpreter} -IS\n{body}")
        return
    script = os.path.abspath(f"{output}.py")
    _write_program(script, body)
    _write_program(output, f'#!/bin/sh\nexec {shlex.quote(interpreter)} -IS {shlex.quote(script)} "$@"\n')


def _write_program(path: str, text: str) -> None:
    """Replace a program in one step, so that one that is being started is whole."""
    partial = f"{path}.partial"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(partial, 0o755)
    os.replace(partial, path)


def main(argv: list[str]) -> None:
    """Parse the command line and write the launcher."""
    parser = argparse.ArgumentParser(description="Write the program pod.")
    parser.add_argument("output", help="where to write it")
    parser.add_argument("--python", required=True, help="path of the interpreter")
    parser.add_argument("--code", required=True, help="folder that holds the package pod")
    parser.add_argument("--packages", action="append", default=[], help="folder with third-party packages")
    options = parser.parse_args(argv)
    write(options.output, options.python, options.code, options.packages)


if __name__ == "__main__":
    main(sys.argv[1:])
