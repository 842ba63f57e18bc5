"""The same verb on several objects: one that fails does not keep the others from their turn."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.errors import NotFound, PodError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.cli.context import Context


def for_each(
    context: Context, names: Iterable[str], act: Callable[[str], object], *, ignore_missing: bool = False
) -> int:
    """Call `act` with every name, print the names that it worked for, and return the exit code.

    As with Podman, the code is 1 where all that failed was that objects do not exist, and the error's otherwise.
    """
    from pod.cli import errors_output

    code = exitcodes.OK
    for name in names:
        try:
            act(name)
        except NotFound as err:
            if not ignore_missing:
                errors_output.show(err, context.debug)
                code = max(code, exitcodes.FAILED)
        except PodError as err:
            errors_output.show(err, context.debug)
            code = max(code, err.exit_code)
        else:
            print(name, flush=True)
    return code
