"""`--replace`: the container that has the name now goes first."""

from __future__ import annotations

from pod.errors import NoSuchContainer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.create_flags import CreateFlags
    from pod.cli.context import Context


def remove_if_replaced(context: Context, flags: CreateFlags) -> None:
    """Remove the container of the same name where the user said --replace."""
    if not flags.replace_existing:
        return
    from pod.engine.remove import remove

    try:
        remove(context.engine, flags.name, force=True, volumes=False)
    except NoSuchContainer:
        pass
