"""Options of `build`: the containers of RUN."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class StepFlags(Record):
    """Options about the containers of RUN, as typed."""

    network: Annotated[
        str,
        Option(
            "--network",
            "--net",
            metavar="MODE",
            help="Network: default, none, host",
            rich_help_panel="RUN",
        ),
    ] = ""
    add_host: Annotated[
        tuple[str, ...],
        Option("--add-host", metavar="NAME:ADDRESS", help="Add a line to /etc/hosts", rich_help_panel="RUN"),
    ] = ()
    dns: Annotated[tuple[str, ...], Option("--dns", metavar="ADDRESS", help="Name server", rich_help_panel="RUN")] = ()
    dns_search: Annotated[
        tuple[str, ...],
        Option("--dns-search", metavar="DOMAIN", help="Search domain", rich_help_panel="RUN"),
    ] = ()
    dns_option: Annotated[
        tuple[str, ...],
        Option(
            "--dns-option",
            "--dns-opt",
            metavar="OPTION",
            help="Option of the resolver",
            rich_help_panel="RUN",
        ),
    ] = ()
    no_hosts: Annotated[
        bool, Option("--no-hosts", help="Leave the /etc/hosts of the image alone", rich_help_panel="RUN")
    ] = False
    no_hostname: Annotated[
        bool,
        Option("--no-hostname", help="Leave the /etc/hostname of the image alone", rich_help_panel="RUN"),
    ] = False
    volume: Annotated[
        tuple[str, ...],
        Option(
            "--volume",
            "-v",
            metavar="SOURCE:TARGET[:OPTIONS]",
            help="Mount a folder of this machine",
            rich_help_panel="RUN",
        ),
    ] = ()
    device: Annotated[
        tuple[str, ...],
        Option("--device", metavar="PATH", help="Hand in a device", rich_help_panel="RUN"),
    ] = ()
    cap_add: Annotated[
        tuple[str, ...],
        Option("--cap-add", metavar="CAPABILITY", help="Add a capability", rich_help_panel="RUN"),
    ] = ()
    cap_drop: Annotated[
        tuple[str, ...],
        Option("--cap-drop", metavar="CAPABILITY", help="Take a capability away", rich_help_panel="RUN"),
    ] = ()
    security_opt: Annotated[
        tuple[str, ...],
        Option("--security-opt", metavar="OPTION", help="Security option", rich_help_panel="RUN"),
    ] = ()
    allow: Annotated[
        tuple[str, ...],
        Option(
            "--allow",
            metavar="RIGHT",
            help="Allow what needs it: security.insecure, network.host",
            rich_help_panel="RUN",
        ),
    ] = ()
    group_add: Annotated[
        tuple[str, ...],
        Option("--group-add", metavar="GROUP", help="One more group for the user of RUN", rich_help_panel="RUN"),
    ] = ()
    http_proxy: Annotated[
        bool,
        Option(
            "--http-proxy",
            help="Pass on the variables of proxies; on unless =false",
            rich_help_panel="RUN",
        ),
    ] = True
    pid: Annotated[
        str,
        Option("--pid", metavar="MODE", help="Processes seen: private or host", rich_help_panel="RUN"),
    ] = ""
    ipc: Annotated[
        str, Option("--ipc", metavar="MODE", help="Shared memory: private or host", rich_help_panel="RUN")
    ] = ""
    uts: Annotated[str, Option("--uts", metavar="MODE", help="Names: private or host", rich_help_panel="RUN")] = ""
    debug_shell: Annotated[
        bool,
        Option(
            "--debug-shell",
            help="Open a shell in the container of a step that fails",
            rich_help_panel="RUN",
        ),
    ] = False
    rm: Annotated[
        bool,
        Option(
            "--rm",
            help="Remove containers of RUN, as is always done; =false opens a shell in one that fails",
            rich_help_panel="RUN",
        ),
    ] = True
    stdin: Annotated[
        bool,
        Option(
            "--stdin",
            help="RUN reads the standard input of the build",
            rich_help_panel="RUN",
        ),
    ] = False
