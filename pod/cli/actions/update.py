"""What `update` does."""

from __future__ import annotations

from pod.cli.commands.container.create_flags.health import HealthFlags
from pod.cli.commands.container.create_flags.resources import ResourceFlags
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.update import UpdateFlags
    from pod.cli.context import Context
    from pod.storage.container_records import ContainerRecord


def update_containers(context: Context, flags: UpdateFlags) -> int:
    """Give containers other limits, another restart policy or health check; print their names."""
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.cli.parsers.health import changed_health
    from pod.cli.parsers.resources import parse_resources
    from pod.cli.parsers.run_options import parse_restart
    from pod.engine.update import update

    limited = any(getattr(flags, name) for name in ResourceFlags._fields)
    checked = any(getattr(flags, name) != flags._defaults[name] for name in HealthFlags._fields)
    if not flags.restart and not limited and not checked:
        raise UsageError("nothing to update", hint="name a policy: pod update --restart on-failure:3 web")
    policy = parse_restart(flags.restart) if flags.restart else None

    def changed(record: ContainerRecord) -> ContainerRecord:
        if limited:
            record = record.replace(resources=parse_resources(flags, record.resources))
        if checked:
            record = changed_health(flags, record)
        return record if policy is None else record.replace(restart=policy)

    chosen = select(context, flags.containers, latest=flags.latest)
    return for_each(context, chosen, lambda name: update(context.engine, name, changed))
