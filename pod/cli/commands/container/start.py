"""`pod start`."""

from __future__ import annotations

from pod.cli.parsers.handover import parse_handover
from pod.cli.parsers.run_options import parse_detach_keys
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Containers, DetachKeys, Filters, Latest, Option, SigProxy


def start(
    context: Context,
    containers: Containers = (),
    all: Annotated[bool, Option("--all", help="All containers that do not run")] = False,
    attach: Annotated[bool, Option("--attach", "-a", help="Show the output here and exit with the code")] = False,
    checkpoint: Annotated[str, Option("--checkpoint", metavar="NAME", help="Refused: there are no checkpoints")] = "",
    checkpoint_dir: Annotated[str, Option("--checkpoint-dir", metavar="FOLDER", help="Refused")] = "",
    detach_keys: DetachKeys = None,
    filters: Filters = (),
    interactive: Annotated[bool, Option("--interactive", "-i", help="Pass stdin on; implies --attach")] = False,
    latest: Latest = False,
    sig_proxy: SigProxy = True,
) -> int:
    """Start containers that do not run.

    Examples:
      pod start web
      pod start -ai shell
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.attach import AttachOptions
    from pod.engine.start import start as start_container

    if checkpoint or checkpoint_dir:
        from pod.engine.checkpoint import refuse

        refuse(f"cannot start from checkpoint {checkpoint or checkpoint_dir}")
    names = select(
        context, containers, everything=all, latest=latest, filters=filters, fits=lambda found: not found.running
    )
    handover = parse_handover(context.environ)
    if not (attach or interactive):
        return for_each(context, names, lambda name: start_container(context.engine, name, None, handover))
    if len(names) != 1:
        raise UsageError(f"only one container can be attached to, not {len(names)}")
    keys = parse_detach_keys(detach_keys)
    return start_container(
        context.engine, names[0], AttachOptions(stdin=interactive, sig_proxy=sig_proxy, detach_keys=keys), handover
    )
