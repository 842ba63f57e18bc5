"""The file with the hot commands' modules: what is imported from it, and what happens when it does not fit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pod import hot_modules

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hot") / "hot-modules.bin"
    run(f"from pod.hot_modules import write; write({str(path)!r})")
    return path


def run(code: str) -> str:
    start = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); "
    argv = [sys.executable, "-I", "-S", "-B", "-c", start + code]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout


def test_a_hot_module_comes_from_the_file_and_knows_its_source(hot: Path) -> None:
    said = run(
        f"from pod.hot_modules import use; use({str(hot)!r}); import pod.engine.run as m; "
        "print(type(m.__spec__.loader).__name__, m.__file__)"
    )
    assert said.split() == ["_Finder", str(CHECKOUT / "pod/engine/run.py")]


def test_a_module_that_the_file_does_not_hold_is_imported_as_ever(hot: Path) -> None:
    said = run(
        f"from pod.hot_modules import use; use({str(hot)!r}); import pod.oci.config_changes as m; "
        "print(type(m.__spec__.loader).__name__)"
    )
    assert said.strip() == "SourceFileLoader"


def test_all_that_run_needs_is_in_the_file(hot: Path) -> None:
    said = run(
        f"from pod.hot_modules import use; use({str(hot)!r}); import pod.engine.run, pod.engine.monitor.main; "
        "print([n for n, m in sys.modules.items() if n.startswith('pod.') and n != 'pod.hot_modules' "
        "and type(m.__spec__.loader).__name__ != '_Finder'])"
    )
    assert said.strip() == "[]"


@pytest.mark.parametrize("content", [b"", b"\0" * 8, b"garbage that is longer than its header", b"\xff" * 64])
def test_a_broken_file_is_passed_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hot-modules.bin"
    path.write_bytes(content)
    before = list(sys.meta_path)
    hot_modules.use(str(path))
    assert sys.meta_path == before


def test_a_file_of_another_interpreter_is_passed_over(hot: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(hot.read_bytes().replace(hot_modules._magic(), b"\x01\x02\r\n", 1))
    before = list(sys.meta_path)
    hot_modules.use(str(other))
    assert sys.meta_path == before
