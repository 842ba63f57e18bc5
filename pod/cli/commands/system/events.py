"""`pod events`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Filters, Format, Option


def events(
    context: Context,
    filters: Filters = (),
    format: Format = "",
    no_trunc: Annotated[bool, Option("--no-trunc", help="Do not shorten ids; on unless =false")] = True,
    since: Annotated[str, Option("--since", metavar="TIME", help="From a time on, or from a while ago (10m)")] = "",
    stream: Annotated[bool, Option("--stream", help="Wait for more; on unless =false")] = True,
    until: Annotated[str, Option("--until", metavar="TIME", help="Up to a time; one to come is waited for")] = "",
) -> int:
    """Show what happens to containers and images.

    What happened before is shown with --since, --until or --stream=false.

    Filters: container, event, image, label, type; and network, pod, volume, of which there are none.

    Examples:
      pod events --since 10m --stream=false
      pod events --filter event=died --format '{{.Name}}: {{.ContainerExitCode}}'
    """
    from pod.cli.actions.events import EventsView, show_events

    return show_events(context, EventsView(filters, format, since, until, stream, not no_trunc))
