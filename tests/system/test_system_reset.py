"""`pod system reset`: the store goes, and not a file besides."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import stores
from tests.support.commands import CommandLine


@pytest.fixture
def fresh(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, request: pytest.FixtureRequest
) -> Iterator[CommandLine]:
    """A store of each test's own, with the image busybox."""
    pod = make_pod(f"rs{abs(hash(request.node.name)) % 10_000}")
    pod("load", "-i", busybox_archive).ok()
    yield pod
    stores.remove_containers(pod)


def folders(pod: CommandLine) -> tuple[Path, Path]:
    words = list(pod.prefix)
    return Path(words[words.index("--root") + 1]), Path(words[words.index("--runroot") + 1])


def has_ended(pid: str | int) -> bool:
    """Wait a little for a killed process to go."""
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


def test_nothing_is_left_of_a_store_and_a_running_container(fresh: CommandLine) -> None:
    store, runroot = folders(fresh)
    fresh("run", "-d", "--name", "rs-on", "busybox", "sleep", "1000").ok()
    fresh("create", "busybox", "true").ok()
    pid = fresh("inspect", "-f", "{{.State.Pid}}", "rs-on").ok().stdout.strip()
    holder = json.loads((runroot / "namespace.json").read_text())["holder"]["pid"]
    asked = fresh("system", "reset", input="no\n").ok()
    assert f"WARNING! This will remove from {store}:" in asked.lines
    assert any(line.startswith("  - 2 containers, 1 of them running (") for line in asked.lines), str(asked)
    assert any(line.startswith("  - 1 image (") for line in asked.lines), str(asked)
    assert fresh("container", "exists", "rs-on").code == 0
    assert fresh("system", "reset", input="y\n").ok().lines[-1].endswith(f"Removed everything in {store}")
    assert not store.exists() and not runroot.exists()
    assert has_ended(pid) and has_ended(holder)


def test_a_store_can_be_used_again_afterwards(fresh: CommandLine, busybox_archive: Path) -> None:
    fresh("system", "reset", "-f").ok()
    assert "There is nothing to remove" in fresh("system", "reset", "-f").ok().stdout
    fresh("load", "-i", busybox_archive).ok()
    assert fresh("run", "--rm", "busybox", "echo", "again").ok().stdout == "again\n"


def test_links_lead_nowhere_and_what_is_not_pods_stays(fresh: CommandLine, tmp_path: Path) -> None:
    store, _ = folders(fresh)
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    fresh("create", "--name", "rs-link", "busybox", "true").ok()
    (store / "chains").symlink_to(precious)
    (store / "containers" / fresh("inspect", "-f", "{{.Id}}", "rs-link").stdout.strip() / "upper" / "l").symlink_to(
        precious
    )
    (store / "notes.txt").write_text("not pod's")
    told = fresh("system", "reset", "-f").ok()
    assert "but notes.txt" in told.stdout
    assert (precious / "file").read_text() == "mine"
    assert os.listdir(store) == ["notes.txt"]


def test_volumes_stay_unless_they_are_meant(fresh: CommandLine) -> None:
    store, _ = folders(fresh)
    data = store / "volumes" / "v" / "data"
    data.mkdir(parents=True)
    (data / "f").write_text("x" * 1000)
    told = fresh("system", "reset", "-f").ok()
    assert "but 1 volume (1kB; --volumes removes them, too)" in told.stdout
    assert sorted(os.listdir(store)) == ["pod-store.json", "volumes"]
    fresh("system", "reset", "-f", "--volumes").ok()
    assert not store.exists()


def test_a_folder_without_the_mark_is_not_touched(fresh: CommandLine, tmp_path: Path) -> None:
    for name in ("images", "layers", "containers"):
        (tmp_path / "home" / name).mkdir(parents=True)
        (tmp_path / "home" / name / "photo").write_text("mine")
    other = CommandLine([fresh.prefix[0], "--root", str(tmp_path / "home"), *fresh.prefix[3:]], fresh.env)
    refused = other("system", "reset", "-f")
    assert refused.code == 125 and "is no store of pod's: it has no pod-store.json" in refused.stderr
    assert [path.read_text() for path in (tmp_path / "home").glob("*/photo")] == ["mine"] * 3


def test_a_folder_of_somebody_elses_does_not_become_a_store(fresh: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "home" / "images").mkdir(parents=True)
    other = CommandLine([fresh.prefix[0], "--root", str(tmp_path / "home"), *fresh.prefix[3:]], fresh.env)
    refused = other("create", "busybox")
    assert refused.code == 125 and "and has a folder `images` already" in refused.stderr
    assert os.listdir(tmp_path / "home") == ["images"]


def test_a_store_that_has_lost_its_mark_gets_it_back(fresh: CommandLine) -> None:
    store, _ = folders(fresh)
    (store / "pod-store.json").unlink()
    fresh("create", "busybox", "true").ok()
    assert json.loads((store / "pod-store.json").read_text())["version"] == 1


@pytest.mark.parametrize("left", ["network", "build"])
def test_what_an_older_pod_left_without_its_mark_is_a_store(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, left: str
) -> None:
    """`network create` as the first command of all, and a reset, left folders in a store that had no mark."""
    pod = make_pod(f"un{left}")
    store, _runroot = folders(pod)
    pod("network", "create", "first").ok()
    assert (store / "pod-store.json").exists()
    if left == "build":
        (store / "build/cache").mkdir(parents=True)
        (store / "build/cache" / f"{'0' * 64}.json").write_text("{}")
        (store / "networks/first.json").unlink()
    for name in ("pod-store.json", "containers", "names", "trash"):
        path = store / name
        path.rmdir() if path.is_dir() else path.unlink()
    pod("load", "-i", busybox_archive).ok()
    assert pod("run", "--rm", "--network", "none", "busybox", "echo", "well").ok().stdout == "well\n"


@pytest.mark.parametrize("name", ["build", "networks", "uses"])
def test_a_folder_of_the_same_name_with_files_of_somebody_elses_is_none(
    fresh: CommandLine, tmp_path: Path, name: str
) -> None:
    (tmp_path / "home" / name / "cache").mkdir(parents=True)
    (tmp_path / "home" / name / "cache" / "thesis").write_text("mine")
    other = CommandLine([fresh.prefix[0], "--root", str(tmp_path / "home"), *fresh.prefix[3:]], fresh.env)
    refused = other("network", "create", "n")
    assert refused.code == 125 and f"has a folder `{name}` already" in refused.stderr
    assert (tmp_path / "home" / name / "cache" / "thesis").read_text() == "mine"
