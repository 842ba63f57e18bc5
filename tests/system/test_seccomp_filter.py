"""Filters in the kernel: loaded into a child, and held to what the calls then do; and beside libseccomp's."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pod.errors import KernelRefused
from pod.linux import jsonfile
from pod.linux import syscalls as sc
from pod.runtime import seccomp, seccomp_compile, seccomp_profile, syscall_table
from pod.runtime.bpf import Comparison
from pod.runtime.capabilities import NAMES, PODMAN_DEFAULT
from pod.runtime.seccomp import Filter
from pod.runtime.seccomp_profile import ERRNO, Profile, Rule
from tests.support import bpf_machine, libseccomp

TABLES = syscall_table.load()
NATIVE = syscall_table.native() or ""
X86_64, I386, X32_BIT = 0xC000003E, 0x40000003, 1 << 30
only_x86_64 = pytest.mark.skipif(NATIVE != "x86_64", reason=f"32-bit x86 calls need x86_64, this is {NATIVE}")

libc = ctypes.CDLL(None, use_errno=True)


# --- in the kernel ----------------------------------------------------------------------------------------------


def in_child(work: Callable[[], Any]) -> Any:
    """Run something in a forked child and return what it returned; the signal's name if one ended the child."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, jsonfile.dumps(work()))
        except BaseException as err:
            os.write(write, jsonfile.dumps(f"{type(err).__name__}: {err}"))
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        content = answer.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return jsonfile.loads(content)


def call(name: str, *args: int) -> int:
    """Make a system call with whole registers; return 0 or its error."""
    words = [ctypes.c_long(arg if arg < 1 << 63 else arg - (1 << 64)) for arg in (*args, 0, 0, 0, 0, 0, 0)[:6]]
    libc.syscall.restype = ctypes.c_long
    ctypes.set_errno(0)
    return ctypes.get_errno() if libc.syscall(ctypes.c_long(TABLES[NATIVE][name]), *words) < 0 else 0


def under(compiled: Filter | None, *calls: tuple[Any, ...]) -> Any:
    """Return what calls come to under a filter: the list of their errors, 0 for none, or the fatal signal's name."""

    def work() -> list[int]:
        if compiled is not None:
            sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
            seccomp.install(compiled)
        return [call(*words) for words in calls]

    return in_child(work)


def of_rules(*rules: dict[str, Any], default: str = "SCMP_ACT_ALLOW", **more: Any) -> Filter:
    return seccomp.from_oci({"defaultAction": default, "syscalls": list(rules), **more}, "test")


@pytest.fixture(scope="module")
def default_filter(tmp_path_factory: pytest.TempPathFactory) -> Filter:
    return seccomp.load_or_compile(seccomp.DEFAULT, PODMAN_DEFAULT, str(tmp_path_factory.mktemp("cache")))


def test_a_process_under_the_default_filter_says_so(default_filter: Filter) -> None:
    def work() -> str:
        sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(default_filter)
        return Path("/proc/self/status").read_text()

    assert "Seccomp:\t2\n" in in_child(work)


def test_programs_run_under_the_default_filter(default_filter: Filter) -> None:
    def work() -> int:
        sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(default_filter)
        return os.system('test "$(echo works | cat)" = works')

    assert in_child(work) == 0


@pytest.mark.parametrize(
    ("words", "without", "under_it"),
    [
        (("socket", socket.AF_VSOCK, 1, 0), (0, errno.EAFNOSUPPORT), errno.EPERM),
        (("socket", 1 << 32 | socket.AF_VSOCK, 1, 0), (0, errno.EAFNOSUPPORT), errno.EPERM),
        (("socket", socket.AF_UNIX, 1, 0), (0,), 0),
        (("socket", socket.AF_NETLINK, 3, 9), (0, errno.EPROTONOSUPPORT), errno.EINVAL),
        (("socket", socket.AF_NETLINK, 3, 0), (0,), 0),
        (("personality", 0xFFFFFFFF), (0,), 0),
        (("personality", 8), (0,), 0),
        (("personality", 0x40000), (0,), errno.ENOSYS),
        (("vmsplice", -1), (errno.EBADF,), errno.EPERM),
        (("userfaultfd", 1), (0,), errno.EPERM),
        (("io_uring_setup", 0, 0), (errno.EFAULT, errno.EINVAL, errno.EPERM), errno.ENOSYS),
        (("add_key", 0), (errno.EFAULT,), errno.ENOSYS),
        (("process_madvise", -1), (errno.EBADF, errno.EINVAL), errno.EPERM),
        (("unshare", sc.CLONE_NEWUSER), (0,), 0),
        (("setns", -1), (errno.EBADF,), errno.EBADF),
        (("getpid",), (0,), 0),
    ],
    ids=str,
)
def test_the_default_filter_refuses_what_the_kernel_alone_would_not(
    default_filter: Filter, words: tuple[Any, ...], without: tuple[int, ...], under_it: int
) -> None:
    (unfiltered,) = under(None, words)
    if unfiltered not in without:
        pytest.skip(f"{words} gives {errno.errorcode.get(unfiltered, unfiltered)} on this kernel without a filter")
    assert under(default_filter, words) == [under_it]


