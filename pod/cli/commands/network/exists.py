"""`pod network exists`."""

from __future__ import annotations

from pod.cli import exitcodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import OneNetwork


def exists(context: Context, network: OneNetwork) -> int:
    """Tell by the exit code whether there is a network: 0 for yes, 1 for no.

    Examples:
      pod network exists front || pod network create front
    """
    from pod.engine.network import create

    return exitcodes.OK if create.exists(context.engine, network) else exitcodes.FAILED
