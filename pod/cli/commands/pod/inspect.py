"""`pod pod inspect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import LatestPod, Pods, ShortFormat


def inspect(context: Context, pods: Pods = (), format: ShortFormat = "", latest: LatestPod = False) -> int:
    """Show all that is known of pods, as JSON or through a template.

    Examples:
      pod pod inspect web
      pod pod inspect -f '{{.State}} {{len .Containers}}' web
    """
    from pod.cli.actions.inspection import show
    from pod.cli.actions.pods.selection import select

    names = select(context, pods, latest=latest)
    return show(context, names, format=format, kind="pod")