def test_every_comparison_is_made_on_all_64_bits_by_the_kernel() -> None:
    """prctl(PR_GET_DUMPABLE)'s second argument is not looked at by the kernel, so any value can be passed in it."""
    for op, value, refused, passed in (
        ("EQ", 5 << 32 | 7, [5 << 32 | 7], [7, 5 << 32, 5 << 32 | 8]),
        ("NE", 5 << 32 | 7, [7, 5 << 32], [5 << 32 | 7]),
        ("LT", 5 << 32 | 7, [5 << 32 | 6, 4 << 32 | 9, 0], [5 << 32 | 7, 5 << 32 | 8, 6 << 32]),
        ("LE", 5 << 32 | 7, [5 << 32 | 7, 4 << 32 | 9], [5 << 32 | 8, 6 << 32]),
        ("GT", 5 << 32 | 7, [5 << 32 | 8, 6 << 32, (1 << 64) - 1], [5 << 32 | 7, 4 << 32 | 9]),
        ("GE", 5 << 32 | 7, [5 << 32 | 7, 6 << 32], [5 << 32 | 6, 4 << 32 | 9]),
        ("MASKED_EQ", 5 << 32 | 7, [5 << 32 | 15, 7 << 32 | 7], [5 << 32 | 6, 7, 2 << 32 | 7]),
    ):
        args = [{"index": 1, "value": value, "valueTwo": value, "op": f"SCMP_CMP_{op}"}]
        compiled = of_rules({"names": ["prctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99, "args": args})
        answers = under(compiled, *(("prctl", 3, number) for number in (*refused, *passed)))
        assert answers == [99] * len(refused) + [0] * len(passed), op


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ("SCMP_ACT_KILL_PROCESS", "SIGSYS"),
        ("SCMP_ACT_KILL", "SIGSYS"),
        ("SCMP_ACT_TRAP", "SIGSYS"),
        ("SCMP_ACT_TRACE", [errno.ENOSYS]),  # there is no tracer
        ("SCMP_ACT_NOTIFY", [errno.ENOSYS]),  # there is no listener
        ("SCMP_ACT_ERRNO", [errno.EPERM]),
        ("SCMP_ACT_LOG", [0]),
    ],
)
def test_every_action_does_what_it_is_called(action: str, outcome: Any) -> None:
    assert under(of_rules({"names": ["getppid"], "action": action}), ("getppid",)) == outcome


def test_a_profile_with_a_listener_yields_its_descriptor() -> None:
    compiled = of_rules({"names": ["getppid"], "action": "SCMP_ACT_NOTIFY"}, listenerPath="/run/listener.sock")

    def work() -> list[Any]:
        sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
        fd = seccomp.install(compiled)
        assert fd is not None
        target = os.readlink(f"/proc/self/fd/{fd}")
        os.close(fd)  # nobody answers any more
        return [target, call("getppid")]

    assert in_child(work) == ["anon_inode:seccomp notify", errno.ENOSYS]


def test_a_filter_without_the_right_to_install_it_says_what_it_takes() -> None:
    if os.geteuid() == 0:
        pytest.skip("root may always install a filter")

    def work() -> str:
        try:
            seccomp.install(of_rules())
        except KernelRefused as err:
            return f"{err.message} ({err.hint})"
        return "installed"

    expected = "cannot install the seccomp filter: Permission denied (it takes no_new_privs or CAP_SYS_ADMIN)"
    assert in_child(work) == expected


# int 0x80 makes a 32-bit call from a 64-bit process: mov eax, edi; mov ebx, esi; mov ecx, edx; int 0x80; ret
_INT_80 = b"\x53\x89\xf8\x89\xf3\x89\xd1\xcd\x80\x5b\xc3"  # ebx is the caller's: pushed before and popped after


def call_32(name: str, *args: int) -> int:
    """Make a 32-bit x86 call; return its error, or 0."""
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(_INT_80)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_uint)(address)
    result = function(TABLES["x86"][name], *(*args, 0, 0)[:2])
    return -result if -4096 < result < 0 else 0


