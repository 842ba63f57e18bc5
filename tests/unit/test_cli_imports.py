"""What the hot commands import, before they call the engine: this is their start-up time, and it is a budget."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = str(Path(__file__).parents[2])
FREE = {  # built in, or imported by every interpreter
    *("__future__", "__main__", "_abc", "_codecs", "_collections_abc", "_io", "_json", "_signal", "_socket", "_stat"),
    *("_thread", "_warnings", "_weakref", "_frozen_importlib", "_frozen_importlib_external", "_imp", "abc", "builtins"),
    *("codecs", "encodings", "encodings.aliases", "encodings.utf_8", "errno", "genericpath", "grp", "io", "marshal"),
    *("os", "os.path", "posix", "posixpath", "pwd", "select", "site", "stat", "sys", "time", "winreg", "zipimport"),
    *("fcntl", "termios", "struct", "_struct", "ctypes", "_ctypes", "ctypes._endian"),
    "linecache",  # by `python -c`, as these tests run it, since 3.13
}


@pytest.fixture(autouse=True)
def own_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of the configuration files is the user's: tests beside this one have other files."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


def imported(code: str) -> set[str]:
    """Return the modules that a bare interpreter has after the code."""
    program = f"import sys; sys.path.insert(0, {ROOT!r})\n{code}\nprint(*sorted(sys.modules), file=sys.stderr)"
    result = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    return set(result.stderr.splitlines()[-1].split())


def test_the_version_needs_next_to_nothing() -> None:
    modules = imported("from pod.cli.main import main; main(['pod', '--version'])")
    assert {m for m in modules if m.startswith("pod")} == {
        *("pod", "pod.cli", "pod.cli.context", "pod.cli.exitcodes", "pod.cli.main", "pod.errors")
    }
    assert {m for m in modules if not m.startswith("pod")} <= FREE


HOT = [
    "run --rm -it -v /a:/b -e A=1 --network none busybox true",
    "exec -it web sh",
    "ps -a",
    "rm -f web",
    "stop web",
    "start web",
    "logs web",
    "inspect web",
]


@pytest.mark.parametrize("line", HOT)
def test_a_hot_command_is_parsed_and_found_with_light_modules_only(line: str) -> None:
    code = f"from pod.cli import main, fastpath; fastpath.resolve(fastpath.parse({line.split()!r})[0])"
    modules = imported(code)
    assert {m for m in modules if not m.startswith("pod")} <= FREE
    assert not [m for m in modules if m in ("pod.cli.slowpath", "pod.cli.definitions", "pod.cli.options")]


@pytest.mark.parametrize("words", ["ru", "stop ''", "volume rm ''", "network rm ''", "secret rm ''", "run --pull ''"])
def test_completion_needs_light_modules_only(words: str, tmp_path: Path) -> None:
    argv = ["pod", "--root", str(tmp_path), "__complete", "--", *shlex.split(words)]
    code = f"from pod.cli.main import main; main({argv!r})"
    imported(code)
    assert {m for m in imported(code) if not m.startswith("pod")} <= FREE


def test_a_listing_is_printed_with_light_modules_only(tmp_path: Path) -> None:
    code = f"from pod.cli.main import main; main(['pod', '--root', {str(tmp_path)!r}, 'ps', '-a'])"
    imported(code)  # reads the configuration files that this machine has, which later ones need not
    assert {m for m in imported(code) if not m.startswith("pod")} <= FREE
