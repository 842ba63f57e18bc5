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
    cgroupns: Annotated[
        str,
        Option(
            "--cgroupns", metavar="MODE", help="private, host, container:NAME, ns:PATH", rich_help_panel="Namespace"
        ),
    ] = ""
    gidmap: Annotated[
        tuple[str, ...],
        Option("--gidmap", metavar="MAP", help="Map of groups, as --uidmap", rich_help_panel="Namespace"),
    ] = ()
    hostuser: Annotated[
        tuple[str, ...],
        Option(
            "--hostuser", metavar="NAME", help="Let a user of this machine be known inside", rich_help_panel="Namespace"
        ),
    ] = ()
    subgidname: Annotated[
        str,
        Option("--subgidname", metavar="NAME", help="Map the subordinate groups of NAME", rich_help_panel="Namespace"),
    ] = ""
    subuidname: Annotated[
        str,
        Option("--subuidname", metavar="NAME", help="Map the subordinate users of NAME", rich_help_panel="Namespace"),
    ] = ""
    uidmap: Annotated[
        tuple[str, ...],
        Option(
            "--uidmap",
            metavar="[+]INSIDE:[@]ID[:COUNT]",
            help="Map of users; with @ of this machine's, with + beside the others",
            rich_help_panel="Namespace",
        ),
    ] = ()
    userns: Annotated[
        str,
        Option(
            "--userns",
            metavar="MODE",
            help="Users: host, keep-id[:uid=,gid=,size=], auto[:size=], nomap, container:NAME, ns:PATH",
            rich_help_panel="Namespace",
        ),
    ] = ""
    uts: Annotated[
        str,
        Option("--uts", metavar="MODE", help="private, host, container:NAME, ns:PATH", rich_help_panel="Namespace"),
    ] = ""