@only_x86_64
def test_32_bit_calls_are_filtered_by_their_own_numbers(default_filter: Filter) -> None:
    def work() -> list[int]:
        unfiltered = call_32("getpid")
        sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(default_filter)
        return [unfiltered, call_32("getpid"), call_32("vm86", 0), call_32("personality", 0x40000), call_32("mseal")]

    answers = in_child(work)
    if isinstance(answers, str) or answers[0] != 0:
        pytest.skip(f"this kernel runs no 32-bit calls: {answers}")
    assert answers == [0, 0, errno.EPERM, errno.ENOSYS, errno.ENOSYS]


@only_x86_64
def test_32_bit_calls_end_the_process_where_the_profile_leaves_them_out() -> None:
    if in_child(lambda: call_32("getpid")) != 0:
        pytest.skip("this kernel runs no 32-bit calls")

    def work() -> int:
        sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(of_rules())
        return call_32("getpid")

    assert in_child(work) == "SIGSYS"


# --- beside libseccomp ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library() -> ctypes.CDLL:
    try:
        return libseccomp.load()
    except libseccomp.NoLibseccomp as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("arch", TABLES)
def test_numbers_are_libseccomp_s(library: ctypes.CDLL, arch: str) -> None:
    """Where it knows the call: it lags behind the kernel, and hides direct socket and IPC calls of some."""
    theirs = {name: libseccomp.number(library, arch, name) for name in TABLES[arch]}
    known = {name: number for name, number in theirs.items() if number >= 0}
    assert len(known) > 250
    assert {name: TABLES[arch][name] for name in known} == known


@pytest.mark.parametrize("capabilities", [(), PODMAN_DEFAULT, NAMES], ids=["none", "default", "all"])
@only_x86_64
def test_the_default_filter_decides_as_libseccomp_s(library: ctypes.CDLL, capabilities: tuple[str, ...]) -> None:
    """All calls, and the arguments that the profile looks at, of 32 bits: of the high bits see the next test."""
    document = seccomp.to_oci(seccomp.DEFAULT, capabilities)
    profile = seccomp_profile.parse(document, "default")
    theirs = bpf_machine.load(libseccomp.compile_profile(library, profile, ("x86", "x32")))
    ours = bpf_machine.load(seccomp_compile.compile_profile(profile, capabilities=capabilities))
    assert len(ours) < len(theirs)
    unknown = {TABLES[a][n] for a in TABLES for n in TABLES[a] if libseccomp.number(library, a, n) == -1}
    unknown.add(TABLES["x32"]["map_shadow_stack"])  # not in the x32 column of libseccomp 2.5
    for audit in (X86_64, I386):
        numbers = {*range(600), *(range(X32_BIT, X32_BIT + 600) if audit == X86_64 else ()), 0xFFFFFFFF, 0x3FFFFFFF}
        for number in numbers - unknown:
            for args in ((first, 0, third) for first in (0, 8, 16, 40, 0x20008, 0xFFFFFFFF) for third in (0, 9)):
                expected = bpf_machine.run(theirs, audit, number, args)
                assert bpf_machine.run(ours, audit, number, args) == expected, (hex(audit), number, args)


def test_a_high_bit_passes_libseccomp_s_filter_and_not_ours(library: ctypes.CDLL) -> None:
    """The kernel reads the family of socket(2) as an int: this one is AF_VSOCK to it."""
    if NATIVE != "x86_64":
        pytest.skip(f"written down for x86_64, this is {NATIVE}")
    profile = seccomp_profile.parse(seccomp.to_oci(seccomp.DEFAULT, PODMAN_DEFAULT), "default")
    theirs = bpf_machine.load(libseccomp.compile_profile(library, profile))
    ours = bpf_machine.load(seccomp_compile.compile_profile(profile, capabilities=()))
    words = (X86_64, TABLES["x86_64"]["socket"], (1 << 32 | socket.AF_VSOCK, 1, 0))
    assert bpf_machine.run(theirs, *words) == seccomp_profile.ALLOW
    assert bpf_machine.run(ours, *words) == ERRNO | errno.EPERM


