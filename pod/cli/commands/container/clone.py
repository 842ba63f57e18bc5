"""`pod container clone`."""

from __future__ import annotations

from pod.cli.commands.container.create_flags.resources import ResourceFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneContainer, Option
    from pod.storage.container_records import Resources


class CloneFlags(ResourceFlags, kw_only=True):
    """The options of `container clone`."""

    container: OneContainer
    new_name: Annotated[
        str, Argument(metavar="[NAME]", help="Name of the new one; else that of the old with -clone")
    ] = ""
    image: Annotated[str, Argument(metavar="[IMAGE]", help="Its image; else that of the old one")] = ""
    destroy: Annotated[bool, Option("--destroy", help="Remove the old one")] = False
    force: Annotated[bool, Option("--force", "-f", help="With --destroy: even if it runs")] = False
    name: Annotated[str, Option("--name", metavar="NAME", help="Name of the new one")] = ""
    pod: Annotated[str, Option("--pod", metavar="NAME", help="Put the new one into this pod")] = ""
    run: Annotated[bool, Option("--run", help="Start the new one")] = False


def clone(context: Context, flags: CloneFlags) -> int:
    """Create a container with the options of another one.

    Its files are those of the image: what the other one changed stays there. The id is printed.

    Examples:
      pod container clone web web2
      pod container clone --destroy --force --run web web nginx:new
    """
    from pod.engine.clone import clone as clone_container

    record = clone_container(
        context.engine,
        flags.container,
        flags.name or flags.new_name,
        flags.image,
        destroy=flags.destroy,
        force=flags.force,
        limit=_limits(flags),
        pod=flags.pod,
    )
    if flags.run:
        from pod.engine.start import start

        start(context.engine, record.id)
    print(record.id)
    return 0


def _limits(flags: CloneFlags) -> Callable[[Resources], Resources] | None:
    if not any(getattr(flags, name) for name in ResourceFlags._fields):
        return None
    from pod.cli.parsers.resources import parse_resources

    return lambda before: parse_resources(flags, before)
