"""`pod doctor` says what works for this user on this machine, and who can change what does not."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pod.engine import delegation
from pod.engine.doctor import storage, users
from tests.support.commands import CommandLine


def findings(pod: CommandLine, *options: str) -> dict[str, Any]:
    result = pod(*options, "doctor", "--format", "json")
    return {found["Subject"]: found for found in json.loads(result.stdout)}


def test_where_everything_works_it_says_so_and_ends_well(pod: CommandLine) -> None:
    result = pod("doctor")
    assert result.code == 0
    lines = [line.split() for line in result.stdout.split("\n\n")[0].splitlines()]
    assert lines[0] == ["STATUS", "SUBJECT", "WHAT", "IS", "FOUND"]
    assert {line[0] for line in lines[1:]} <= {"ok", "warn"}
    found = findings(pod)
    assert found["a container"]["Status"] == found["user namespaces"]["Status"] == "ok"


def test_quiet_shows_only_what_is_not_as_it_should_be(pod: CommandLine) -> None:
    assert all(" ok " not in line for line in pod("doctor", "-q").stdout.splitlines()[1:])


def test_a_user_without_subordinate_ids_reads_the_line_for_the_administrator(plain_pod: CommandLine) -> None:
    found = findings(plain_pod)["subordinate ids in /etc/subuid"]
    assert found["Status"] == "warn" and found["By"] == "administrator"
    first, last = map(int, found["Remedy"].split()[2].split("-"))
    assert last - first == 65535
    taken = [line.split(":") for line in Path("/etc/subuid").read_text().splitlines() if line]
    assert all(int(begin) + int(count) <= first or int(begin) > last for _name, begin, count in taken)


def test_a_helper_that_is_not_setuid_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "newuidmap"
    helper.write_text("#!/bin/sh\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = users._helper("newuidmap")
    assert (found.status, found.remedy) == ("warn", f"chmod u+s {helper}")


def test_a_missing_helper_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert users._helper("newuidmap").remedy == "apt-get install uidmap"


def test_a_store_that_cannot_be_written_fails(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    found = storage._file_system(str(folder / "store"), str(folder))
    assert (found.status, found.remedy, found.by) == ("fail", f"chmod u+rwx {folder}", "you")


def test_the_file_system_is_that_of_the_innermost_mount() -> None:
    assert storage.file_system_of("/proc/self") == "proc"


def test_a_session_without_a_runtime_folder_works_and_says_where_the_sockets_go(pod: CommandLine) -> None:
    found = findings(pod)
    assert found["XDG_RUNTIME_DIR"]["Status"] == "ok"


def test_the_line_for_delegation_makes_the_drop_in(tmp_path: Path) -> None:
    drop_in = tmp_path / "delegate.conf"
    line = delegation.REMEDY.replace(os.path.dirname(delegation.DROP_IN), str(tmp_path))
    making, reload = line.split(" && systemctl ")
    subprocess.run(["sh", "-c", making], check=True)
    assert (drop_in.read_text(), reload) == (delegation.TEXT, "daemon-reload")
    assert delegation.TEXT == "[Service]\nDelegate=cpu cpuset io memory pids\n"


def test_info_and_doctor_know_the_same_controllers(pod: CommandLine) -> None:
    host = json.loads(pod("info", "--format", "json").ok().stdout)["host"]
    assert sorted([*host["cgroupControllers"], *host["cgroupControllersMissing"]]) == list(delegation.CONTROLLERS)
    assert host["cgroupManager"] in ("systemd", "cgroupfs") and host["lingering"] in (True, False)
    found = findings(pod)["cgroup controllers"]
    assert (found["Status"] == "ok") == (not host["cgroupControllersMissing"])
