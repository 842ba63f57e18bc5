"""What `events` does: print what happened, and what happens from now on."""

from __future__ import annotations

import sys

from pod.cli.actions import event_rows as rows
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.engine.event_stream import Window
    from pod.engine.events import Event


class EventsView(Record):
    """The options of `events`."""

    filters: tuple[str, ...]
    format: str
    since: str
    until: str
    stream: bool
    truncate: bool


def show_events(context: Context, view: EventsView) -> int:
    """Print events, each as soon as it is known; without an end to wait for, until interrupted."""
    from pod.cli.actions.event_filters import parse_filters
    from pod.engine.event_stream import read

    wanted = parse_filters(view.filters)
    if view.format:
        from pod.cli.template import parse

        parse(view.format)  # a mistake is told now, not with the first event
    for event in read(context.engine.layout, _window(view)):
        if wanted(event):
            sys.stdout.write(_text(context, view, event))
            sys.stdout.flush()
    return 0


def _window(view: EventsView) -> Window:
    """As for the peers, a time asks for past events, and so does --stream=false."""
    from pod.cli.parsers.durations import parse_time
    from pod.engine.event_stream import Window

    return Window(
        past=bool(view.since or view.until or not view.stream),
        follow=view.stream,
        since=parse_time("--since", view.since) if view.since else 0,
        until=parse_time("--until", view.until) if view.until else 0,
    )


def _text(context: Context, view: EventsView, event: Event) -> str:
    if not view.format:
        line = rows.docker_line(event) if context.as_docker else rows.podman_line(event, truncate=view.truncate)
        return line + "\n"
    if view.format.strip() in ("json", "{{json .}}"):
        from pod.cli.template.gojson import dumps

        return dumps(rows.docker_document(event) if context.as_docker else rows.podman_document(event)) + "\n"
    from pod.cli.tables import format_rows

    return format_rows(view.format, [rows.template_row(event, as_docker=context.as_docker)], {}, columns=())
