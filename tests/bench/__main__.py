"""`python -m tests.bench`: pod beside Podman on this machine, in one run, as a table or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import memory, pulls, pushes, readme, report, throughput
from tests.bench.cases import CASES, IDLE_CONTAINERS, Case
from tests.bench.goals import GOALS
from tests.bench.report import Row
from tests.bench.sides import Side, prepare
from tests.bench.timing import Command, interleave
from tests.support import debian, folders

SETTLING = 3.0
"""Seconds after which a container that was just started counts as idle."""


def main(argv: Sequence[str]) -> int:
    """Measure what the command line asks for and print it."""
    options = _parse(argv)
    with folders.scratch() as folder, ExitStack() as cleanup:
        sides, missing = prepare(folder, cleanup)
        load = report.load()
        rows = []
        for row in _rows(options, sides, folder):
            print(report.line(row, sides), file=sys.stderr, flush=True)
            rows.append(row)
        document = report.document(sides, missing, rows, load)
        if options.readme:
            readme.write(document)
        if options.json:
            json.dump(document, sys.stdout, indent=2)
            print()
        else:
            print(report.table(sides, missing, rows, load), flush=True)
    return 1 if any(row.failures for row in rows) else 0


def _rows(options: argparse.Namespace, sides: Sequence[Side], folder: Path) -> Iterator[Row]:
    def wanted(name: str) -> bool:
        if options.goals or options.readme:
            return name in GOALS and _wanted(name, options.only)
        return _wanted(name, options.only)

    yield from (_time(case, sides, options.runs) for case in CASES if wanted(case.name))
    yield from (_weigh(name, sides) for name in IDLE_CONTAINERS if wanted(name))
    for case in throughput.CASES:
        if wanted(case.name):
            yield from throughput.measure(case, sides, folder, options.runs)
    yield from pulls.measure(sides, wanted, options.runs, folder)
    yield from pushes.measure(sides, wanted, options.runs, folder)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="cases whose name has NAME in it")
    parser.add_argument("--runs", type=int, default=0, help="runs of each command instead of the case's own number")
    parser.add_argument("--goals", action="store_true", help="only what has a goal (tests/bench/goals.py)")
    parser.add_argument("--readme", action="store_true", help="the same, and write its table into the README")
    parser.add_argument("--json", action="store_true", help="print JSON with every single time")
    return parser.parse_args(argv)


def _wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(part in name for part in only)


def _time(case: Case, sides: Sequence[Side], runs: int) -> Row:
    """Time one command on each side, in turns."""
    row = Row(case.name, "ms")
    commands: dict[str, Command] = {}
    with ExitStack() as cleanup:
        for side in sides:
            try:
                commands[side.name] = case.make(side, cleanup)
            except (AssertionError, debian.NoDebian) as err:
                row.failures[side.name] = str(err)
        for name, measured in interleave(commands, runs or case.runs).items():
            if measured.failure:
                row.failures[name] = measured.failure
            else:
                row.values[name] = measured.times
    return row


def _weigh(case: str, sides: Sequence[Side]) -> Row:
    """Measure what each side keeps alive for one idle container, beside the container's own program."""
    row = Row(case, "MB")
    for side in sides:
        side.rest()
        if "bench-idle" in IDLE_CONTAINERS[case]:
            side.command("network", "create", "bench-idle")
        before = memory.processes()
        try:
            side.command("run", "-d", "--name", "bench-idle", *IDLE_CONTAINERS[case], "busybox", "sleep", "1000").ok()
            time.sleep(SETTLING)
            program = int(side.command("inspect", "--format", "{{.State.Pid}}", "bench-idle").ok().stdout)
            sizes = {pid: memory.proportional_set_size(pid) / 1e6 for pid in memory.new_since(before) if pid != program}
            row.values[side.name] = [sum(sizes.values())]
            row.details[side.name] = [f"{sizes[pid]:.1f} {memory.processes().get(pid, '')}"[:100] for pid in sizes]
        except (AssertionError, OSError) as err:
            row.failures[side.name] = str(err)
        finally:
            side.command("rm", "-f", "bench-idle")
            side.command("network", "rm", "-f", "bench-idle")
    return row


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
