"""The comparison with the peers' command lines counts what is there, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from tests.parity.comparison import Ours, compare, read_peer, read_pod


def test_an_option_of_either_peer_counts_and_help_does_not(tmp_path: Path) -> None:
    path = tmp_path / "peer.json"
    entry = {
        "commands": [],
        "options": {"--all": {"short": "-a", "value": "bool"}, "--help": {"short": "-h", "value": ""}},
    }
    path.write_text(json.dumps({"": {"commands": ["ps"], "options": {}}, "ps": entry, "image": {"commands": ["ls"]}}))
    assert read_peer(path) == {"": frozenset(), "ps": frozenset({"--all"})}


def test_a_command_that_pod_lacks_is_not_known_and_all_its_options_are_missing() -> None:
    (row,) = compare({"docker": {"build": frozenset({"--tag"})}, "podman": {}}, Ours({}, {}))
    assert (row.known, row.missing, row.peers) == (False, ("--tag",), ("docker",))


def test_accepted_and_missing_options_add_up() -> None:
    peers = {"docker": {"run": frozenset({"--rm", "--gpus"})}, "podman": {"run": frozenset({"--rm", "--tz"})}}
    peers["docker"]["run"] |= {"--runtime"}
    (row,) = compare(
        peers, Ours({"run": frozenset({"--rm", "--init", "--runtime"})}, {"run": frozenset({"--runtime"})})
    )
    assert row.options == ("--gpus", "--rm", "--runtime", "--tz")
    assert (row.accepted, row.refused, row.missing) == (("--rm",), ("--runtime",), ("--gpus", "--tz"))


def test_pods_own_table_has_the_verbs_of_every_day() -> None:
    table = read_pod(Path(__file__).resolve().parents[2] / "pod" / "cli" / "table.json")
    assert {"run", "ps", "exec", "logs", "images", "image ls"} <= table.options.keys()
    assert "--rm" in table.options["run"]
    assert "--cpus" in table.refused["update"]
