"""One act on several volumes: what it returns is printed, what fails is told, the rest goes on."""

from __future__ import annotations

from pod.cli import errors_output, exitcodes
from pod.errors import NotFound, PodError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context


def for_each(
    context: Context,
    names: Sequence[str],
    act: Callable[[str], str],
    *,
    ignore_missing: bool = False,
    missing: int = exitcodes.ENGINE,
) -> int:
    """Print what `act` returns for each name, and return the exit code; `missing` is the one for what is not there."""
    if not names:
        raise UsageError("no volume is named", hint="`pod volume ls` lists the volumes there are")
    code = exitcodes.OK
    for name in names:
        try:
            print(act(name), flush=True)
        except NotFound as err:
            if not ignore_missing:
                errors_output.show(err, context.debug)
                code = max(code, missing)
        except PodError as err:
            errors_output.show(err, context.debug)
            code = max(code, err.exit_code)
    return code
