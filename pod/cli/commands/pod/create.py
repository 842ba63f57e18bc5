"""`pod pod create`."""

from __future__ import annotations

from pod.cli.commands.pod.flags import InfraFlags, MemberFlags, PodLimitFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class PodCreateFlags(PodLimitFlags, MemberFlags, InfraFlags):
    """The options of `pod create`."""

    pod_name: Annotated[str, Argument(metavar="NAME", help="Name of the pod, as --name")] = ""
    add_host: Annotated[tuple[str, ...], Option("--add-host", metavar="NAME:IP", help="Add a line to /etc/hosts")] = ()
    dns: Annotated[tuple[str, ...], Option("--dns", metavar="IP", help="Name server")] = ()
    dns_option: Annotated[
        tuple[str, ...], Option("--dns-option", "--dns-opt", metavar="OPTION", help="Option of the resolver")
    ] = ()
    dns_search: Annotated[
        tuple[str, ...], Option("--dns-search", metavar="DOMAIN", help="Domain to search for names")
    ] = ()
    exit_policy: Annotated[
        Literal["continue", "stop"],
        Option("--exit-policy", metavar="POLICY", help="With the last container the pod goes on (continue) or stops"),
    ] = "continue"
    hosts_file: Annotated[str, Option("--hosts-file", metavar="PATH", help="What /etc/hosts begins with")] = ""
    infra: Annotated[bool, Option("--infra", help="Have an infra container; on unless =false")] = True
    infra_image: Annotated[
        str, Option("--infra-image", metavar="IMAGE", help="Make it of this image; else pod has a program for it")
    ] = ""
    ip: Annotated[str, Option("--ip", metavar="ADDRESS", help="IPv4 address on its network")] = ""
    ip6: Annotated[str, Option("--ip6", metavar="ADDRESS", help="IPv6 address on its network")] = ""
    mac_address: Annotated[str, Option("--mac-address", metavar="MAC", help="Hardware address on its network")] = ""
    name: Annotated[str, Option("--name", "-n", metavar="NAME", help="Name of the pod")] = ""
    network: Annotated[
        tuple[str, ...],
        Option("--network", "--net", metavar="NETWORK", help="slirp4netns, pasta, host, none, or networks by name"),
    ] = ()
    network_alias: Annotated[
        tuple[str, ...], Option("--network-alias", metavar="NAME", help="Another name on its networks")
    ] = ()
    no_hostname: Annotated[bool, Option("--no-hostname", help="Leave /etc/hostname of the images alone")] = False
    no_hosts: Annotated[bool, Option("--no-hosts", help="Leave /etc/hosts of the images alone")] = False
    pod_id_file: Annotated[str, Option("--pod-id-file", metavar="FILE", help="Write the pod's id to this file")] = ""
    publish: Annotated[
        tuple[str, ...],
        Option("--publish", "-p", metavar="[[IP:]PORT:]PORT", help="Lead a port of this machine into the pod"),
    ] = ()
    replace_existing: Annotated[bool, Option("--replace", help="Remove the pod that has the name now")] = False
    share: Annotated[
        str, Option("--share", metavar="LIST", help="Namespaces: ipc,net,uts, also cgroup, pid, user; +pid adds; none")
    ] = ""
    share_parent: Annotated[
        bool, Option("--share-parent", help="Put all control groups into that of --cgroup-parent; on unless =false")
    ] = True


def create(context: Context, flags: PodCreateFlags) -> int:
    """Make a pod: a group of containers that share namespaces, ports and a life.

    Its id is printed. `pod run --pod NAME` puts containers into it, `pod pod start` starts all.

    Examples:
      pod pod create --name web -p 8080:80
      pod run -d --pod web nginx
      pod pod create --share net,pid --network front job
    """
    from pod.cli.actions.pods.create import create_pod

    return create_pod(context, flags)
