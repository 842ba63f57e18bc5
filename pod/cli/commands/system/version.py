"""`pod version`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import ShortFormat


def version(context: Context, format: ShortFormat = "") -> int:
    """Show the versions of pod and of what it runs on.

    Examples:
      pod version --format '{{.Client.Version}}'
    """
    from pod.cli.actions.version import show_version

    return show_version(context, format)
