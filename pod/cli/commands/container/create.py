"""`pod create`."""

from __future__ import annotations

from pod.cli.parsers.create_options import parse_create_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.create_flags import CreateFlags
    from pod.cli.context import Context


def create(context: Context, flags: CreateFlags) -> int:
    """Create a container without starting it.

    Its id is printed.

    Examples:
      pod create --name job debian make -C /src
      pod start -a job
    """
    from pod.engine.create import create as create_container

    options = parse_create_options(context, flags)
    if flags.replace_existing:
        from pod.cli.actions.replace import remove_existing

        remove_existing(context, flags.name)
    print(create_container(context.engine, options).id)
    return 0
