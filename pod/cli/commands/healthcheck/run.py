"""`pod healthcheck run`."""

from __future__ import annotations

from pod.cli import exitcodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import OneContainer


def run(context: Context, container: OneContainer) -> int:
    """Run the health check of a container now.

    The exit code is 0 where it is healthy. Where it is not, the code is 1, and the check's output comes here. The
    container's own schedule goes on as it is.
    """
    from pod.engine import healthcheck

    result = healthcheck.run_now(context.engine, container)
    if result.exit_code == 0:
        return exitcodes.OK
    print("unhealthy", result.output.rstrip(), sep="\n" if result.output.strip() else "")
    return exitcodes.FAILED
