"""Options of `run` and `create`: networks, names and addresses."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class NetworkFlags(Record):
    """Options about networks, names and addresses, as typed."""

    add_host: Annotated[
        tuple[str, ...],
        Option("--add-host", metavar="NAME:IP", help="Add a line to /etc/hosts", rich_help_panel="Network"),
    ] = ()
    dns: Annotated[
        tuple[str, ...],
        Option("--dns", metavar="IP", help="Name server; none keeps the image's file", rich_help_panel="Network"),
    ] = ()
    dns_option: Annotated[
        tuple[str, ...],
        Option("--dns-option", "--dns-opt", metavar="OPTION", help="Option of the resolver", rich_help_panel="Network"),
    ] = ()
    dns_search: Annotated[
        tuple[str, ...],
        Option("--dns-search", metavar="DOMAIN", help="Domain to search for names", rich_help_panel="Network"),
    ] = ()
    domainname: Annotated[
        str, Option("--domainname", metavar="NAME", help="NIS domain name", rich_help_panel="Network")
    ] = ""
    hostname: Annotated[
        str, Option("--hostname", "-h", metavar="NAME", help="Host name inside", rich_help_panel="Network")
    ] = ""
    http_proxy: Annotated[
        bool,
        Option("--http-proxy", help="Hand in the proxy variables of here; on unless =false", rich_help_panel="Network"),
    ] = True
    network: Annotated[
        tuple[str, ...],
        Option(
            "--network",
            "--net",
            metavar="MODE",
            help="none, host, slirp4netns, container:NAME, ns:PATH",
            rich_help_panel="Network",
        ),
    ] = ()
    no_hostname: Annotated[
        bool, Option("--no-hostname", help="Leave the image's /etc/hostname alone", rich_help_panel="Network")
    ] = False
    no_hosts: Annotated[
        bool, Option("--no-hosts", help="Leave the image's /etc/hosts alone", rich_help_panel="Network")
    ] = False
