"""What containers' networks need."""

from __future__ import annotations

import os

from pod.engine.doctor.finding import OK, WARN, Finding
from pod.engine.doctor.users import number
from pod.linux import process

AREA = "network"


def examine() -> list[Finding]:
    """Look at the helpers, their device, and the ports."""
    return [_tun(), *_helpers(), _ports()]


def _tun() -> Finding:
    if not os.path.exists("/dev/net/tun"):
        detail = "there is none: containers reach the network with --network host only"
        return Finding(AREA, "/dev/net/tun", WARN, detail, "modprobe tun", "administrator")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        detail = "you may not open it: containers reach the network with --network host only"
        return Finding(AREA, "/dev/net/tun", WARN, detail, "chmod 666 /dev/net/tun", "administrator")
    return Finding(AREA, "/dev/net/tun", OK, "yours to open")


def _helpers() -> list[Finding]:
    slirp, pasta = process.find_program("slirp4netns"), process.find_program("pasta")
    found = []
    if slirp:
        found.append(Finding(AREA, "slirp4netns", OK, _version(slirp)))
    else:
        detail = "not installed: containers have no network unless --network host is given"
        found.append(Finding(AREA, "slirp4netns", WARN, detail, "apt-get install slirp4netns", "administrator"))
    found.append(Finding(AREA, "pasta", OK, _version(pasta) if pasta else "not installed (--network pasta needs it)"))
    nft = process.find_program("nft")
    found.append(Finding(AREA, "nft", OK, _version(nft) if nft else "not installed"))
    return found


def _version(program: str) -> str:
    try:
        done = process.run([program, "--version"])
    except OSError as err:
        return f"{program}: {err.strerror}"
    lines = done.stdout.decode(errors="replace").strip().splitlines()
    return lines[0][:60] if lines else program


def _ports() -> Finding:
    first = number("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    first = 1024 if first is None else first
    remedy = f"sysctl -w net.ipv4.ip_unprivileged_port_start={80}" if first > 80 else ""
    detail = f"yours from {first} on"
    if remedy:
        detail += "; -p 80:80 needs the line below"
    return Finding(AREA, "published ports", OK, detail, remedy, "administrator" if remedy else "")
