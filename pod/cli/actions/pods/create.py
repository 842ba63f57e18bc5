"""What `pod create` does: replace, make, print."""

from __future__ import annotations

from pod.cli.parsers.pod_options import parse_pod_options
from pod.errors import NoSuchPod, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.pod.create import PodCreateFlags
    from pod.cli.context import Context


def create_pod(context: Context, flags: PodCreateFlags) -> int:
    """Make a pod and print its id."""
    from pod.engine.pods import create, remove

    options = parse_pod_options(context, flags)
    if flags.replace_existing:
        if not options.name:
            raise UsageError("--replace needs a name: it says which pod to replace")
        try:
            remove.remove(context.engine, options.name, force=True)
        except NoSuchPod:
            pass
    print(create.create_pod(context.engine, options).id)
    return 0
