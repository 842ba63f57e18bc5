"""Pieces of BPF code do what their names say, on every value that can matter."""

from __future__ import annotations

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.runtime import bpf
from pod.runtime.bpf import Comparison
from tests.support import bpf_machine

ARCH = 0xC000003E
YES, NO = 0x7FFF0000, 0x00050001
MEANING = {
    "EQ": operator.eq,
    "NE": operator.ne,
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
}

near = st.sampled_from((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32, (1 << 32) + 1, 1 << 63, (1 << 64) - 1))
words = near | st.integers(0, (1 << 64) - 1) | near.map(lambda value: max(0, value - 1))


def holds(this: Comparison, arg: int) -> bool:
    """What a comparison means, straight from the OCI runtime specification."""
    value, two = this.value, this.value_two
    if this.narrow:
        arg, value, two = arg & 0xFFFFFFFF, value & 0xFFFFFFFF, two & 0xFFFFFFFF
    if this.op == "MASKED_EQ":
        return arg & value == two & value
    return bool(MEANING[this.op](arg, value))


@given(
    st.lists(st.tuples(st.sampled_from((*MEANING, "MASKED_EQ")), words, words, st.booleans()), min_size=1, max_size=6),
    st.lists(words, min_size=6, max_size=6),
    st.booleans(),
)
def test_comparisons_hold_together_exactly_when_each_holds(
    raw: list[tuple[str, int, int, bool]], args: list[int], big_endian: bool
) -> None:
    comparisons = tuple(Comparison(index, *rest) for index, rest in enumerate(raw))
    code = [*bpf.when(comparisons, bpf.ret(YES), big_endian=big_endian), *bpf.ret(NO)]
    program = bpf_machine.load(bpf.assemble(code))
    expected = YES if all(holds(this, args[this.index]) for this in comparisons) else NO
    assert bpf_machine.run(program, ARCH, 0, tuple(args), big_endian=big_endian) == expected


@given(st.sampled_from((*MEANING, "MASKED_EQ")), words, words, words, st.booleans())
def test_a_comparison_holds_on_the_values_around_its_own(
    op: str, value: int, two: int, other: int, narrow: bool
) -> None:
    this = Comparison(3, op, value, two, narrow)
    program = bpf_machine.load(bpf.assemble([*bpf.when((this,), bpf.ret(YES), big_endian=False), *bpf.ret(NO)]))
    for arg in (value, value + 1, value - 1, value ^ 1 << 32, value ^ 1 << 63, two, other):
        arg &= (1 << 64) - 1
        expected = YES if holds(this, arg) else NO
        assert bpf_machine.run(program, ARCH, 0, (0, 0, 0, arg)) == expected


@given(st.lists(st.integers(1, 0xFFFFFFFF), unique=True, max_size=400), st.integers(0, 0xFFFFFFFF))
def test_search_enters_the_range_that_a_number_is_in(starts: list[int], number: int) -> None:
    starts = [0, *sorted(starts)]
    ranges = [(start, bpf.ret(place)) for place, start in enumerate(starts)]
    program = bpf_machine.load(bpf.assemble(bpf.dispatch_arch([(ARCH, bpf.search(ranges))], bpf.ret(NO))))
    for probe in (number, *starts[:3], *(start - 1 for start in starts[-3:] if start)):
        expected = max(place for place, start in enumerate(starts) if start <= probe)
        assert bpf_machine.run(program, ARCH, probe) == expected


def test_search_finds_every_one_of_many_in_a_logarithm_of_steps() -> None:
    """So many that halves are further apart than the 255 instructions that a conditional jump can skip."""
    ranges = [(start, bpf.ret(start)) for start in range(1024)]
    program = bpf_machine.load(bpf.assemble(bpf.dispatch_arch([(ARCH, bpf.search(ranges))], bpf.ret(NO))))
    assert [bpf_machine.run(program, ARCH, number) for number in range(1024)] == list(range(1024))
    assert max(bpf_machine.steps(program, ARCH, number) for number in range(1024)) <= 4 + 2 * 10


def test_each_architecture_enters_its_own_block_and_a_strange_one_none() -> None:
    blocks = [(arch, [*bpf.ret(1)] * 300) for arch in (0x1, 0x2)] + [(0x3, bpf.ret(3))]
    program = bpf_machine.load(bpf.assemble(bpf.dispatch_arch(blocks, bpf.ret(NO))))
    assert [bpf_machine.run(program, arch, 0) for arch in (1, 2, 3, 4)] == [1, 1, 3, NO]


def test_a_program_that_the_kernel_would_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="4097 instructions, the kernel takes 4096"):
        bpf.assemble(bpf.ret(0) * 4097)
