"""What the tests of builds share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import contexts
from tests.support.commands import CommandLine

NO_NETWORK = "--network=none"
Files = dict[str, str | bytes]


@pytest.fixture
def build(pod: CommandLine, tmp_path: Path) -> Callable[..., Any]:
    """Build a Dockerfile in a context of some files."""

    def do(dockerfile: str, *options: str, files: Files | None = None) -> Any:
        folder = contexts.write(tmp_path / "context", {"Dockerfile": dockerfile, **(files or {})})
        return pod("build", NO_NETWORK, *options, folder)

    return do


def written(stderr: str) -> list[str]:
    """Return what a build's steps wrote."""
    return [line.split(" ", 2)[2] for line in stderr.splitlines() if line[:1] == "#" and line.split()[1][0].isdigit()]
