"""Options of `run` and `create`: what is shared with this machine or with another container."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class NamespaceFlags(Record):
    """Options about what is shared with this machine or with another container, as typed."""

    ipc: Annotated[
        str,
        Option("--ipc", metavar="MODE", help="private, host, container:NAME, ns:PATH", rich_help_panel="Namespace"),
    ] = ""
    pid: Annotated[
        str,
        Option("--pid", metavar="MODE", help="private, host, container:NAME, ns:PATH", rich_help_panel="Namespace"),
    ] = ""
    uts: Annotated[
        str,
        Option("--uts", metavar="MODE", help="private, host, container:NAME, ns:PATH", rich_help_panel="Namespace"),
    ] = ""
