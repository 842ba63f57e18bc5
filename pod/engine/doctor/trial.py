"""What counts in the end: a container of the machine's own system is run."""

from __future__ import annotations

from pod.engine.doctor.finding import FAIL, OK, Finding
from pod.linux import process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.engine.engine import Engine

AREA = "trial"
_WORD = "it runs"


def examine(engine: Engine, program: Sequence[str]) -> list[Finding]:
    """Run a container with no network, and one with the default network; `program` is how pod is started."""
    places = ("--root", engine.layout.root, "--runroot", engine.layout.runroot)
    tried = [("a container", ("--network", "none")), ("a container with a network", ())]
    return [_run([*program, *places], subject, options) for subject, options in tried]


def _run(program: Sequence[str], subject: str, options: Sequence[str]) -> Finding:
    words = ["run", "--rm", *options, "host"]
    try:
        done = process.run([*program, *words, "echo", _WORD])
    except OSError as err:
        return Finding(AREA, subject, FAIL, f"cannot start pod: {err.strerror}")
    if done.code == 0 and done.stdout.decode(errors="replace").strip() == _WORD:
        return Finding(AREA, subject, OK, "runs")
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    detail = lines[0].removeprefix("Error: ")[:200] if lines else f"it ended with {done.code}"
    return Finding(AREA, subject, FAIL, detail, " ".join(["pod", "--log-level", "debug", *words, "true"]), "you")
