"""`pod doctor`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option


def doctor(
    context: Context,
    format: Annotated[str, Option("--format", metavar="FORMAT", help="json, or a Go template")] = "",
    quiet: Annotated[bool, Option("--quiet", "-q", help="Only what does not work as it should")] = False,
) -> int:
    """Say what works for you on this machine, what does not and why, and who can change it with which command.

    The exit code is 0 where everything that containers need works, and 1 where something does not; what only works
    less well (warn) does not count.

    Examples:
      pod doctor
      pod doctor --format json | jq -r '.[] | select(.By=="administrator").Remedy'
    """
    from pod.cli.actions.doctor import examine

    return examine(context, format=format, quiet=quiet)
