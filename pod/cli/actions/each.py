"""The same verb on several objects: one that fails does not keep the others from their turn."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.errors import NotFound, PodError, WrongState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.cli.context import Context


def for_each(
    context: Context,
    names: Iterable[str],
    act: Callable[[str], object],
    *,
    ignore_missing: bool = False,
    wrong_state: int = exitcodes.ENGINE,
    missing: int = exitcodes.FAILED,
    shown: Callable[[str], str] = str,
) -> int:
    """Call `act` with every name, print the names that it worked for (or what `shown` makes of them), return the code.

    As with Podman, the code is 1 where all that failed was that objects do not exist, and the error's otherwise;
    `wrong_state` is that of a container in the wrong state, `missing` that of an object that does not exist.
    """
    from pod.cli import errors_output

    code = exitcodes.OK
    for name in names:
        try:
            act(name)
        except NotFound as err:
            if not ignore_missing:
                errors_output.show(err, context.debug)
                code = max(code, missing)
        except PodError as err:
            errors_output.show(err, context.debug)
            code = max(code, wrong_state if isinstance(err, WrongState) else err.exit_code)
        else:
            print(shown(name), flush=True)
    return code
