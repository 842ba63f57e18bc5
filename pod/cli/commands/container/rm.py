"""`pod rm`."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.errors import NoSuchContainer, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, CidFiles, Containers, Latest, LongFilters, Option, StopTimeout


def rm(
    context: Context,
    containers: Containers = (),
    all: All = False,
    cidfile: CidFiles = (),
    depend: Annotated[bool, Option("--depend", help="Remove the containers that need it, too")] = False,
    filters: LongFilters = (),
    force: Annotated[bool, Option("--force", "-f", help="Kill and remove running containers too")] = False,
    ignore: Annotated[bool, Option("--ignore", "-i", help="Do not complain about containers that are gone")] = False,
    latest: Latest = False,
    link: Annotated[bool, Option("--link", help="Refused: containers have no links")] = False,
    timeout: StopTimeout = None,
    volumes: Annotated[bool, Option("--volumes", "-v", help="Remove its volumes that have no name")] = False,
) -> int:
    """Remove containers.

    Examples:
      pod rm -f web
      pod rm $(pod ps -aq)
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.remove import kill_ahead, remove, remove_with_dependents
    from pod.engine.stop import stop

    if link:
        raise UsageError("there are no links to remove", hint="containers find each other by name on a network")

    def remove_one(name: str) -> None:
        if force and timeout:
            stop(context.engine, name, timeout)
        try:
            (remove_with_dependents if depend else remove)(context.engine, name, force=force, volumes=volumes)
        except NoSuchContainer:
            if name not in killed:
                raise

    names = select(
        context,
        containers,
        everything=all,
        latest=latest,
        cidfiles=cidfile,
        filters=filters,
        ignore=ignore,
        fits=lambda found: not found.record.pod.infra,  # they go with their pods
    )
    killed = kill_ahead(context.engine, names) if force and not timeout and len(names) > 1 else set()
    return for_each(
        context,
        names,
        remove_one,
        ignore_missing=ignore or force,
        wrong_state=exitcodes.RUNNING,
    )
