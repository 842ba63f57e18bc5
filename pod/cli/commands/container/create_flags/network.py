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
    expose: Annotated[
        tuple[str, ...],
        Option("--expose", metavar="PORT", help="A port for -P to publish", rich_help_panel="Network"),
    ] = ()
    hosts_file: Annotated[
        str, Option("--hosts-file", metavar="PATH", help="What /etc/hosts begins with", rich_help_panel="Network")
    ] = ""
    hostname: Annotated[
        str, Option("--hostname", "-h", metavar="NAME", help="Host name inside", rich_help_panel="Network")
    ] = ""
    http_proxy: Annotated[
        bool,
        Option("--http-proxy", help="Hand in the proxy variables of here; on unless =false", rich_help_panel="Network"),
    ] = True
    ip: Annotated[
        str, Option("--ip", metavar="ADDRESS", help="IPv4 address on its network", rich_help_panel="Network")
    ] = ""
    link_local_ip: Annotated[
        str,
        Option(
            "--link-local-ip",
            metavar="ADDRESS",
            help="Refused: an address without a network that routes it reaches nobody; --ip gives one of a network",
            rich_help_panel="Network",
        ),
    ] = ""
    ip6: Annotated[
        str, Option("--ip6", metavar="ADDRESS", help="IPv6 address on its network", rich_help_panel="Network")
    ] = ""
    link: Annotated[
        tuple[str, ...],
        Option("--link", metavar="NAME:ALIAS", help="Call another container by an alias", rich_help_panel="Network"),
    ] = ()
    mac_address: Annotated[
        str, Option("--mac-address", metavar="MAC", help="Hardware address on its network", rich_help_panel="Network")
    ] = ""
    network: Annotated[
        tuple[str, ...],
        Option(
            "--network",
            "--net",
            metavar="NETWORK",
            help="slirp4netns, pasta, host, none, bridge, container:NAME, ns:PATH, or networks by name",
            rich_help_panel="Network",
        ),
    ] = ()
    network_alias: Annotated[
        tuple[str, ...],
        Option(
            "--network-alias",
            "--net-alias",
            metavar="NAME",
            help="Another name on its networks",
            rich_help_panel="Network",
        ),
    ] = ()
    no_hostname: Annotated[
        bool, Option("--no-hostname", help="Leave the image's /etc/hostname alone", rich_help_panel="Network")
    ] = False
    no_hosts: Annotated[
        bool, Option("--no-hosts", help="Leave the image's /etc/hosts alone", rich_help_panel="Network")
    ] = False
    publish: Annotated[
        tuple[str, ...],
        Option(
            "--publish",
            "-p",
            metavar="[[IP:]PORT:]PORT",
            help="Lead a port of this machine into the container",
            rich_help_panel="Network",
        ),
    ] = ()
    publish_all: Annotated[
        bool, Option("--publish-all", "-P", help="Publish all ports that are exposed", rich_help_panel="Network")
    ] = False
