"""The comparison with the peers' command lines counts what is there, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.parity import __main__ as parity
from tests.parity import report
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
    assert "--cpu-rt-period" in table.refused["update"]


def test_the_readme_has_the_table_that_the_tool_prints() -> None:
    if not (parity.default_reference() / "docker-cli.json").exists():
        pytest.skip("the lists of the peers' commands are not here; POD_REFERENCE names their folder")
    part = report.markdown(parity.all_rows(parity.default_reference()), parity.first_names())
    page = (parity.CHECKOUT / "README.md").read_text()
    assert report.put_into(page, part) == page, "run `python -m tests.parity --readme`"


def test_a_page_without_a_place_for_the_table_is_an_error() -> None:
    assert report.put_into(f"a\n{report.BEGIN}\nold\n{report.END}\nb", "new") == "a\nnew\nb"
    with pytest.raises(ValueError, match="the page has no lines"):
        report.put_into("a", "new")
