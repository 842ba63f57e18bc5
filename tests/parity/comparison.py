"""Docker's and Podman's command lines as data, beside pod's own table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HELP = frozenset({"--help", "-h"})
"""Every command of ours has --help; the table does not list it."""

Commands = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Ours:
    """pod's commands: the options of each, and among them those that are answered with the reason of a refusal."""

    options: Commands
    refused: Commands
    elsewhere: frozenset[str] = frozenset()  # commands of the peers' that pod answers with what to use instead


@dataclass(frozen=True)
class Row:
    """One command, the options that the peers give it, and what pod does with them."""

    command: str
    peers: tuple[str, ...]
    options: tuple[str, ...]
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    known: bool = True
    elsewhere: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(option for option in self.options if option not in self.accepted + self.refused)


def read_peer(path: Path) -> dict[str, frozenset[str]]:
    """Return the options of each command of a peer: long ones, and short ones where there is no long one.

    Commands that only group others are left out; the one named "" has the options that go before any command.
    """
    document = json.loads(path.read_text())
    return {
        command: frozenset(option for option in entry["options"]) - HELP
        for command, entry in document.items()
        if not command or not entry["commands"]
    }


def read_pod(path: Path) -> Ours:
    """Read pod's table. An alias is a line with the name of what it stands for."""
    document = json.loads(path.read_text())
    entries = {name: document[entry] if isinstance(entry, str) else entry for name, entry in document.items()}
    options = {command: entry.get("options", {}) for command, entry in entries.items()}
    refused = {
        command: frozenset(spelling for spelling, option in options[command].items() if option[0] in entry["refused"])
        for command, entry in entries.items()
        if entry.get("refused")
    }
    return Ours({command: frozenset(found) for command, found in options.items()}, refused)


def compare(peers: Mapping[str, Commands], pod: Ours) -> list[Row]:
    """Return a row for every command of either peer, sorted by name."""
    rows = []
    for command in sorted({command for peer in peers.values() for command in peer}):
        having = tuple(name for name, peer in peers.items() if command in peer)
        options = tuple(sorted(frozenset().union(*(peers[name][command] for name in having))))
        if command not in pod.options:
            gone = any(command == name or command.startswith(f"{name} ") for name in pod.elsewhere)
            rows.append(Row(command, having, options, known=False, elsewhere=gone))
            continue
        no = pod.refused.get(command, frozenset())
        rows.append(
            Row(
                command,
                having,
                options,
                accepted=tuple(option for option in options if option in pod.options[command] - no),
                refused=tuple(option for option in options if option in no),
            )
        )
    return rows
