"""What `system check` does: one line for each thing that is wrong, and what became of it."""

from __future__ import annotations

from pod.cli import exitcodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.engine.check import Finding


def show_check(context: Context, *, quick: bool, repair: bool) -> int:
    """Print what is wrong with the store; the exit code is 1 where something still is."""
    from pod.engine.check import check

    found = []
    for finding in check(context.engine, quick=quick, repair=repair):
        found.append(finding)
        print(_line(finding), flush=True)
    left = [finding for finding in found if not finding.repaired]
    if not found:
        print("Everything is in order")
    elif not repair and any(not finding.by_hand for finding in left):
        print("`pod system check --repair` mends what can be mended")
    return exitcodes.FAILED if left else exitcodes.OK


def _line(finding: Finding) -> str:
    if finding.repaired:
        return f"{finding.what}; repaired: {finding.remedy}"
    return (
        f"{finding.what}; {finding.remedy}" if finding.by_hand else f"{finding.what}; with --repair: {finding.remedy}"
    )
