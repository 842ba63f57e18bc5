"""What `update` does."""

from __future__ import annotations

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def update_containers(context: Context, names: Sequence[str], *, latest: bool, restart: str) -> int:
    """Give containers another restart policy; print their names."""
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.cli.parsers.run_options import parse_restart
    from pod.engine.update import update_restart

    if not restart:
        raise UsageError("nothing to update", hint="name a policy: pod update --restart on-failure:3 web")
    policy = parse_restart(restart)
    chosen = select(context, names, latest=latest)
    return for_each(context, chosen, lambda name: update_restart(context.engine, name, policy))
