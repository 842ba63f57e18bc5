"""`python -m tests.bench.flames`: where the time of a plain `run` goes, as nested boxes; `--write` keeps run.svg here.

The command and its monitor are run with a profiler of our own (sys.setprofile) that notes when each function of pod's
begins and ends, imports as one box each. It makes everything slower, Python more than the kernel: the boxes compare
parts of pod with each other, and README.md beside this file says how long they take.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import plot
from tests.bench.plot import Box
from tests.bench.sides import prepare
from tests.support import folders

RUNS = 15
"""The quickest one is drawn."""

PROCESSES = 2
"""The command and the monitor; the container's first process ends as the program that it executes."""

LEAST = 0.15
"""Milliseconds that a box must have to be drawn."""

_PROGRAM = """\
import os, sys, time
out, code = sys.argv[1], sys.argv[2]
sys.argv[:3] = ["pod"]
sys.path.insert(0, code)
from pod.hot_modules import use
use(code + "/hot-modules.bin")
begin = float(os.environ.pop("BEGIN"))
clock = time.monotonic
notes = [("interpreter", begin, clock(), 0)]
stack = []

def note(frame, event, argument):
    if event == "call":
        name = frame.f_code.co_filename
        at = name.rfind("/pod/")
        module = name[at + 1 : -3].replace("/", ".") if at >= 0 else ""
        function = frame.f_code.co_name
        if function == "<module>":
            shown = "import " + (module or name.rpartition("/")[0].rpartition("/")[2]).removesuffix(".__init__")
        elif module == "pod.hot_modules":
            shown = ""
        else:
            shown = module and module + "." + function
        stack.append((shown, clock()))
    elif event == "return" and stack:
        shown, start = stack.pop()
        if shown:
            notes.append((shown, start, clock(), sum(1 for each, _ in stack if each)))

leave = os._exit

def exit(code):
    sys.setprofile(None)
    now = clock()
    while stack:
        shown, start = stack.pop()
        if shown:
            notes.append((shown, start, now, sum(1 for each, _ in stack if each)))
    path = out + "." + str(os.getpid())
    with open(path + ".new", "w") as file:
        file.write(repr((begin, os.getppid(), notes)))
    os.rename(path + ".new", path)
    leave(code)

os._exit = exit
from pod.__main__ import main
sys.setprofile(note)
main()
"""


def main(argv: Sequence[str]) -> int:
    """Run, fold, and draw."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.flames", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write run.svg beside the program")
    options = parser.parse_args(argv)
    with folders.scratch() as folder, ExitStack() as cleanup:
        side = prepare(folder, cleanup, alone=True)[0][0]
        words = [*side.command.prefix[1:], "run", "--rm", "--network", "none", "busybox", "true"]
        program = folder / "profiled"
        program.write_text(_PROGRAM)
        script = (
            "import os, sys, time; os.environ['BEGIN'] = str(time.monotonic()); os.execv(sys.argv[1], sys.argv[1:])"
        )
        argv = [sys.executable, "-IS", str(program), str(folder / "notes"), str(folder / "code"), *words]
        tries = []
        for _ in range(RUNS):
            subprocess.run([sys.executable, "-c", script, *argv], env=dict(side.command.env), check=True)
            notes: list[Path] = []
            while len(notes) < PROCESSES:  # the monitor writes its own when the command has gone
                notes = [path for path in folder.glob("notes.*") if path.suffix != ".new"]
                time.sleep(0.01)
            tries.append(fold([eval(path.read_text(), {}) for path in notes]))
            for path in notes:
                path.unlink()
    boxes = min(tries, key=lambda boxes: max(end for _, _, end, _ in boxes))
    print(json.dumps(boxes) if not options.write else f"{len(boxes)} boxes")
    if options.write:
        title = (
            "pod run --rm --network none busybox true: the command above, its monitor below (profiled: twice as slow)"
        )
        Path(__file__).with_name("run.svg").write_text(plot.flames(boxes, title))
    return 0


def fold(processes: Sequence[tuple[float, int, list[tuple[str, float, float, int]]]]) -> list[Box]:
    """Return the boxes of the command and, below them, those of its monitor, which is the process that ended last."""
    begin = min(first for first, _, _ in processes)
    command, monitor = sorted(processes, key=lambda process: len(process[2]))[-2:]
    if any(name == "pod.engine.monitor.main._live" for name, _, _, _ in command[2]):
        command, monitor = monitor, command
    fork = min(start for name, start, _, _ in monitor[2] if name == "pod.engine.monitor.main._live")
    rows: list[Box] = []
    deepest = 0
    for notes, above, since in ((command[2], 1, begin), (monitor[2], 0, fork)):
        base = deepest + 2 if above == 0 else 0
        least = min((level for _, start, _, level in notes if start >= since), default=0)
        for name, start, end, level in notes:
            if start >= since and (end - start) * 1000 >= LEAST:
                depth = base + level - least + (0 if name == "interpreter" else above)
                rows.append((name, (start - begin) * 1000, (end - begin) * 1000, depth))
                deepest = max(deepest, depth) if above else deepest
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
