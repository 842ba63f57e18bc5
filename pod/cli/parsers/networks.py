"""`--network` and what belongs to it: modes with their options, networks by name, addresses, aliases."""

from __future__ import annotations

from pod.cli.parsers import invalid, split_commas
from pod.errors import UsageError
from pod.network_values import NetworkJoin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.commands.container.create_flags.network import NetworkFlags

_MODES = ("slirp4netns", "pasta", "host", "none", "private", "container", "ns")
_DEFAULT_NETWORK = "pod"
_FIELDS = {"ip": "ip", "ip6": "ip6", "mac": "mac", "interface_name": "interface"}
_RULE = "it is written NETWORK[:ip=ADDRESS,ip6=ADDRESS,mac=ADDRESS,alias=NAME,interface_name=NAME]"


def parse_network(flags: NetworkFlags) -> tuple[str, tuple[NetworkJoin, ...]]:
    """Return the mode ("" is the default one) and, for the mode `bridge`, the networks to join."""
    values = ["" if value == "default" else value for value in flags.network]
    modes = [value for value in values if value == "" or value.partition(":")[0] in _MODES]
    if modes and len(values) > 1:
        raise UsageError(
            f"--network {modes[0] or 'default'} goes with no other network: {', '.join(flags.network)}",
            hint="several networks can be joined by their names: `pod network ls`",
        )
    if modes or not values:
        mode = _mode(modes[0]) if modes else ""
        _check_nothing_else(flags, mode)
        return mode, ()
    joins = tuple(map(_parse_join, values))
    names = [join.network for join in joins]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise UsageError(f"--network {twice} is given twice")
    return "bridge", _with_flags(flags, joins)


def _mode(text: str) -> str:
    kind, colon, rest = text.partition(":")
    if kind in ("container", "ns") and not (colon and rest):
        raise invalid("--network", text, f"it is written {kind}:{'NAME' if kind == 'container' else 'PATH'}")
    if kind in ("host", "none", "private") and colon:
        raise invalid("--network", text, f"{kind} has no options")
    return text


def _check_nothing_else(flags: NetworkFlags, mode: str) -> None:
    given = {"--ip": flags.ip, "--ip6": flags.ip6, "--mac-address": flags.mac_address}
    given = {**given, "--network-alias": ",".join(flags.network_alias), "--link": ",".join(flags.link)}
    for option, value in given.items():
        if value:
            raise UsageError(
                f"{option} {value} needs a network of pod's own: with --network {mode or 'slirp4netns'} nobody else is "
                "on the container's network",
                hint="make one, pod network create NAME, and name it: --network NAME",
            )


def _parse_join(text: str) -> NetworkJoin:
    name, _, options = text.partition(":")
    found: dict[str, str] = {}
    aliases: list[str] = []
    for word in filter(None, options.split(",")):
        key, equals, value = word.partition("=")
        if key == "alias" and value:
            aliases.append(value)
        elif key in _FIELDS and equals and value:
            found[_FIELDS[key]] = value
        else:
            raise invalid("--network", text, _RULE)
    return checked_join(NetworkJoin(_DEFAULT_NETWORK if name == "bridge" else name, tuple(aliases), **found), text)


def _with_flags(flags: NetworkFlags, joins: tuple[NetworkJoin, ...]) -> tuple[NetworkJoin, ...]:
    """Mix in --ip and its like, which mean the only network; aliases are for each."""
    alone = {"--ip": flags.ip, "--ip6": flags.ip6, "--mac-address": flags.mac_address}
    option = next((option for option, value in alone.items() if value), "")
    if option and len(joins) > 1:
        raise UsageError(
            f"{option} says nothing of which network: {', '.join(join.network for join in joins)}",
            hint="say it there: --network NAME:ip=ADDRESS,mac=ADDRESS",
        )
    aliases = split_commas(flags.network_alias)
    mixed = [
        join.replace(
            aliases=(*join.aliases, *aliases),
            ip=flags.ip or join.ip,
            ip6=flags.ip6 or join.ip6,
            mac=flags.mac_address or join.mac,
        )
        for join in joins
    ]
    return tuple(checked_join(join, join.network) for join in mixed)


def some_networks(names: Sequence[str]) -> Sequence[str]:
    """Return the names, of which there must be one. Raises UsageError."""
    if not names:
        raise UsageError("no network is named", hint="`pod network ls` lists the networks there are")
    return names


def checked_join(join: NetworkJoin, text: str) -> NetworkJoin:
    """Return the value in one spelling. Raises UsageError for what is no address, name or interface."""
    for option, address, version in (("--ip", join.ip, 4), ("--ip6", join.ip6, 6)):
        if address:
            from pod.cli.parsers.ports import check_address

            check_address(option, address, address)
            if (":" in address) != (version == 6):
                raise invalid(option, address, f"it is an IPv{version} address")
    for alias in join.aliases:
        check_host_name("--network-alias", alias)
    interface = join.interface
    if interface and (len(interface) > 15 or set(interface) & set("/: \t\n") or interface in (".", "..", "lo")):
        raise invalid(
            "--network", text, f"{interface!r} is no name of an interface: up to 15 characters, no / : or space"
        )
    return join.replace(mac=check_mac(join.mac)) if join.mac else join


def check_mac(text: str) -> str:
    """Return a hardware address as the kernel writes it. Raises UsageError."""
    parts = text.replace("-", ":").lower().split(":")
    if len(parts) != 6 or not all(len(part) == 2 and set(part) <= set("0123456789abcdef") for part in parts):
        raise invalid("--mac-address", text, "it is written 02:42:ac:11:00:02")
    if int(parts[0], 16) & 1:
        raise invalid("--mac-address", text, "its first byte is odd, which means a group and not one interface")
    return ":".join(parts)


def check_host_name(option: str, text: str) -> None:
    """Raise UsageError for what cannot be asked of a name server."""
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
    labels = text.lower().split(".")
    if len(text) > 253 or set(text.lower()) - allowed or not all(0 < len(label) < 64 for label in labels):
        raise invalid(option, text, "it is a host name: letters, digits, - _ and . between labels of up to 63")


def parse_links(values: Sequence[str]) -> tuple[str, ...]:
    """Return NAME:ALIAS for every --link."""
    found = []
    for text in values:
        name, _, alias = text.removeprefix("/").partition(":")
        check_host_name("--link", alias or name)
        found.append(f"{name}:{(alias or name).lower()}")
    return tuple(found)


def parse_expose(values: Sequence[str]) -> tuple[str, ...]:
    """Return PORT/PROTOCOL for every port of `--expose 80`, `53/udp`, `7000-7010`."""
    from pod.cli.parsers.ports import parse_range

    found = []
    for text in split_commas(values):
        ports, slash, protocol = text.partition("/")
        protocol = protocol.lower() if slash else "tcp"
        if protocol not in ("tcp", "udp", "sctp"):
            raise invalid("--expose", text, "it is written PORT[/tcp|/udp|/sctp]")
        found += [f"{port}/{protocol}" for port in parse_range("--expose", text, ports)]
    return tuple(dict.fromkeys(found))


def parse_hosts_file(text: str) -> str:
    """Return the path of the file that /etc/hosts begins with, "none" for none."""
    if text == "image":
        raise invalid("--hosts-file", text, "the image's own file is kept with --no-hosts")
    if text and text != "none" and not text.startswith("/"):
        raise invalid("--hosts-file", text, "it is an absolute path of this machine, or none")
    return text
