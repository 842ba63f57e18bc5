"""From a seccomp profile to a BPF program: which rules apply here, and what each system call number leads to.

What several rules for one call mean together:
- a rule whose action is the default's says nothing and is left out;
- a rule without comparisons decides alone, and the first such rule wins;
- of the others, the strictest whose comparisons hold wins, in the kernel's own order of actions; if none holds, the
  default does;
- several comparisons of one argument in one rule are alternatives.
Docker and Podman, through runc or crun and libseccomp, come to the same as long as no two conditional rules of a call
hold at once (tests/system/test_seccomp_filter.py compares). Where they overlap libseccomp is not a measure: it builds a
tree that never turns back, so it can miss a rule that holds and answer with the default, be that stricter or not.

Arguments that the kernel reads as 32 bits are compared as 32 bits (syscall_table.is_int).
"""

from __future__ import annotations

import errno
import os

from pod.errors import PodError
from pod.runtime import bpf, syscall_table
from pod.runtime.bpf import Comparison
from pod.runtime.seccomp_profile import (
    ALLOW,
    ERRNO,
    KILL_PROCESS,
    LOG,
    TRACE,
    Profile,
    Rule,
    action_of,
    strictness,
    to_oci,
)
from pod.runtime.syscall_table import ARCHITECTURES, ARM_PRIVATE, IPC, SOCKETCALL, X32_SYSCALL_BIT, Architecture

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from pod.runtime.bpf import Code

    Outcome = tuple[int, tuple[Comparison, ...]]  # an action, and when

_SKIPPED = 0xFFFFFFFF  # the number that a tracer sets to have a call skipped


def compile_profile(
    profile: Profile,
    *,
    capabilities: Collection[str],
    arch: str | None = None,
    kernel: tuple[int, int] | None = None,
) -> bytes:
    """Return the filter program for this machine (or the given architecture and kernel) and these capabilities.

    `capabilities` is the container's bounding set, as names. Raises PodError.
    """
    native = _native(profile, arch)
    rules = _select(profile, capabilities, native, kernel)
    tables = syscall_table.load()
    family = _family(profile, native)
    blocks = []
    for audit in dict.fromkeys(member.audit for member in family):  # x86_64 and x32 share one
        starts: dict[int, Code] = {}
        for member in family:
            if member.audit == audit:
                starts.update(_starts(member, profile, rules, tables[member.name]))
        blocks.append((audit, bpf.search(_merge(starts))))
    try:
        return bpf.assemble(bpf.dispatch_arch(blocks, bpf.ret(KILL_PROCESS)))
    except ValueError as err:
        raise PodError(f"seccomp profile {profile.name} is too large: {err}") from err


def resolve_to_oci(profile: Profile, capabilities: Collection[str]) -> dict[str, Any]:
    """Return the profile as the `linux.seccomp` object of a config.json, for external runtimes."""
    native = _native(profile, None)
    names = tuple(member.name for member in _family(profile, native))
    return to_oci(profile, _select(profile, capabilities, native, None), names)


def _native(profile: Profile, arch: str | None) -> Architecture:
    name = arch or syscall_table.native()
    if name is None or name not in ARCHITECTURES:
        machine = name or os.uname().machine
        raise PodError(
            f"seccomp profile {profile.name}: no system call table for {machine}",
            hint="--security-opt seccomp=unconfined runs without a filter",
        )
    return ARCHITECTURES[name]


def _family(profile: Profile, native: Architecture) -> list[Architecture]:
    """Return the native architecture and those beside it that the profile lets in."""
    asked = (*profile.companions.get(native.name, ()), *profile.architectures)
    return [native, *(ARCHITECTURES[name] for name in native.companions if name in asked)]


def _select(
    profile: Profile, capabilities: Collection[str], native: Architecture, kernel: tuple[int, int] | None
) -> tuple[Rule, ...]:
    running = kernel or kernel_version()
    return tuple(
        rule
        for rule in profile.rules
        if rule.action != profile.default and rule.applies(capabilities, native.goarch, running)
    )


def kernel_version() -> tuple[int, int]:
    """Return the running kernel's version, as far as profiles compare it."""
    major, _, rest = os.uname().release.partition(".")
    minor = rest.partition(".")[0].partition("-")[0]
    return int(major), int(minor)


