"""`pod container clone`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneContainer, Option


def clone(
    context: Context,
    container: OneContainer,
    new_name: Annotated[
        str, Argument(metavar="[NAME]", help="Name of the new one; else that of the old with -clone")
    ] = "",
    image: Annotated[str, Argument(metavar="[IMAGE]", help="Its image; else that of the old one")] = "",
    destroy: Annotated[bool, Option("--destroy", help="Remove the old one")] = False,
    force: Annotated[bool, Option("--force", "-f", help="With --destroy: even if it runs")] = False,
    name: Annotated[str, Option("--name", metavar="NAME", help="Name of the new one")] = "",
    run: Annotated[bool, Option("--run", help="Start the new one")] = False,
) -> int:
    """Create a container with the options of another one.

    Its files are those of the image: what the other one changed stays there. The id is printed.

    Examples:
      pod container clone web web2
      pod container clone --destroy --force --run web web nginx:new
    """
    from pod.engine.clone import clone as clone_container

    record = clone_container(context.engine, container, name or new_name, image, destroy=destroy, force=force)
    if run:
        from pod.engine.start import start

        start(context.engine, record.id)
    print(record.id)
    return 0
