"""`cp` of every kind of source to every kind of target, both ways, beside Podman: the same files, the same exit codes.

Where Podman differs, it differs from Docker's rules too (docker-cp(1), "DESCRIPTION"), and the table says how.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import sleeping

SOURCES = ("file", "dir", "dir/.", "tofile", "missing")
TARGETS = ("", "file", "dir/", "new", "new/")
CASES = tuple(product(SOURCES, TARGETS))
PREPARE = """
mkdir -p s/dir/sub d/dir/dir; echo new >s/file; echo a >s/dir/a; echo b >s/dir/sub/b; chmod 2750 s/dir/sub
ln -s file s/tofile; echo old >d/file; echo kept >d/dir/kept; echo olda >d/dir/dir/a
"""
LOOK = """
cd d; find . -exec stat -c '%n %F %a' {} + | sort; find . -type f -exec grep -H . {} + | sort
find . -type l -exec readlink {} + | sort
"""

NAMED_BY_TARGET = "what a link leads to comes out under its own name; in, and with Docker, under the link's"
NO_NEW_FOLDER = "a slash behind a new name is refused: Docker makes the folder"
OTHER_RULES = {
    **{("out", "tofile", target): NAMED_BY_TARGET for target in ("", "dir/")},
    **{(way, source, "new/"): NO_NEW_FOLDER for way in ("in", "out") for source in ("dir", "dir/.")},
}


def copied(engine: CommandLine, folder: Path) -> dict[tuple[str, str, str], tuple[int, list[str]]]:
    """Make every copy of the table; return each exit code, and what is at the target then."""
    seen = {}
    with sleeping(engine) as name:
        numbers = range(len(CASES))
        prepared = "".join(f"mkdir -p /w/{number}; cd /w/{number}; {PREPARE}" for number in numbers)
        engine("exec", name, "sh", "-c", prepared).ok()
        for number, (source, target) in enumerate(CASES):
            here = folder / str(number)
            here.mkdir(parents=True)
            subprocess.run(["sh", "-c", PREPARE], cwd=here, check=True)
            out = engine("cp", f"{name}:/w/{number}/s/{source}", f"{here}/d/{target}").code
            found = subprocess.run(["sh", "-c", LOOK], cwd=here, check=True, capture_output=True, text=True).stdout
            seen["out", source, target] = out, found.splitlines()
            seen["in", source, target] = engine("cp", f"{here}/s/{source}", f"{name}:/w/{number}/d/{target}").code, []
        look = "".join(f"cd /w/{number}; {LOOK} echo ---\n" for number in numbers)
        parts = engine("exec", name, "sh", "-c", look).ok().stdout.split("---\n")
        for (source, target), found in zip(CASES, parts, strict=False):
            seen["in", source, target] = seen["in", source, target][0], found.splitlines()
    return seen


@pytest.fixture
def folder(pod: CommandLine, tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "copies"
    pod("unshare", "rm", "-rf", tmp_path / "copies").ok()


def test_copies_are_podmans(pod: CommandLine, podman: CommandLine, folder: Path) -> None:
    with ThreadPoolExecutor() as both:
        ours, theirs = both.map(copied, (pod, podman), (folder / "pod", folder / "podman"))
    different = {case for case in ours if ours[case] != theirs[case]}
    assert different == set(OTHER_RULES), {case: (ours[case], theirs[case]) for case in different ^ set(OTHER_RULES)}
