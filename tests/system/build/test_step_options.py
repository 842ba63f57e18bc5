"""Options about the containers of RUN: limits, groups, standard input."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pod.runtime import cgroups
from tests.support import contexts
from tests.support.commands import CommandLine
from tests.system.build.conftest import NO_NETWORK, written
from tests.system.test_limits import OWNED, PLACE


def test_limits_groups_and_input_reach_run(pod: CommandLine, tmp_path: Path) -> None:
    text = "FROM busybox\nRUN id -G; cat; df -k /dev/shm | awk 'END { print $2 }'; ulimit -n; ulimit -Hn\n"
    folder = contexts.write(tmp_path, {"Dockerfile": text})
    options = ("--group-add", "44", "--shm-size", "3m", "--ulimit", "nofile=77:88", "--stdin")
    result = pod("build", NO_NETWORK, "--no-cache", *options, folder, input="told\n").ok()
    assert written(result.stderr) == ["0 44", "told", "3072", "77", "88"]


def test_limits_that_cannot_hold_are_refused_or_told_once(build: Callable[..., Any]) -> None:
    text = "FROM busybox\nRUN echo ran\nRUN echo again\n"
    result = build(text, "--no-cache", "-m", "64m", "--cpu-quota", "50000", "--cpuset-cpus", "0")
    if PLACE is not None and {"memory", "cpu", "cpuset"} <= set(PLACE.controllers):
        assert written(result.ok().stderr) == ["ran", "again"]
    elif cgroups.is_unified():
        assert result.stderr.startswith("Error: cannot keep --memory, --cpu-quota, --cpuset-cpus")
    else:
        assert result.ok().stderr.count("limits are ignored: --memory, --cpu-quota, --cpuset-cpus") == 1


@pytest.mark.parametrize("option", [("--memory", "100x"), ("--cpu-quota", "5"), ("--cpuset-cpus", "3-1")])
def test_a_bad_limit_is_named(option: tuple[str, str], build: Callable[..., Any]) -> None:
    assert build("FROM busybox\n", *option).stderr.startswith(f'Error: invalid value "{option[1]}" for {option[0]}: ')


@OWNED
def test_a_step_has_a_control_group_of_its_own_while_it_runs(build: Callable[..., Any]) -> None:
    assert PLACE is not None
    text = "FROM busybox\nRUN cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cgroup.procs\n"
    limit = ("-m", "64m") if "memory" in PLACE.controllers else ()
    lines = written(build(text, "--no-cache", *limit).stderr)
    assert not limit or str(64 << 20) in lines
    assert not [name for name in os.listdir(PLACE.path) if name.startswith("pod-")]


@pytest.mark.skipif(PLACE is None or "memory" not in PLACE.controllers, reason="memory is not delegated here")
def test_a_step_that_needs_too_much_memory_is_told_so(build: Callable[..., Any]) -> None:
    result = build("FROM busybox\nRUN tail -c 200m /dev/zero\n", "-m", "16m", "--memory-swap", "16m")
    assert result.code != 0 and "it has used all memory that --memory allows" in result.stderr
