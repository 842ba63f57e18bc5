"""Profiles are read strictly, and an error names the file and the key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.errors import PodError
from pod.runtime import seccomp
from pod.runtime.bpf import Comparison
from pod.runtime.seccomp_profile import ACTIONS, ERRNO, TRACE, Condition, Rule, parse, strictness

RULE = {"names": ["read"], "action": "SCMP_ACT_ALLOW"}


def with_rule(**changes: Any) -> dict[str, Any]:
    return {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [RULE, {**RULE, **changes}]}


def with_arg(**changes: Any) -> dict[str, Any]:
    return with_rule(args=[{"index": 0, "value": 1, "op": "SCMP_CMP_EQ", **changes}])


BROKEN: list[tuple[Any, str]] = [
    ([], "the profile: expected an object, found []"),
    ({}, "defaultAction: None is none of SCMP_ACT_KILL"),
    ({"defaultAction": "ALLOW"}, "defaultAction: 'ALLOW' is none of SCMP_ACT_KILL"),
    ({"defaultAction": ["SCMP_ACT_ALLOW"]}, "defaultAction: ['SCMP_ACT_ALLOW'] is none of"),
    (
        {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096},
        "defaultErrnoRet: expected a whole number from 0 to 4095, found 4096",
    ),
    (
        {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrno": "EWRONG"},
        "defaultErrno: 'EWRONG' is not the name of an error",
    ),
    ({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": {}}, "syscalls: expected a list, found {}"),
    ({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [1]}, "syscalls[0]: expected an object, found 1"),
    (
        {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["x86_64"]},
        "architectures: 'x86_64' is not an architecture such as SCMP_ARCH_X86_64",
    ),
    (
        {"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "SCMP_ARCH_VAX"}]},
        "archMap[0].architecture: 'SCMP_ARCH_VAX' is not an architecture",
    ),
    ({"defaultAction": "SCMP_ACT_ALLOW", "flags": ["FAST"]}, "flags: 'FAST' is none of SECCOMP_FILTER_FLAG_TSYNC"),
    (with_rule(names=[]), "syscalls[1].names: names no system call"),
    (with_rule(names="read"), "syscalls[1].names: expected a list, found 'read'"),
    (with_rule(names=["read", 3]), "syscalls[1].names[1]: expected text, found 3"),
    (with_rule(action="allow"), "syscalls[1].action: 'allow' is none of"),
    (with_rule(arg=[]), "syscalls[1].arg: not understood; known are names,"),
    (with_rule(args=[7]), "syscalls[1].args[0]: expected an object, found 7"),
    (with_arg(op="=="), "syscalls[1].args[0].op: '==' is none of SCMP_CMP_EQ"),
    (with_arg(index=6), "syscalls[1].args[0].index: expected a whole number from 0 to 5, found 6"),
    (with_arg(value=-1), "syscalls[1].args[0].value: expected a whole number"),
    (with_arg(value=True), "syscalls[1].args[0].value: expected a whole number"),
    (with_arg(value=1 << 64), "syscalls[1].args[0].value: expected a whole number"),
    (with_arg(valuetwo=1), "syscalls[1].args[0].valuetwo: not understood"),
    (with_rule(includes={"cap": []}), "syscalls[1].includes.cap: not understood; known are caps, arches, minKernel"),
    (with_rule(excludes={"minKernel": "new"}), "syscalls[1].excludes.minKernel: 'new' is not a kernel version"),
    (with_rule(excludes={"caps": "CAP_BPF"}), "syscalls[1].excludes.caps: expected a list, found 'CAP_BPF'"),
]


@pytest.mark.parametrize(("document", "problem"), BROKEN, ids=[problem.partition(":")[0] for _, problem in BROKEN])
def test_a_broken_profile_is_told_by_file_and_key(document: Any, problem: str) -> None:
    with pytest.raises(PodError) as caught:
        parse(json.dumps(document).encode(), "/home/me/strict.json")
    assert caught.value.message.startswith(f"broken seccomp profile /home/me/strict.json: {problem}")


@pytest.mark.parametrize("text", [b"", b"{", b'{"defaultAction": "SCMP_ACT_ALLOW"} x', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_told_by_file(text: bytes) -> None:
    with pytest.raises(PodError, match=r"^broken seccomp profile p\.json: "):
        parse(text, "p.json")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["defaultAction", "syscalls", "names", "action", "args", "includes", "archMap"]), x
            )
        ),
        max_leaves=20,
    )
)
def test_nonsense_never_ends_in_another_exception(document: Any) -> None:
    try:
        parse(json.dumps(document).encode(), "p.json")
    except PodError as err:
        assert "p.json" in err.message


def test_a_missing_profile_is_named(tmp_path: Any) -> None:
    with pytest.raises(PodError, match=r"^cannot read seccomp profile /nowhere/p\.json: No such file or directory$"):
        seccomp.load_or_compile("/nowhere/p.json", (), str(tmp_path))


def test_a_profile_of_a_megabyte_and_more_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "big.json"
    path.write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(PodError, match=r"big\.json: File too large"):
        seccomp.load_or_compile(str(path), (), str(tmp_path))


def test_every_action_is_understood() -> None:
    for name, value in ACTIONS.items():
        document = {"defaultAction": name}
        expected = value | 1 if value in (ERRNO, TRACE) else value  # EPERM where nothing else is said
        assert parse(document, "p").default == expected


def test_actions_sort_as_the_kernel_ranks_them() -> None:
    ranked = ["KILL_PROCESS", "KILL_THREAD", "TRAP", "ERRNO", "NOTIFY", "TRACE", "LOG", "ALLOW"]
    values = [ACTIONS[f"SCMP_ACT_{name}"] for name in ranked]
    assert sorted(values, key=strictness) == values
    assert strictness(ERRNO | 1) == strictness(ERRNO | 38)


def test_an_error_may_be_given_by_number_or_by_name() -> None:
    by_name = parse(with_rule(action="SCMP_ACT_ERRNO", errno="ENOSYS", errnoRet=1), "p")
    by_number = parse(with_rule(action="SCMP_ACT_ERRNO", errnoRet=38), "p")
    assert by_name.rules[1].action == by_number.rules[1].action == ERRNO | 38


def test_docker_s_first_form_with_one_name_is_read() -> None:
    document = {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"name": "read", "action": "SCMP_ACT_ALLOW"}]}
    assert parse(document, "p").rules[0].names == ("read",)


def test_a_full_rule_is_read_whole() -> None:
    (_, rule) = parse(
        with_rule(
            comment="why",
            args=[{"index": 1, "value": (1 << 64) - 1, "valueTwo": 2, "op": "SCMP_CMP_MASKED_EQ"}],
            includes={"caps": ["CAP_BPF"], "arches": ["amd64"], "minKernel": "4.8"},
            excludes=None,
        ),
        "p",
    ).rules
    comparison = Comparison(1, "MASKED_EQ", (1 << 64) - 1, 2)
    includes = Condition(caps=("CAP_BPF",), arches=("amd64",), min_kernel=(4, 8))
    assert rule == Rule(names=("read",), action=ACTIONS["SCMP_ACT_ALLOW"], comparisons=(comparison,), includes=includes)


def test_kernel_versions_compare_as_numbers() -> None:
    rule = Rule(("read",), 0, includes=Condition(min_kernel=(4, 8)))
    assert rule.applies((), "amd64", (4, 18))
    assert not rule.applies((), "amd64", (4, 7))
