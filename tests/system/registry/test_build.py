"""Builds and registries: base images, pushed results, and steps shared through an image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import contexts
from tests.support.commands import CommandLine
from tests.support.containers import run
from tests.support.registry import Registry

TEXT = 'FROM {base}\nRUN date +%N > /when\nCOPY f /f\nCMD ["cat", "/f"]\n'


@pytest.fixture
def context(plain: Registry, tmp_path: Path, own: CommandLine, busybox_archive: Path) -> Path:
    own("load", "-i", busybox_archive).ok()
    base = f"{plain.host}/base"
    own("push", "busybox", base).ok()
    return contexts.write(tmp_path / "c", {"Dockerfile": TEXT.format(base=base), "f": "built\n"})


def test_steps_are_shared_through_a_registry(
    plain: Registry, context: Path, own: CommandLine, make_pod: Callable[[str], CommandLine]
) -> None:
    cache = f"{plain.host}/cache"
    name = f"{plain.host}/app"
    first = own("build", "--network=none", "-t", name, "--push", "--cache-to", f"type=registry,ref={cache}", context)
    assert "are in" in first.ok().stderr
    other = make_pod("builder2")
    second = other("build", "--network=none", "--cache-from", cache, "-t", "again", context).ok()
    assert second.stderr.count("CACHED") == 2
    assert second.stdout == first.stdout
    for pod in (own, other):
        names = pod("images", "-a", "--format", "{{.Repository}}").ok().lines
        assert cache not in names and "<none>" not in names, "users see nothing of the cache's own image"
    assert run(other, "again").ok().stdout == "built\n"
    assert run(other, name).ok().stdout == "built\n"


def test_cache_that_is_not_there_is_passed_over(plain: Registry, context: Path, own: CommandLine) -> None:
    result = own("build", "--network=none", "--cache-from", f"{plain.host}/none", context).ok()
    assert "Warning: no cache from" in result.stderr
