"""Giving back the pages that only the start of a process needed: there are fewer, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from pod.linux import files, idle_memory

def resident():
    return int(files.read_bytes("/proc/self/statm").split()[1])

def work():
    return sorted({str(n): n * n for n in range(5000)}.items())[-1], "%.3f" % 2.5, eval("2 ** 100")

before, worked = resident(), work()
idle_memory.give_back()
print(before, resident(), work() == worked)
import json, _socket
print(json.dumps([1, 2]))
"""


def test_pages_of_the_interpreter_go_and_come_back_as_they_were() -> None:
    argv = [sys.executable, "-IS", "-c", PROGRAM, str(CHECKOUT)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    first, second = done.stdout.splitlines()
    before, after, same = first.split()
    assert int(after) < int(before) * 0.9
    assert same == "True" and second == "[1, 2]"
