"""`build --check`: what is wrong or unwise in a Dockerfile, without building it."""

from __future__ import annotations

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.options import BuildOptions
    from pod.cli.context import Context


def check(context: Context, options: BuildOptions, method: str) -> int:
    """Print warnings the way Docker does; the exit code is 1 where there are any."""
    del context, options
    raise UsageError(f"--call={method} is not possible yet")
