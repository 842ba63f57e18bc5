"""What hot commands import, to the last module: two thirds of the time that they take goes there.

`hot_imports.txt` lists it. A change that needs a module more says so there: `POD_WRITE_IMPORTS=1 python -m pytest
tests/system/test_hot_imports.py` writes the file anew. It may not grow beyond the budgets below.
"""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.folders import CHECKOUT
from tests.unit.test_cli_imports import FREE

GOLDEN = Path(__file__).with_name("hot_imports.txt")
BUDGET = {
    "run": 110,
    "exec": 65,
    "ps": 45,
    "start": 95,
    "stop": 42,
    "rm": 49,
    "logs": 43,
    "inspect": 59,
    "images": 54,
}
COMMANDS = {
    "run": ["run", "--rm", "--network", "none", "busybox", "true"],
    "exec": ["exec", "hot", "true"],
    "ps": ["ps", "-a"],
    "start": ["start", "other"],
    "stop": ["stop", "-t", "0", "other"],
    "rm": ["rm", "gone"],
    "logs": ["logs", "hot"],
    "inspect": ["inspect", "hot"],
    "images": ["images"],
}
ENTERING = ("run", "exec", "start", "rm")
"""Those that join the user's namespace; the others have no use for ctypes."""
SHA256 = {"_sha256", "_sha2"}
BEFORE = {
    "start": ["stop", "-t", "0", "other"],
    "stop": ["start", "other"],
    "rm": ["create", "--name", "gone", "--network", "none", "busybox", "true"],
}
"""What makes it possible to do a command again."""
PROGRAM = """\
import os, sys
folder = sys.argv.pop(1)
sys.path.insert(0, sys.argv.pop(1))
leave = os._exit

def exit(code):
    with open(f"{folder}/{os.getpid()}", "w") as file:
        print(*sys.modules, file=file)
    leave(code)

os._exit = exit
from pod.__main__ import main
main()
"""
"""pod's launcher, which leaves a list of the modules of each process at its end: the command's, and the monitor's."""


@pytest.fixture(scope="module")
def lean(pod: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """pod without this machine's containers.conf, whose settings bring parsers of their own.

    What is kept of configuration files is the user's: tests beside this one have other files.
    """
    folder = tmp_path_factory.mktemp("configuration")
    empty = folder / "containers.conf"
    empty.write_text("")
    folder.chmod(0o700)
    lean = pod.with_env(CONTAINERS_CONF=str(empty), XDG_RUNTIME_DIR=str(folder))
    for name in ("hot", "other"):
        lean("run", "-d", "--name", name, "--network", "none", "busybox", "sleep", "1000").ok()
    yield lean
    lean("rm", "-f", "-t", "0", "hot", "other", "gone").ok()


def imported(lean: CommandLine, words: list[str], folder: Path) -> set[str]:
    program = folder / "program"
    program.write_text(PROGRAM)
    lists = folder / "lists"
    lists.mkdir()
    argv = [sys.executable, "-IS", str(program), str(lists), str(CHECKOUT), *lean.prefix[1:], *words]
    subprocess.run(argv, env=lean.env, check=True, timeout=60, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return {name for path in lists.iterdir() for name in path.read_text().split()}


def golden() -> dict[str, set[str]]:
    """Return the modules by command, as the file has them: a line `run: 100 modules`, then a module on each line."""
    found: dict[str, set[str]] = {}
    for line in GOLDEN.read_text().splitlines():
        if ":" in line:
            found[command := line.partition(":")[0]] = set()
        elif line:
            found[command].add(line.strip())
    return found


def write(command: str, modules: set[str]) -> None:
    known = {**golden(), command: modules}
    sections = [
        [f"{name}: {len(known[name])} modules", *(f"  {m}" for m in sorted(known[name]))]
        for name in COMMANDS
        if name in known
    ]
    GOLDEN.write_text("\n\n".join("\n".join(section) for section in sections) + "\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_hot_command_imports_what_is_written_down(lean: CommandLine, command: str, tmp_path: Path) -> None:
    prepare = BEFORE.get(command, ["--version"])
    lean(*prepare).ok()
    lean(*COMMANDS[command]).ok()  # fills the caches that a later one reads
    lean(*prepare).ok()
    modules = imported(lean, COMMANDS[command], tmp_path)
    ours = {name for name in modules if name.partition(".")[0] == "pod"}
    assert modules - ours <= FREE | {"resource", "ctypes", "_ctypes", "ctypes._endian", "types", "gc"} | SHA256
    assert command in ENTERING or "ctypes" not in modules
    if os.environ.get("POD_WRITE_IMPORTS"):
        write(command, ours)
    assert sorted(ours) == sorted(golden()[command])
    assert len(ours) <= BUDGET[command]


def test_what_hot_commands_import_is_in_the_one_file_of_an_installation(tmp_path: Path) -> None:
    path = tmp_path / "hot-modules.bin"
    code = f"import sys; sys.path[:0] = [{str(CHECKOUT)!r}]; from pod.hot_modules import write; write({str(path)!r})"
    subprocess.run([sys.executable, "-IS", "-c", code], check=True, timeout=60)
    content = path.read_bytes()
    _magic, index = marshal.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert set().union(*golden().values()) <= {*index, "pod.__main__"}
