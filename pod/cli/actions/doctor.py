"""What `pod doctor` prints: a line for each thing it looked at, then the lines that would change something."""

from __future__ import annotations

import os
import sys

from pod.cli import exitcodes
from pod.cli.tables import PODMAN, format_rows, render_table
from pod.cli.template import Row
from pod.engine.doctor import examine as examine_machine
from pod.engine.doctor.finding import FAIL, OK, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context

_COLOURS = {"ok": "\x1b[32m", "warn": "\x1b[33m", "fail": "\x1b[31m"}
_WHO = {"you": "You can run", "administrator": "An administrator can run (as root)"}


def examine(context: Context, *, format: str, quiet: bool) -> int:
    """Examine the machine and print the findings; 1 where something does not work."""
    findings = examine_machine(context.engine, context.environ, _program())
    shown = [finding for finding in findings if not quiet or finding.status != OK]
    if format:
        print(format_rows(format, [_row(f) for f in shown], {}, columns=[], json_array=True), end="")
    else:
        _print_table(context, shown)
    return exitcodes.FAILED if any(finding.status == FAIL for finding in findings) else exitcodes.OK


def _program() -> list[str]:
    """Return the words that start this pod: the program that runs now, or the interpreter with it."""
    called = os.path.abspath(sys.argv[0])
    return [called] if os.path.isfile(called) and os.access(called, os.X_OK) else [sys.executable, "-m", "pod"]


def _print_table(context: Context, findings: list[Finding]) -> None:
    rows = [[f.status, f.subject, f.detail] for f in findings]
    text = render_table(["STATUS", "SUBJECT", "WHAT IS FOUND"], rows, layout=PODMAN, bold=context.on_terminal)
    if context.on_terminal:
        text = "\n".join(_coloured(line) for line in text.split("\n"))
    print(text, end="")
    for who, words in _WHO.items():
        lines = [f"  {f.remedy}  # {f.subject}" for f in findings if f.remedy and f.by == who]
        if lines:
            print(f"\n{words}:", *lines, sep="\n")


def _coloured(line: str) -> str:
    status, blank, rest = line.partition(" ")
    colour = _COLOURS.get(status)
    return f"{colour}{status}\x1b[0m{blank}{rest}" if colour else line


def _row(finding: Finding) -> Row:
    return Row(
        Area=finding.area,
        Subject=finding.subject,
        Status=finding.status,
        Detail=finding.detail,
        Remedy=finding.remedy,
        By=finding.by,
    )
