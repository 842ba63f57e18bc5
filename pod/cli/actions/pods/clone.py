"""What `pod clone` does."""

from __future__ import annotations

from pod.cli.parsers.pod_options import parse_pod_changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.pod.clone import PodCloneFlags
    from pod.cli.context import Context


def clone_pod(context: Context, flags: PodCloneFlags) -> int:
    """Make the new pod, start it where that was asked, and print its id."""
    from pod.engine.pods import clone, lifecycle

    changes = parse_pod_changes(context, flags)
    made = clone.clone_pod(context.engine, flags.pod, flags.name or flags.pod_name, changes, destroy=flags.destroy)
    if flags.start:
        lifecycle.start(context.engine, made.id)
    print(made.id)
    return 0
