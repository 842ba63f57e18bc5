"""Classic BPF for seccomp: comparisons of system call arguments and a search tree over system call numbers.

A piece of code is a list of instructions that is entered at its top. Pieces are put together from the end backwards,
so every jump distance is known when its instruction is made and no labels are needed.

Only instructions that the kernel's action cache understands come before an argument is looked at (load of nr and
arch, JEQ, JGE, JA, RET): the kernel then finds out, once, which calls are always allowed and runs no filter for them
(`seccomp_cache_prepare`, Linux 5.11).
"""

from __future__ import annotations

import struct

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    Instruction = tuple[int, int, int, int]  # struct sock_filter: code, jt, jf, k
    Code = list[Instruction]

MAX_INSTRUCTIONS = 4096  # BPF_MAXINSNS
_MAX_JUMP = 255  # jt and jf are bytes

# linux/bpf_common.h, the combinations that are used
LD_W_ABS = 0x20
ALU_AND_K = 0x54
JMP_JA = 0x05
JMP_JEQ_K = 0x15
JMP_JGT_K = 0x25
JMP_JGE_K = 0x35
RET_K = 0x06

# struct seccomp_data, linux/seccomp.h
_OFFSET_NR = 0
_OFFSET_ARCH = 4
_OFFSET_ARGS = 16

_LOW = 0xFFFFFFFF


def assemble(code: Code) -> bytes:
    """Return the program as an array of `struct sock_filter`."""
    if len(code) > MAX_INSTRUCTIONS:
        raise ValueError(f"{len(code)} instructions, the kernel takes {MAX_INSTRUCTIONS}")
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def ret(value: int) -> Code:
    return [(RET_K, 0, 0, value)]


def dispatch_arch(blocks: list[tuple[int, Code]], otherwise: Code) -> Code:
    """Enter the block of the first architecture that fits `seccomp_data.arch`, each with the call's number loaded."""
    code = otherwise
    for audit, block in reversed(blocks):
        body = [(LD_W_ABS, 0, 0, _OFFSET_NR), *block]
        code = [(JMP_JEQ_K, 1, 0, audit), (JMP_JA, 0, 0, len(body)), *body, *code]
    return [(LD_W_ABS, 0, 0, _OFFSET_ARCH), *code]


def search(ranges: list[tuple[int, Code]]) -> Code:
    """Binary search: enter the code of the last range whose start is not above the loaded number.

    `ranges` is sorted by start, and the first of them starts at the lowest number that can come.
    """
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    left, right = search(ranges[:middle]), search(ranges[middle:])
    start = ranges[middle][0]
    if len(left) <= _MAX_JUMP:
        return [(JMP_JGE_K, len(left), 0, start), *left, *right]
    return [(JMP_JGE_K, 0, 1, start), (JMP_JA, 0, 0, len(left)), *left, *right]


class Comparison(Record):
    """A condition on one argument of a system call."""

    index: int
    op: str  # EQ, NE, LT, LE, GT, GE, all unsigned, or MASKED_EQ: `value` is the mask
    value: int
    value_two: int = 0  # what the mask must leave; its bits outside the mask do not count, as in libseccomp
    narrow: bool = False  # look at the low 32 bits of everything


def when(comparisons: tuple[Comparison, ...], then: Code, *, big_endian: bool) -> Code:
    """Enter `then` if every comparison holds, else go on behind it."""
    code = then
    for comparison in reversed(comparisons):
        code = [*_compare(comparison, len(code), big_endian), *code]
    return code


def _compare(this: Comparison, distance: int, big_endian: bool) -> Code:
    """Return code that falls off its end if the comparison holds, and jumps `distance` beyond its end if not."""
    first = _OFFSET_ARGS + 8 * this.index
    high, low = (first, first + 4) if big_endian else (first + 4, first)
    if this.op == "MASKED_EQ":
        code = _masked_word(low, this.value & _LOW, this.value_two & _LOW, distance)
        return (
            code if this.narrow else [*_masked_word(high, this.value >> 32, this.value_two >> 32, 3 + distance), *code]
        )
    positive = {"NE": "EQ", "LT": "GE", "LE": "GT"}.get(this.op, this.op)
    yes, no = (0, distance) if positive == this.op else (distance, 0)  # where to jump, counted from the end
    test = {"EQ": JMP_JEQ_K, "GT": JMP_JGT_K, "GE": JMP_JGE_K}[positive]
    code = [(LD_W_ABS, 0, 0, low), (test, yes, no, this.value & _LOW)]
    if this.narrow:
        return code
    code.insert(0, (JMP_JEQ_K, 0, 2 + no, this.value >> 32))
    if positive != "EQ":
        code.insert(0, (JMP_JGT_K, 3 + yes, 0, this.value >> 32))
    return [(LD_W_ABS, 0, 0, high), *code]


def _masked_word(offset: int, mask: int, wanted: int, distance: int) -> Code:
    return [(LD_W_ABS, 0, 0, offset), (ALU_AND_K, 0, 0, mask), (JMP_JEQ_K, 0, distance, wanted & mask)]
