"""A compiled filter decides as its profile says: beside a plain reading of the profile, and claim by claim."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pod.errors import PodError
from pod.runtime import seccomp, seccomp_compile, seccomp_profile, syscall_table
from pod.runtime.capabilities import NAMES as CAPABILITIES
from pod.runtime.capabilities import PODMAN_DEFAULT
from pod.runtime.seccomp_profile import ALLOW, ERRNO, KILL_PROCESS, LOG, TRACE, Profile, strictness
from pod.runtime.syscall_table import ARCHITECTURES, IPC, SOCKETCALL
from tests.support import bpf_machine
from tests.unit.test_bpf import holds

EPERM, EINVAL, ENOSYS = ERRNO | 1, ERRNO | 22, ERRNO | 38
X86_64, I386, X32 = 0xC000003E, 0x40000003, 1 << 30
TABLES = syscall_table.load()
KERNEL = (6, 1)
NATIVE = [name for name in ARCHITECTURES if name != "x32"]  # no kernel has x32 for its own
DEFAULT = seccomp_profile.parse(Path(seccomp._DEFAULT_FILE).read_bytes(), "default")


class Machine:
    """A compiled profile that answers what would happen to a call by its name."""

    def __init__(self, profile: Profile | dict[str, Any], capabilities: Any = PODMAN_DEFAULT, arch: str = "x86_64"):
        if isinstance(profile, dict):
            profile = seccomp_profile.parse(profile, "test")
        program = seccomp_compile.compile_profile(profile, capabilities=capabilities, arch=arch, kernel=KERNEL)
        self.instructions = bpf_machine.load(program)
        self.arch = arch

    def __call__(self, name: str | int, *args: int, arch: str = "") -> int:
        arch = arch or self.arch
        number = TABLES[arch][name] if isinstance(name, str) else name
        big_endian = ARCHITECTURES[arch].big_endian
        return bpf_machine.run(self.instructions, ARCHITECTURES[arch].audit, number, args, big_endian=big_endian)


def profile(*rules: dict[str, Any], default: str = "SCMP_ACT_ERRNO", **more: Any) -> dict[str, Any]:
    return {"defaultAction": default, "syscalls": list(rules), **more}


def allow(*names: str, **more: Any) -> dict[str, Any]:
    return {"names": list(names), "action": "SCMP_ACT_ALLOW", **more}


def arg(index: int, op: str, value: int, two: int = 0) -> dict[str, Any]:
    return {"index": index, "op": f"SCMP_CMP_{op}", "value": value, "valueTwo": two}


# --- beside a plain reading -------------------------------------------------------------------------------------


def plain_reading(this: Profile, capabilities: Any, native: str, audit: int, number: int, args: tuple[int, ...]) -> int:
    """Evaluate a profile for one call, rule by rule, as the top of seccomp_compile says it in words."""
    asked = {*this.architectures, *this.companions.get(native, ())}
    family = [native, *(name for name in ARCHITECTURES[native].companions if name in asked)]
    if audit not in {ARCHITECTURES[name].audit for name in family}:
        return KILL_PROCESS
    if audit == X86_64 and number & X32:
        if number == 0xFFFFFFFF:
            return this.default
        if "x32" not in family:
            return KILL_PROCESS
        arch = ARCHITECTURES["x32"]
    else:
        arch = next(ARCHITECTURES[n] for n in family if ARCHITECTURES[n].audit == audit and n != "x32")
    numbers = TABLES[arch.name]
    says = []
    for rule in this.rules:
        if rule.action == this.default or not rule.applies(capabilities, ARCHITECTURES[native].goarch, KERNEL):
            continue
        for name in rule.names:
            if numbers.get(name) == number:
                tests = [
                    holds(c.replace(narrow=arch.narrow or syscall_table.is_int(name, c.index)), args[c.index])
                    for c in rule.comparisons
                ]
                repeated = len({c.index for c in rule.comparisons}) < len(rule.comparisons)
                says.append((bool(rule.comparisons), any(tests) if repeated else all(tests), rule.action))
            for door, calls in (("socketcall", SOCKETCALL), ("ipc", IPC)):
                behind_door = arch.multiplexed and name in calls and not rule.comparisons
                if behind_door and numbers[door] == number:
                    says.append((True, args[0] & 0xFFFF == calls[name], rule.action))
    for conditional, _, action in says:
        if not conditional:
            return action
    matching = [action for _, matches, action in says if matches]
    if matching:
        return min(matching, key=strictness)
    named = [numbers[n] for r in this.rules for n in r.names if n in numbers and numbers[n] & ~X32 < 0xF0000]
    unseen = not says and bool(named) and number > max(named)
    permissive = this.default in (ALLOW, LOG) or this.default & 0xFFFF0000 == TRACE
    return ENOSYS if unseen and not permissive else this.default


def numbers_of(arch: str) -> list[int]:
    offset = ARCHITECTURES[arch].offset
    edges = [0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0xEFFFF, 0xF0000, 0xF0006, 0xF0007]
    return [*range(offset, offset + 600), *TABLES[arch].values(), *edges]


@pytest.mark.parametrize("native", NATIVE)
@pytest.mark.parametrize("capabilities", [(), PODMAN_DEFAULT, CAPABILITIES], ids=["none", "default", "all"])
def test_the_default_profile_compiles_to_what_it_says(native: str, capabilities: tuple[str, ...]) -> None:
    machine = Machine(DEFAULT, capabilities, native)
    arguments = [(value, 0, two, 0, 0, 0) for value in (0, 1, 8, 16, 40, 0xFFFFFFFF, 1 << 40 | 40) for two in (0, 9)]
    for arch in (native, *ARCHITECTURES[native].companions):
        audit = ARCHITECTURES[arch].audit
        conditional = {TABLES[arch].get(name) for rule in DEFAULT.rules if rule.comparisons for name in rule.names}
        for number in numbers_of(arch):
            for args in arguments if number in conditional else arguments[:1]:
                expected = plain_reading(DEFAULT, capabilities, native, audit, number, args)
                assert machine(number, *args, arch=arch) == expected, (arch, number, args)


some_names = st.sampled_from(
    ["read", "write", "socket", "accept", "semop", "shmget", "ioctl", "clone", "personality", "mseal", "nonsense"]
)
some_values = st.sampled_from([0, 1, 2, 3, 40, 0xFFFFFFFF, 1 << 32, 1 << 32 | 40, (1 << 64) - 1])
some_actions = st.sampled_from([*seccomp_profile.ACTIONS])
comparisons = st.builds(
    arg, st.integers(0, 2), st.sampled_from(["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"]), some_values, some_values
)
rules = st.builds(
    lambda names, action, args: {"names": names, "action": action, "args": args},
    st.lists(some_names, min_size=1, max_size=4),
    some_actions,
    st.lists(comparisons, max_size=3),
)
some_architectures = st.lists(st.sampled_from(["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_ARM"]), max_size=2)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(rules, max_size=8),
    some_actions,
    some_architectures,
    st.sampled_from(NATIVE),
    st.lists(st.tuples(some_values, some_values, some_values), min_size=1, max_size=8),
)
def test_any_profile_compiles_to_what_it_says(
    raw: list[dict[str, Any]], default: str, architectures: list[str], native: str, arguments: list[tuple[int, ...]]
) -> None:
    document = profile(*raw, default=default, architectures=architectures)
    this = seccomp_profile.parse(document, "test")
    machine = Machine(this, arch=native)
    names = {*(name for rule in this.rules for name in rule.names), "socketcall", "ipc", "exit", "listns"}
    for arch in (native, *ARCHITECTURES[native].companions):
        for number in (*(TABLES[arch].get(name, 0) for name in names), 9999, X32 | 9999, 0xFFFFFFFF, 0xF0002):
            for args in arguments:
                expected = plain_reading(this, (), native, ARCHITECTURES[arch].audit, number, (*args, 0, 0, 0))
                assert machine(number, *args, arch=arch) == expected, (arch, number, args)


# --- the default profile, claim by claim ------------------------------------------------------------------------


def test_ordinary_calls_are_allowed() -> None:
    machine = Machine(DEFAULT)
    for name in ("read", "openat", "execve", "clone", "clone3", "mount", "unshare", "setns", "ptrace", "futex"):
        assert machine(name) == ALLOW, name


def test_calls_that_need_a_capability_are_refused_without_it_and_allowed_with_it() -> None:
    without, everything = Machine(DEFAULT, ()), Machine(DEFAULT, CAPABILITIES)
    for name in ("bpf", "chroot", "kcmp", "open_by_handle_at", "settimeofday", "init_module", "perf_event_open"):
        assert (without(name), everything(name)) == (EPERM, ALLOW), name


def test_one_of_two_capabilities_is_enough_where_either_serves() -> None:
    assert Machine(DEFAULT, ["CAP_BPF"])("bpf") == ALLOW
    assert Machine(DEFAULT, ["CAP_SYS_ADMIN"])("bpf") == ALLOW


def test_calls_that_no_container_needs_are_refused() -> None:
    machine = Machine(DEFAULT, CAPABILITIES)
    for name in ("kexec_load", "userfaultfd", "move_pages", "swapon", "vmsplice"):
        assert machine(name) == EPERM, name


def test_calls_that_the_profile_does_not_name_look_unknown() -> None:
    machine = Machine(DEFAULT, CAPABILITIES)
    assert {machine(name) for name in ("mseal", "io_uring_setup", "statmount", "add_key", 4000)} == {ENOSYS}


def test_personality_takes_only_the_usual_ones() -> None:
    machine = Machine(DEFAULT)
    for persona in (0, 8, 0x20000, 0x20008, 0xFFFFFFFF):
        assert machine("personality", persona) == ALLOW, persona
    assert machine("personality", 0x40000) == ENOSYS  # ADDR_NO_RANDOMIZE


def test_a_socket_to_the_hypervisor_is_refused() -> None:
    assert Machine(DEFAULT)("socket", 40, 1, 0) == EPERM
    assert Machine(DEFAULT, CAPABILITIES)("socket", 40, 1, 0) == EPERM
    assert Machine(DEFAULT)("socket", 2, 1, 0) == ALLOW


def test_a_high_bit_that_the_kernel_ignores_does_not_hide_an_argument() -> None:
    assert Machine(DEFAULT)("socket", 1 << 32 | 40, 1, 0) == EPERM
    no_tiocsti = profile(
        {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "args": [arg(1, "EQ", 0x5412)]}, default="SCMP_ACT_ALLOW"
    )
    assert Machine(no_tiocsti)("ioctl", 0, 1 << 40 | 0x5412) == EPERM


def test_the_audit_socket_needs_its_capability() -> None:
    assert Machine(DEFAULT)("socket", 16, 3, 9) == EINVAL
    assert Machine(DEFAULT)("socket", 16, 3, 0) == ALLOW
    assert Machine(DEFAULT, ["CAP_AUDIT_WRITE"])("socket", 16, 3, 9) == ALLOW


def test_32_bit_programs_have_their_own_numbers() -> None:
    machine = Machine(DEFAULT)
    assert machine("read", arch="x86") == ALLOW
    assert machine("kexec_load", arch="x86") == EPERM
    assert machine("vm86", arch="x86") == EPERM
    assert machine("read", arch="x32") == ALLOW


def test_the_filter_of_each_architecture_is_small_and_fast() -> None:
    for arch in ARCHITECTURES:
        machine = Machine(DEFAULT, PODMAN_DEFAULT, arch)
        assert len(machine.instructions) < 1000
        audit = ARCHITECTURES[arch].audit
        big_endian = ARCHITECTURES[arch].big_endian
        steps = [
            bpf_machine.steps(machine.instructions, audit, number, big_endian=big_endian)
            for number in TABLES[arch].values()
        ]
        assert max(steps) < 40


# --- profiles of others -----------------------------------------------------------------------------------------


def test_calls_newer_than_the_profile_look_unknown_whatever_the_default() -> None:
    for default in ("SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"):
        machine = Machine(profile(allow("read", "exit_group"), default=default))
        assert machine("exit_group") == ALLOW
        assert machine("ptrace") == machine("write") != ENOSYS
        assert machine("openat2") == ENOSYS


def test_a_permissive_default_lets_newer_calls_pass() -> None:
    refuse = {"names": ["ptrace"], "action": "SCMP_ACT_ERRNO"}
    for default, value in (("SCMP_ACT_ALLOW", ALLOW), ("SCMP_ACT_LOG", LOG)):
        assert Machine(profile(refuse, default=default))("openat2") == value


def test_the_first_unconditional_rule_decides_alone() -> None:
    refuse = {"names": ["setns"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}
    assert Machine(profile(allow("setns"), refuse))("setns") == ALLOW
    assert Machine(profile(refuse, allow("setns")))("setns") == ERRNO | 13
    assert Machine(profile({**refuse, "args": [arg(0, "EQ", 0)]}, allow("setns")))("setns", 0) == ALLOW


def test_of_conditional_rules_the_strictest_wins() -> None:
    kill = {"names": ["clone"], "action": "SCMP_ACT_KILL_PROCESS", "args": [arg(0, "GT", 10)]}
    machine = Machine(profile(allow("clone", args=[arg(0, "NE", 0)]), kill))
    assert [machine("clone", flags) for flags in (0, 5, 11)] == [EPERM, ALLOW, KILL_PROCESS]


def test_comparisons_of_one_argument_are_alternatives() -> None:
    machine = Machine(profile(allow("clone", args=[arg(0, "EQ", 1), arg(0, "EQ", 2)])))
    assert [machine("clone", flags) for flags in (1, 2, 3)] == [ALLOW, ALLOW, EPERM]


def test_masked_comparisons_see_clone_flags() -> None:
    new_user = arg(0, "MASKED_EQ", 0x10000000, 0)
    machine = Machine(profile(allow("clone", args=[new_user])))
    assert machine("clone", 0x1200011) == ALLOW
    assert machine("clone", 0x10000011) == EPERM


def test_a_rule_for_another_kernel_or_architecture_does_not_apply() -> None:
    rules = [
        allow("ptrace", includes={"minKernel": "6.2"}),
        allow("kcmp", includes={"minKernel": "4.8"}),
        allow("acct", includes={"arches": ["arm64"]}),
        allow("chroot", excludes={"arches": ["amd64"]}),
        allow("bpf", includes={"caps": ["CAP_BPF", "CAP_CHOWN"]}),
    ]
    machine = Machine(profile(*rules), capabilities=["CAP_BPF"])
    answers = {name: machine(name) for name in ("ptrace", "kcmp", "acct", "chroot", "bpf")}
    assert answers == {"ptrace": EPERM, "kcmp": ALLOW, "acct": EPERM, "chroot": EPERM, "bpf": EPERM}


def test_an_architecture_that_the_profile_leaves_out_is_killed() -> None:
    machine = Machine(profile(allow("read")))
    assert machine("read", arch="x86") == KILL_PROCESS
    assert machine("read", arch="x32") == KILL_PROCESS
    assert machine("read", arch="aarch64") == KILL_PROCESS


def test_a_call_that_a_tracer_skips_is_not_killed() -> None:
    assert Machine(profile(allow("read")))(0xFFFFFFFF) == EPERM


def test_socket_calls_of_32_bit_programs_pass_through_their_door() -> None:
    machine = Machine(profile(allow("accept", "shmget"), architectures=["SCMP_ARCH_X86"]))
    assert machine("socketcall", 5, arch="x86") == ALLOW
    assert machine("socketcall", 1, arch="x86") == EPERM
    assert machine("ipc", 1 << 16 | 23, arch="x86") == ALLOW


def test_a_profile_beyond_the_kernels_limit_is_refused_by_name() -> None:
    each = [allow(name, args=[arg(i, "GT", n) for i in range(6)]) for n, name in enumerate(TABLES["x86_64"])]
    with pytest.raises(PodError, match=r"seccomp profile test is too large: \d+ instructions, the kernel takes 4096"):
        Machine(profile(*each))


def test_an_unknown_machine_is_told_what_to_do() -> None:
    with pytest.raises(PodError, match="no system call table for vax") as caught:
        Machine(profile(), arch="vax")
    assert "seccomp=unconfined" in caught.value.hint


def test_an_external_runtime_gets_the_same_rules() -> None:
    document = seccomp.to_oci(seccomp.DEFAULT, PODMAN_DEFAULT)
    assert "includes" not in document["syscalls"][0]
    direct = seccomp_compile.compile_profile(DEFAULT, capabilities=PODMAN_DEFAULT)
    compiled = seccomp.from_oci(document, "config.json").program
    ours, theirs = bpf_machine.load(direct), bpf_machine.load(compiled)
    native = ARCHITECTURES[syscall_table.native() or ""]
    for number in numbers_of(native.name):
        for first in (0, 16, 40):
            args = (first, 0, 9)
            assert bpf_machine.run(ours, native.audit, number, args) == bpf_machine.run(
                theirs, native.audit, number, args
            )


# --- the table --------------------------------------------------------------------------------------------------

HEADERS = {
    "x86_64": "x86_64-linux-gnu/asm/unistd_64.h",
    "x86": "x86_64-linux-gnu/asm/unistd_32.h",
    "x32": "x86_64-linux-gnu/asm/unistd_x32.h",
}


@pytest.mark.parametrize("arch", HEADERS)
def test_numbers_are_those_of_the_installed_kernel_headers(arch: str) -> None:
    header = Path("/usr/include") / HEADERS[arch]
    if not header.exists():
        pytest.skip(f"{header} is not installed (package linux-libc-dev, of that architecture)")
    line = re.compile(r"#define __NR_(\w+) \(?(__X32_SYSCALL_BIT|__NR_SYSCALL_BASE)?(?: ?\+ ?)?(\d+)\)?$", re.M)
    found = {
        name: int(number) | (X32 if "X32" in base else 0) for name, base, number in line.findall(header.read_text())
    }
    assert len(found) > 300
    assert {name: TABLES[arch].get(name) for name in found} == found


def test_no_two_calls_of_an_architecture_share_a_number() -> None:
    for arch, numbers in TABLES.items():
        assert len(set(numbers.values())) == len(numbers), arch


# --- the cache --------------------------------------------------------------------------------------------------


def test_a_second_run_does_not_parse_or_compile(tmp_path: Path) -> None:
    script = (
        "import sys; from pod.runtime import seccomp; from pod.runtime.capabilities import PODMAN_DEFAULT\n"
        "program = seccomp.load_or_compile('builtin', PODMAN_DEFAULT, sys.argv[1]).program\n"
        "loaded = [name for name in ('json', 're', 'pod.runtime.bpf', 'pod.runtime.seccomp_profile',"
        " 'pod.runtime.seccomp_compile') if name in sys.modules]\n"
        "print(len(program), *loaded)"
    )
    outputs = []
    for _ in range(2):
        argv = [sys.executable, "-S", "-c", script, str(tmp_path / "cache")]
        root = Path(__file__).parents[2]
        outputs.append(subprocess.run(argv, cwd=root, check=True, capture_output=True, text=True).stdout.split())
    assert "pod.runtime.seccomp_compile" in outputs[0]
    assert outputs[1] == outputs[0][:1]


def test_a_changed_profile_is_compiled_anew(tmp_path: Path) -> None:
    path = tmp_path / "strict.json"
    path.write_text('{"defaultAction": "SCMP_ACT_ALLOW"}')
    first = seccomp.load_or_compile(str(path), (), str(tmp_path / "cache"))
    path.write_text('{"defaultAction": "SCMP_ACT_ERRNO"}')
    assert seccomp.load_or_compile(str(path), (), str(tmp_path / "cache")) != first


def test_other_capabilities_have_another_entry(tmp_path: Path) -> None:
    few = seccomp.load_or_compile(seccomp.DEFAULT, (), str(tmp_path))
    many = seccomp.load_or_compile(seccomp.DEFAULT, CAPABILITIES, str(tmp_path))
    assert few != many
    assert seccomp.load_or_compile(seccomp.DEFAULT, (), str(tmp_path)) == few
    assert len(list(tmp_path.iterdir())) == 2


def test_a_torn_entry_is_made_again(tmp_path: Path) -> None:
    whole = seccomp.load_or_compile(seccomp.DEFAULT, (), str(tmp_path))
    (entry,) = tmp_path.iterdir()
    content = entry.read_bytes()
    for length in (0, 100, len(content) - len(whole.program) - 1, len(content) - 8):
        entry.write_bytes(content[:length])
        assert seccomp.load_or_compile(seccomp.DEFAULT, (), str(tmp_path)) == whole
        assert entry.read_bytes() == content


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert seccomp.load_or_compile(seccomp.DEFAULT, (), str(tmp_path / "file" / "cache")).program


def test_flags_and_listener_survive_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "notify.json"
    path.write_text(
        '{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "/run/x",'
        ' "listenerMetadata": "m"}'
    )
    first, second = (seccomp.load_or_compile(str(path), (), str(tmp_path / "cache")) for _ in range(2))
    assert (first.flags, first.listener, first.listener_metadata) == (2, "/run/x", "m")
    assert second == first
