"""`pod kube down`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def down(
    context: Context,
    file: Annotated[str, Argument(metavar="KUBEFILE", help="The file that was played; - is standard input")],
    force: Annotated[bool, Option("--force", help="Remove the volumes, too")] = False,
) -> int:
    """Stop and remove the pods that a Kubernetes YAML file describes, and its secrets.

    Volumes stay unless --force is given.

    Examples:
      pod kube down web.yaml
    """
    from pod.cli.actions.kube.down import take_down

    return take_down(context, file, force=force)
