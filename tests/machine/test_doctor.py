"""`pod doctor` and `pod info` know which limits a user's containers can have, and what would give them others."""

from __future__ import annotations

import json
from typing import Any

from tests.support.commands import CommandLine

ALL = {"cpu", "cpuset", "io", "memory", "pids"}


def findings(user: CommandLine) -> dict[str, Any]:
    return {found["Subject"]: found for found in json.loads(user("pod doctor --format json").stdout)}


def control_groups(user: CommandLine) -> dict[str, Any]:
    host: dict[str, Any] = json.loads(user("pod info --format json").ok().stdout)["host"]
    return host


def test_who_has_everything_is_told_so(alice: CommandLine) -> None:
    found = findings(alice)
    assert set(found["cgroup controllers"]["Detail"].split(", ")) == ALL
    for subject in ("cgroup controllers", "systemd of yours", "lingering", "a container", "a container with a network"):
        assert found[subject]["Status"] == "ok", found[subject]
    podman = json.loads(alice("podman info --format json").ok().stdout)["host"]
    host = control_groups(alice)
    for name in ("cgroupManager", "cgroupVersion", "idMappings"):
        assert host[name] == podman[name]
    assert set(host["cgroupControllers"]) == set(podman["cgroupControllers"]) == ALL
    assert (host["cgroupControllersMissing"], host["cgroupDelegation"]) == ([], {})


def test_who_lacks_something_reads_the_lines_that_give_it(bob: CommandLine, machine_root: CommandLine) -> None:
    found = findings(bob)
    assert found["cgroup controllers"]["Detail"] == "cpu, memory, pids; missing: cpuset, io"
    assert found["lingering"]["Status"] == "warn"
    assert found["systemd of yours"]["Status"] == "ok"
    host = control_groups(bob)
    assert host["cgroupControllersMissing"] == ["cpuset", "io"]
    refused = bob("pod run --rm --network none --cpuset-cpus 0 host true")
    assert refused.code == 126  # as Podman
    assert refused.stderr.startswith("Error: cannot keep --cpuset-cpus: controller cpuset is not available")
    assert host["cgroupDelegation"]["command"] in refused.stderr
    remedies = [found[subject]["Remedy"] for subject in ("lingering", "cgroup controllers")]
    assert remedies[1] == host["cgroupDelegation"]["command"]
    try:
        machine_root("; ".join(remedies) + "; systemctl restart user@1001.service").ok()
        after = findings(bob)
        assert (after["lingering"]["Status"], after["cgroup controllers"]["Status"]) == ("ok", "ok")
        assert bob("pod run --rm --network none --cpuset-cpus 0 host true").ok()
    finally:
        machine_root("rm -r /etc/systemd/system/user@.service.d; loginctl disable-linger bob; systemctl daemon-reload")
