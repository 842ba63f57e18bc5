"""`pod attach`."""

from __future__ import annotations

from pod.cli.parsers.run_options import parse_detach_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Containers, DetachKeys, Latest, Option, SigProxy


def attach(
    context: Context,
    containers: Containers = (),
    detach_keys: DetachKeys = None,
    latest: Latest = False,
    no_stdin: Annotated[bool, Option("--no-stdin", help="Do not pass stdin on")] = False,
    sig_proxy: SigProxy = True,
) -> int:
    """Attach to the streams of a running container.

    The detach keys (ctrl-p,ctrl-q) leave it running; pod exits with the container's code when it ends.
    """
    from pod.cli.actions.selection import one
    from pod.engine.attach import AttachOptions
    from pod.engine.attach import attach as attach_to

    options = AttachOptions(stdin=not no_stdin, sig_proxy=sig_proxy, detach_keys=parse_detach_keys(detach_keys))
    return attach_to(context.engine, one(context, containers, latest), options)
