"""A build as it is seen on a terminal."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.support import contexts
from tests.support.commands import CommandLine
from tests.support.tmux import Window
from tests.system.build.conftest import NO_NETWORK

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux on this machine: apt-get install tmux")

TEXT = """\
FROM busybox AS one
RUN --mount=type=cache,id=view,target=/c until [ -e /c/go ]; do echo a line and another; sleep 0.1; done # {long}
FROM busybox AS two
RUN --mount=type=cache,id=view,target=/c until [ -e /c/go ]; do sleep 0.1; done
FROM scratch
COPY --from=two /etc/passwd /
COPY --from=one /nothing /
"""


def test_steps_are_drawn_while_they_run_and_stay_as_lines(pod: CommandLine, scratch: Path, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path, {"Dockerfile": TEXT.format(long="x" * 100)})
    argv = pod.argv("build", NO_NETWORK, "--no-cache", "--jobs", "2", str(folder))
    with Window(["sh", "-c", f"{' '.join(argv)}; sleep 100"], pod.env, f"{tempfile.mkdtemp(dir=scratch)}/t") as window:
        screen = window.wait_for("   a line and another")
        assert [line for line in screen if line.startswith("▸ [one 2/2] RUN") and line.endswith("s") and "…" in line]
        assert [line for line in screen if line.startswith("▸ [two 2/2] RUN")]
        assert "   a line and another" in screen
        go = contexts.write(
            tmp_path / "go", {"Dockerfile": "FROM busybox\nRUN --mount=type=cache,id=view,target=/c touch /c/go\n"}
        )
        pod("build", NO_NETWORK, "--no-cache", go).ok()
        screen = window.wait_for("Error: ")
    steps = [" ".join(line.split()[:2]) for line in screen if line[:1] in ("✔", "✘")]
    assert sorted(steps[:3]) == ["✔ [one", "✔ [stage-2", "✔ [two"] and steps[3:] == ["✘ [stage-2"]
    assert not [line for line in screen if line.startswith("▸")]
