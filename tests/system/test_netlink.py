"""What pod says to the kernel by netlink, and what ip(8) and nft(8) then see, in a network namespace of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

MAKE = """
import os, subprocess
from _socket import AF_INET, AF_INET6
from pod.net import nftables
from pod.net.keeper import rules
from pod.net.links import Links

from types import SimpleNamespace
def bridge(name, *gateways, internal=False):
    network = SimpleNamespace(internal=internal, isolated=True, dns_enabled=True)
    return SimpleNamespace(name=name, gateways=gateways, network=network)

other = subprocess.Popen(["unshare", "--net", "sleep", "30"], stdout=-3, stderr=-3)
path = f"/proc/{other.pid}/ns/net"
while os.stat(path).st_ino == os.stat("/proc/self/ns/net").st_ino: pass
links = Links()
links.set_up(1)  # the loopback
links.add_bridge("br0", 1400, "02:42:0a:00:00:01")
index = links.index("br0")
links.add_address(index, "10.7.0.1", 24)
links.add_address(index, "fd00:7::1", 64)
links.set_up(index)
links.add_veth("v0", index, 1400, "eth0", "02:42:0a:00:00:02", os.open(path, os.O_RDONLY))
links.add_route(index, "10.7.0.9", "10.99.0.0/16", 5)
links.add_route(index, "fd00:7::9")
links.deliver_marked(AF_INET, 1, 100, 1)
links.deliver_marked(AF_INET6, 1, 100, 1)
bridges = [bridge("br0", "10.7.0.1", "fd00:7::1"), bridge("br1", "10.8.0.1", internal=True)]
socket = nftables.open_netlink()
for _ in range(2):
    nftables.replace_table(socket, "pod", rules.chains(bridges, "tap0"))
for command in ("ip -j -d link", "ip -j addr show br0", "ip -j route", "ip -j -6 route", "ip -j rule",
                "ip -j route show table 100", "nft -j list ruleset",
                f"nsenter --net={path} ip -j link show eth0", "nft list ruleset"):
    print(subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout.replace("\\n", " "))
links.remove("v0")
print("v0" in links.names())
other.kill()

"""


@pytest.fixture(scope="module")
def seen() -> list[str]:
    """What the programs print, one line each, after pod has made a bridge, a pair, routes and the table of rules."""
    if shutil.which("nft") is None:
        pytest.skip("nft is not installed")
    words = ["unshare", "--map-root-user", "--net", sys.executable, "-c", MAKE]
    made = subprocess.run(words, capture_output=True, text=True, cwd=os.getcwd())
    assert made.returncode == 0, made.stderr
    return made.stdout.splitlines()


def test_a_bridge_is_what_was_asked_for(seen: list[str]) -> None:
    [bridge] = [link for link in json.loads(seen[0]) if link["ifname"] == "br0"]
    assert (bridge["mtu"], bridge["address"], bridge["linkinfo"]["info_kind"]) == (1400, "02:42:0a:00:00:01", "bridge")
    assert "UP" in bridge["flags"]
    addresses = [(entry["local"], entry["prefixlen"]) for entry in json.loads(seen[1])[0]["addr_info"]]
    assert {("10.7.0.1", 24), ("fd00:7::1", 64)} <= set(addresses)


def test_a_pair_has_one_end_in_the_bridge_and_one_in_the_other_namespace(seen: list[str]) -> None:
    [here] = [link for link in json.loads(seen[0]) if link["ifname"] == "v0"]
    assert (here["master"], here["mtu"], here["linkinfo"]["info_kind"]) == ("br0", 1400, "veth")
    [there] = json.loads(seen[7])
    assert (there["address"], there["mtu"]) == ("02:42:0a:00:00:02", 1400)
    assert seen[9] == "False", "it is gone when it was removed"


def test_routes_and_rules_are_what_was_asked_for(seen: list[str]) -> None:
    [route] = [route for route in json.loads(seen[2]) if route["dst"] == "10.99.0.0/16"]
    assert (route["gateway"], route["dev"], route["metric"]) == ("10.7.0.9", "br0", 5)
    assert any(route["dst"] == "default" and route["gateway"] == "fd00:7::9" for route in json.loads(seen[3]))
    assert any(rule.get("fwmark") == "0x1" and rule["table"] == "100" for rule in json.loads(seen[4]))
    [local] = json.loads(seen[5])
    assert (local["type"], local["dst"], local["dev"]) == ("local", "default", "lo")


def test_rules_are_read_by_nft_as_they_were_meant(seen: list[str]) -> None:
    objects = json.loads(seen[6])["nftables"]
    chains = {entry["chain"]["name"]: entry["chain"] for entry in objects if "chain" in entry}
    assert {name: (chain["hook"], chain["policy"]) for name, chain in chains.items()} == {
        "transparent": ("prerouting", "accept"),
        "source": ("postrouting", "accept"),
        "forward": ("forward", "drop"),
        "input": ("input", "drop"),
    }
    text = " ".join(seen[8].split())
    for rule in (
        'oifname "tap0" masquerade',
        "ct state established,related accept",
        'iifname "br0" oifname "br0" accept',
        'iifname "br0" oifname "tap0" accept',
        'iifname "br1" oifname "br1" accept',
        'iifname "br0" ip daddr 10.7.0.1 udp dport 53 accept',
        'iifname "br0" ip6 daddr fd00:7::1 tcp dport 53 accept',
        "meta l4proto tcp socket transparent 1 meta mark set 0x00000001 accept",
    ):
        assert rule in text, rule
    assert 'iifname "br1" oifname "tap0"' not in text and 'iifname "br0" oifname "br1"' not in text
