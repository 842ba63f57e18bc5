"""Docker's and Podman's command lines as data, beside pod's own table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HELP = frozenset({"--help", "-h"})
"""Every command of ours has --help; the table does not list it."""


@dataclass(frozen=True)
class Row:
    """One command, the options that the peers give it, and those among them that pod accepts."""

    command: str
    peers: tuple[str, ...]
    options: tuple[str, ...]
    accepted: tuple[str, ...]
    known: bool

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(option for option in self.options if option not in self.accepted)


def read_peer(path: Path) -> dict[str, frozenset[str]]:
    """Return the options of each command of a peer: long ones, and short ones where there is no long one.

    Commands that only group others are left out.
    """
    document = json.loads(path.read_text())
    return {
        command: frozenset(option for option in entry["options"]) - HELP
        for command, entry in document.items()
        if command and not entry["commands"]
    }


def read_pod(path: Path) -> dict[str, frozenset[str]]:
    """Return the options of each command of pod, all spellings. An alias is the name of what it stands for."""
    document = json.loads(path.read_text())
    entries = {name: document[entry] if isinstance(entry, str) else entry for name, entry in document.items()}
    return {command: frozenset(entry.get("options", {})) for command, entry in entries.items()}


def compare(peers: Mapping[str, Mapping[str, frozenset[str]]], pod: Mapping[str, frozenset[str]]) -> list[Row]:
    """Return a row for every command of either peer, sorted by name."""
    rows = []
    for command in sorted({command for peer in peers.values() for command in peer}):
        having = tuple(name for name, peer in peers.items() if command in peer)
        options = sorted(frozenset().union(*(peers[name][command] for name in having)))
        ours = pod.get(command, frozenset())
        accepted = tuple(option for option in options if option in ours)
        rows.append(Row(command, having, tuple(options), accepted, command in pod))
    return rows