CALLS = ("read", "write", "clone", "ptrace", "exit")  # with arguments that the kernel reads whole
values = st.sampled_from([0, 1, 2, 3, 40, 0xFFFF, 0xFFFFFFFF, 1 << 32, 5 << 32 | 2, (1 << 64) - 1])
arguments = st.lists(st.tuples(values, values, values), min_size=1, max_size=10)
actions = st.sampled_from([*(v for v in seccomp_profile.ACTIONS.values() if v != ERRNO), ERRNO | 1, ERRNO | 13])
defaults = st.sampled_from([ERRNO | 1, seccomp_profile.ALLOW, seccomp_profile.KILL_PROCESS, seccomp_profile.LOG])
operators = st.sampled_from(["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"])
conditions = st.dictionaries(st.integers(0, 2), st.tuples(operators, values, values), max_size=3)


def decide_the_same(library: ctypes.CDLL, profile: Profile, some_arguments: list[tuple[int, ...]]) -> None:
    try:
        theirs = bpf_machine.load(libseccomp.compile_profile(library, profile, ("x86",)))
    except libseccomp.Refused:
        assume(False)
    ours = bpf_machine.load(seccomp_compile.compile_profile(profile, capabilities=()))
    for arch, audit, register in (("x86_64", X86_64, (1 << 64) - 1), ("x86", I386, 0xFFFFFFFF)):
        for name in {name for rule in profile.rules for name in rule.names}:
            for args in some_arguments:
                words = (audit, TABLES[arch][name], tuple(arg & register for arg in args))
                assert bpf_machine.run(ours, *words) == bpf_machine.run(theirs, *words), words


generous = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@only_x86_64
@generous
@given(st.dictionaries(st.sampled_from(CALLS), st.tuples(actions, conditions), min_size=1), defaults, arguments)
def test_one_rule_a_call_decides_as_in_libseccomp(
    library: ctypes.CDLL, raw: dict[str, Any], default: int, some_arguments: list[tuple[int, ...]]
) -> None:
    rules = tuple(
        Rule((name,), action, tuple(Comparison(index, *rest) for index, rest in chosen.items()))
        for name, (action, chosen) in raw.items()
    )
    decide_the_same(library, Profile("random", default, rules, architectures=("x86",)), some_arguments)


@only_x86_64
@generous
@given(st.dictionaries(values, actions, min_size=1), defaults, arguments)
def test_rules_for_several_values_of_an_argument_decide_as_in_libseccomp(
    library: ctypes.CDLL, raw: dict[int, int], default: int, some_arguments: list[tuple[int, ...]]
) -> None:
    rules = tuple(Rule(("clone", "exit"), action, (Comparison(1, "EQ", value),)) for value, action in raw.items())
    decide_the_same(library, Profile("random", default, rules, architectures=("x86",)), some_arguments)


@only_x86_64
def test_a_rule_that_libseccomp_s_tree_misses_still_holds_for_us(library: ctypes.CDLL) -> None:
    """Its tree asks first whether the first argument is not 3, and cannot come back from there to the other rule."""
    rules = (
        Rule(("ptrace",), seccomp_profile.LOG, (Comparison(0, "EQ", 2),)),
        Rule(("ptrace",), seccomp_profile.USER_NOTIF, (Comparison(0, "NE", 3), Comparison(1, "EQ", 3))),
    )
    profile = Profile("overlapping", seccomp_profile.KILL_PROCESS, rules)
    words = (X86_64, TABLES["x86_64"]["ptrace"], (2, 0))
    theirs = bpf_machine.load(libseccomp.compile_profile(library, profile))
    ours = bpf_machine.load(seccomp_compile.compile_profile(profile, capabilities=()))
    assert bpf_machine.run(ours, *words) == seccomp_profile.LOG
    if bpf_machine.run(theirs, *words) != seccomp_profile.KILL_PROCESS:
        pytest.skip("this libseccomp no longer misses it")
