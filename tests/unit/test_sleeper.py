"""A process that waits for long keeps little memory, and is as it was when it wakes up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pod.linux.memory import _unwritten
from tests.support.containers import eventually
from tests.support.folders import CHECKOUT

WAITER = """
import os, select, sys
sys.path.insert(0, sys.argv[1])
from pod.linux import files, memory, process
memory._FIRST_PATIENCE = 10.0
said = lambda: next(int(line.split()[1]) for line in open("/proc/self/smaps_rollup") if line.startswith("Rss:"))
reader, writer = os.pipe()
poll = select.poll()
poll.register(reader, select.POLLIN)
before = said()
pid = os.fork()
if pid == 0:
    os.read(0, 1)
    os.write(writer, b"x")
    os._exit(0)
print(before, flush=True)
print(memory.Sleeper().wait(poll, None) == [(reader, select.POLLIN)], memory.Sleeper().wait(poll, 0) != [])
"""


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))


def test_a_long_wait_gives_back_memory_and_ends_with_the_event() -> None:
    argv = [sys.executable, "-I", "-S", "-c", WAITER, str(CHECKOUT)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as waiter:
        assert waiter.stdin and waiter.stdout
        before = int(waiter.stdout.readline())
        eventually(lambda: _resident(waiter.pid) < before * 0.7, "the waiting process to give back its memory")
        waiter.stdin.write("x")
        waiter.stdin.close()
        assert waiter.stdout.read() == "True True\n"


def test_only_what_nobody_has_written_to_is_given_back() -> None:
    smaps = b"""\
00400000-0041f000 r--p 00000000 fd:00 11 /usr/bin/python3
Rss:                 124 kB
Anonymous:             0 kB
0041f000-006d2000 r-xp 0001f000 fd:00 11 /usr/bin/python3
Anonymous:             0 kB
00900000-00901000 r--p 00500000 fd:00 11 /usr/bin/python3
Anonymous:             4 kB
00901000-00a00000 rw-p 00501000 fd:00 11 /usr/bin/python3
Anonymous:             0 kB
7f0000000000-7f0000001000 r--p 00000000 00:00 0 [vvar]
Anonymous:             0 kB
7f0000002000-7f0000003000 r--s 00000000 fd:00 12 /usr/lib/gconv-modules.cache
Anonymous:             0 kB
7f0000004000-7f0000006000 r-xp 00000000 fd:00 13 /usr/lib/libc.so.6
Anonymous:             0 kB
"""
    assert _unwritten(smaps) == [
        (False, 0x1F000, 0x400000),
        (True, 0x2000, 0x7F0000004000),
        (True, 0x2B3000, 0x41F000),
    ]
