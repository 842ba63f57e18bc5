"""The tables [network] and [secrets] of containers.conf(5)."""

from __future__ import annotations

from pod.settings.keys.setting import INT, LIST, MAP, TABLES, TEXT, Setting

_ONE_BACKEND = "pod makes bridges by itself"

NETWORK = {
    "cni_plugin_dirs": Setting(LIST, reason=_ONE_BACKEND),
    "default_network": Setting(TEXT, reason="a container without `--network` has a network of its own, not a bridge"),
    "default_rootless_network_cmd": Setting(
        TEXT, "the network of containers without `--network`", choices=("slirp4netns", "pasta", "")
    ),
    "default_subnet": Setting(TEXT, reason="a container without `--network` has a network of its own, not a bridge"),
    "default_subnet_pools": Setting(TABLES, "where `network create` takes subnets from"),
    "dns_bind_port": Setting(INT, reason="name servers listen inside networks, where port 53 is free"),
    "firewall_driver": Setting(TEXT, reason="the rules are nftables in a network namespace of the user's own"),
    "netavark_plugin_dirs": Setting(LIST, "where `--driver` of `network create` finds programs, beside pod's folder"),
    "network_backend": Setting(TEXT, reason=_ONE_BACKEND),
    "network_config_dir": Setting(TEXT, reason="networks are in the store"),
    "pasta_options": Setting(LIST, "options of pasta, before those behind `--network pasta:`"),
}

SECRETS = {
    "driver": Setting(TEXT, "`--driver` of `secret create`"),
    "opts": Setting(MAP, "`--driver-opts` of `secret create`"),
}
