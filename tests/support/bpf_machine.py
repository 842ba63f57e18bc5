"""Runs seccomp programs as the kernel would: the checks of seccomp_check_filter, then the classic BPF instructions."""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable

LD_W_ABS, RET_K, RET_A = 0x20, 0x06, 0x16
ALU_AND_K, JMP_JA, JMP_JEQ_K, JMP_JGT_K, JMP_JGE_K, JMP_JSET_K = 0x54, 0x05, 0x15, 0x25, 0x35, 0x45
_JUMPS: dict[int, Callable[[int, int], object]] = {
    JMP_JEQ_K: operator.eq,
    JMP_JGT_K: operator.gt,
    JMP_JGE_K: operator.ge,
    JMP_JSET_K: operator.and_,
}
_SIZE_OF_SECCOMP_DATA = 64

Instructions = list[tuple[int, int, int, int]]


def load(program: bytes) -> Instructions:
    """Take a program apart; one that the kernel would refuse fails the test."""
    assert len(program) % 8 == 0
    instructions = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    assert 0 < len(instructions) <= 4096
    for at, (code, if_true, if_false, k) in enumerate(instructions):
        assert code in (LD_W_ABS, RET_K, RET_A, ALU_AND_K, JMP_JA, *_JUMPS), f"instruction {at}: code {code:#x}"
        assert 0 <= k < 1 << 32
        if code == LD_W_ABS:
            assert k % 4 == 0 and k + 4 <= _SIZE_OF_SECCOMP_DATA
        for distance in (if_true, if_false) if code in _JUMPS else (k,) if code == JMP_JA else ():
            assert at + 1 + distance < len(instructions), f"instruction {at} jumps out of the program"
    assert instructions[-1][0] in (RET_K, RET_A)
    return instructions


def run(
    instructions: Instructions, arch: int, number: int, args: tuple[int, ...] = (), *, big_endian: bool = False
) -> int:
    """Return what the program says of a system call."""
    return _execute(instructions, arch, number, args, big_endian)[0]


def steps(instructions: Instructions, arch: int, number: int, *, big_endian: bool = False) -> int:
    """Return how many instructions the program takes to decide on a call whose arguments are all 0."""
    return _execute(instructions, arch, number, (), big_endian)[1]


def _execute(
    instructions: Instructions, arch: int, number: int, args: tuple[int, ...], big_endian: bool
) -> tuple[int, int]:
    words = (*args, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack(">IIQ6Q" if big_endian else "<IIQ6Q", number, arch, 0, *words)
    accumulator, at, count = 0, 0, 0
    while True:
        code, if_true, if_false, k = instructions[at]
        at, count = at + 1, count + 1
        if code == RET_K:
            return k, count
        if code == RET_A:
            return accumulator, count
        if code == LD_W_ABS:
            (accumulator,) = struct.unpack_from(">I" if big_endian else "<I", data, k)
        elif code == ALU_AND_K:
            accumulator &= k
        elif code == JMP_JA:
            at += k
        else:
            at += if_true if _JUMPS[code](accumulator, k) else if_false