def _starts(
    member: Architecture, profile: Profile, rules: tuple[Rule, ...], numbers: dict[str, int]
) -> dict[int, Code]:
    """Return where ranges of numbers start that lead to the same, and to what; from the lowest number on."""
    last = _last_known(profile, numbers)
    default, unseen = bpf.ret(profile.default), bpf.ret(_for_unseen(profile.default))

    def background(number: int) -> Code:
        return default if last is None or number <= last else unseen

    starts = {member.offset: background(member.offset)}
    if last is not None:
        starts[last + 1] = unseen
    for number, outcomes in sorted(_outcomes(member, rules, numbers).items()):
        starts[number] = _decide(outcomes, profile.default, member)
        starts[number + 1] = background(number + 1)  # the next number's rules replace it where they follow at once
    if member.name == "x86_64":  # above are x32's numbers; they follow, and replace this, if the profile lets x32 in
        starts[X32_SYSCALL_BIT] = bpf.ret(KILL_PROCESS)
        starts[_SKIPPED] = default
    return starts


def _outcomes(member: Architecture, rules: tuple[Rule, ...], numbers: dict[str, int]) -> dict[int, list[Outcome]]:
    """Return what the rules say of each number, in their order; names that the architecture lacks say nothing."""
    found: dict[int, list[Outcome]] = {}
    for rule in rules:
        for name in rule.names:
            if name in numbers:
                for comparisons in _alternatives(rule.comparisons, name, member):
                    found.setdefault(numbers[name], []).append((rule.action, comparisons))
            if member.multiplexed and not rule.comparisons:
                # the arguments behind socketcall(2) and ipc(2) are in memory, where no filter can look
                for door, calls in (("socketcall", SOCKETCALL), ("ipc", IPC)):
                    if name in calls:  # ipc's call has a version in its upper half
                        this = Comparison(0, "MASKED_EQ", 0xFFFF, calls[name], narrow=True)
                        found.setdefault(numbers[door], []).append((rule.action, (this,)))
    return found


def _alternatives(comparisons: tuple[Comparison, ...], name: str, member: Architecture) -> list[tuple[Comparison, ...]]:
    """Return the sets of comparisons of which one must hold, each with its width settled."""
    settled = tuple(
        this.replace(narrow=member.narrow or syscall_table.is_int(name, this.index)) for this in comparisons
    )
    if len({this.index for this in settled}) == len(settled):
        return [settled]
    return [(this,) for this in settled]


def _decide(outcomes: list[Outcome], default: int, member: Architecture) -> Code:
    """Return the code that picks one of the actions that the rules have for a call; see the top of this file."""
    for action, comparisons in outcomes:
        if not comparisons:
            return bpf.ret(action)
    code = bpf.ret(default)
    by_strictness = sorted(outcomes, key=lambda outcome: strictness(outcome[0]))
    for action, comparisons in reversed(by_strictness):
        code = [*bpf.when(comparisons, bpf.ret(action), big_endian=member.big_endian), *code]
    return code


def _for_unseen(default: int) -> int:
    """Return what happens to calls that are newer than every one the profile speaks of: ENOSYS, as in runc and crun.

    Programs and C libraries then fall back to older calls, where they take EPERM for a final answer. A tracer is left
    to decide for itself.
    """
    return default if action_of(default) in (ALLOW, LOG, TRACE) else ERRNO | errno.ENOSYS


def _last_known(profile: Profile, numbers: dict[str, int]) -> int | None:
    """Return the highest ordinary number that the profile speaks of, whether or not the rule applies here."""
    known = (numbers[name] for rule in profile.rules for name in rule.names if name in numbers)
    return max((number for number in known if number & 0xFFFFFFF < ARM_PRIVATE), default=None)


def _merge(starts: dict[int, Code]) -> list[tuple[int, Code]]:
    """Return the ranges in order, neighbours that lead to the same made one."""
    ranges: list[tuple[int, Code]] = []
    for start, code in sorted(starts.items()):
        if not ranges or ranges[-1][1] != code:
            ranges.append((start, code))
    return ranges
