"""Seccomp profiles as data: Docker's and Podman's profile files, and the `linux.seccomp` object of an OCI config.json.

Reading is strict: a key in a rule that is not understood could only widen the filter, so it is refused. Not on the
hot path: a container normally starts with the compiled filter from pod.runtime.seccomp's cache.

https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
"""

from __future__ import annotations

import errno

from pod.errors import PodError
from pod.linux import jsonfile
from pod.record import Record
from pod.runtime.bpf import Comparison

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

# What a filter returns, linux/seccomp.h. The strictest has the lowest value when read as a signed number.
KILL_PROCESS = 0x80000000
KILL_THREAD = 0x00000000
TRAP = 0x00030000
ERRNO = 0x00050000
USER_NOTIF = 0x7FC00000
TRACE = 0x7FF00000
LOG = 0x7FFC0000
ALLOW = 0x7FFF0000

ACTIONS = {
    "SCMP_ACT_KILL": KILL_THREAD,
    "SCMP_ACT_KILL_THREAD": KILL_THREAD,
    "SCMP_ACT_KILL_PROCESS": KILL_PROCESS,
    "SCMP_ACT_TRAP": TRAP,
    "SCMP_ACT_ERRNO": ERRNO,
    "SCMP_ACT_NOTIFY": USER_NOTIF,
    "SCMP_ACT_TRACE": TRACE,
    "SCMP_ACT_LOG": LOG,
    "SCMP_ACT_ALLOW": ALLOW,
}
_MAX_ERRNO = {ERRNO: 4095, TRACE: 0xFFFF}

_OPERATORS = tuple(f"SCMP_CMP_{name}" for name in ("EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"))

# SECCOMP_FILTER_FLAG_*, linux/seccomp.h
FLAGS = {
    "SECCOMP_FILTER_FLAG_TSYNC": 1 << 0,
    "SECCOMP_FILTER_FLAG_LOG": 1 << 1,
    "SECCOMP_FILTER_FLAG_SPEC_ALLOW": 1 << 2,
    "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV": 1 << 5,
}

# The names that profiles give architectures, under the names of pod.runtime.syscall_table where it has them.
_KNOWN = {"x86_64": "x86_64", "x86": "x86", "x32": "x32", "aarch64": "aarch64", "arm": "arm", "riscv64": "riscv64"}
_KNOWN.update({"ppc64le": "ppc64le", "s390x": "s390x"})
_FOREIGN = "loongarch64 m68k mips mips64 mips64n32 mipsel mipsel64 mipsel64n32 parisc parisc64 ppc ppc64 s390 sh sheb"
ARCHITECTURES = {f"SCMP_ARCH_{name.upper()}": name for name in (*_KNOWN, *_FOREIGN.split())}


def action_of(value: int) -> int:
    """Return a filter's return value without the error number in its lower half."""
    return value & 0xFFFF0000


def strictness(value: int) -> int:
    """Sort key of return values: the kernel obeys the lowest where several filters disagree."""
    action = action_of(value)
    return action - (1 << 32) if action & 0x80000000 else action


class Condition(Record):
    """When a rule is part of the filter at all."""

    caps: tuple[str, ...] = ()
    arches: tuple[str, ...] = ()
    min_kernel: tuple[int, int] | None = None


class Rule(Record):
    """What happens to some system calls, if all comparisons hold."""

    names: tuple[str, ...]
    action: int
    comparisons: tuple[Comparison, ...] = ()
    includes: Condition = Condition()
    excludes: Condition = Condition()

    def applies(self, capabilities: Collection[str], goarch: str, kernel: tuple[int, int]) -> bool:
        """Whether the rule is meant for this container on this machine; the same tests as Docker's and Podman's."""
        want, veto = self.includes, self.excludes
        if any(cap in capabilities for cap in veto.caps) or not all(cap in capabilities for cap in want.caps):
            return False
        if goarch in veto.arches or (want.arches and goarch not in want.arches):
            return False
        if veto.min_kernel is not None and kernel >= veto.min_kernel:
            return False
        return want.min_kernel is None or kernel >= want.min_kernel


class Profile(Record):
    """A whole profile. `architectures` are those asked for by name, `companions` those that come with a native one."""

    name: str
    default: int
    rules: tuple[Rule, ...] = ()
    architectures: tuple[str, ...] = ()
    companions: dict[str, tuple[str, ...]] = {}
    flags: int = 0
    listener: str = ""
    listener_metadata: str = ""


class _Broken(Exception):
    """What is wrong with the value at a key of the document."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(key, problem)
        self.key = key
        self.problem = problem


def parse(document: bytes | dict[str, Any], name: str) -> Profile:
    """Read a profile. Raises PodError that names the file (or whatever `name` says) and the key at fault."""
    try:
        if isinstance(document, bytes):
            document = jsonfile.loads(document)
        return _profile(_object(document, "the profile"), name)
    except _Broken as err:
        raise PodError(f"broken seccomp profile {name}: {err.key}: {err.problem}") from None
    except ValueError as err:  # UnicodeDecodeError is one too
        raise PodError(f"broken seccomp profile {name}: not JSON: {err}") from err


def to_oci(profile: Profile, rules: tuple[Rule, ...], architectures: tuple[str, ...]) -> dict[str, Any]:
    """Return the `linux.seccomp` object that an external OCI runtime understands, from rules selected already."""
    document: dict[str, Any] = {"defaultAction": _action_name(profile.default)}
    if action_of(profile.default) in _MAX_ERRNO:
        document["defaultErrnoRet"] = profile.default & 0xFFFF
    document["architectures"] = [f"SCMP_ARCH_{name.upper()}" for name in architectures]
    if profile.flags:
        document["flags"] = [name for name, bit in FLAGS.items() if profile.flags & bit]
    if profile.listener:
        document["listenerPath"] = profile.listener
        document["listenerMetadata"] = profile.listener_metadata
    document["syscalls"] = [_rule_to_oci(rule) for rule in rules]
    return document


def _rule_to_oci(rule: Rule) -> dict[str, Any]:
    document: dict[str, Any] = {"names": list(rule.names), "action": _action_name(rule.action)}
    if action_of(rule.action) in _MAX_ERRNO:
        document["errnoRet"] = rule.action & 0xFFFF
    if rule.comparisons:
        document["args"] = [
            {"index": this.index, "value": this.value, "valueTwo": this.value_two, "op": f"SCMP_CMP_{this.op}"}
            for this in rule.comparisons
        ]
    return document


def _action_name(action: int) -> str:
    return next(name for name, value in ACTIONS.items() if value == action_of(action))


def _profile(document: dict[str, Any], name: str) -> Profile:
    entries = [_object(entry, f"archMap[{at}]") for at, entry in enumerate(_list(document, "archMap"))]
    return Profile(
        name=name,
        default=_action(document, "defaultAction", "defaultErrnoRet", "defaultErrno", ""),
        rules=tuple(
            _rule(_object(rule, f"syscalls[{at}]"), f"syscalls[{at}].")
            for at, rule in enumerate(_list(document, "syscalls"))
        ),
        architectures=_architectures(document, "architectures", ""),
        companions={
            _architecture(entry.get("architecture"), f"archMap[{at}].architecture"): _architectures(
                entry, "subArchitectures", f"archMap[{at}]."
            )
            for at, entry in enumerate(entries)
        },
        flags=_flags(_texts(document, "flags", "")),
        listener=_text(document.get("listenerPath") or "", "listenerPath"),
        listener_metadata=_text(document.get("listenerMetadata") or "", "listenerMetadata"),
    )


_RULE_KEYS = ("names", "name", "action", "args", "errnoRet", "errno", "comment", "includes", "excludes")


def _rule(rule: dict[str, Any], at: str) -> Rule:
    _refuse_unknown(rule, _RULE_KEYS, at)
    names = _texts(rule, "names", at)
    if rule.get("name"):  # the first form of Docker's profiles, one call a rule
        names = (*names, _text(rule["name"], f"{at}name"))
    if not names:
        raise _Broken(f"{at}names", "names no system call")
    return Rule(
        names=names,
        action=_action(rule, "action", "errnoRet", "errno", at),
        comparisons=tuple(
            _comparison(_object(entry, f"{at}args[{n}]"), f"{at}args[{n}].")
            for n, entry in enumerate(_list(rule, "args", at))
        ),
        includes=_condition(rule, "includes", at),
        excludes=_condition(rule, "excludes", at),
    )


def _comparison(entry: dict[str, Any], at: str) -> Comparison:
    _refuse_unknown(entry, ("index", "value", "valueTwo", "op"), at)
    op = entry.get("op")
    if op not in _OPERATORS:
        raise _Broken(f"{at}op", f"{op!r} is none of {', '.join(_OPERATORS)}")
    return Comparison(
        index=_number(entry.get("index"), f"{at}index", 5),
        op=op.removeprefix("SCMP_CMP_"),
        value=_number(entry.get("value"), f"{at}value", (1 << 64) - 1),
        value_two=_number(entry.get("valueTwo") or 0, f"{at}valueTwo", (1 << 64) - 1),
    )


def _condition(rule: dict[str, Any], key: str, at: str) -> Condition:
    value = _object(rule.get(key) or {}, at + key)
    _refuse_unknown(value, ("caps", "arches", "minKernel"), f"{at}{key}.")
    kernel = value.get("minKernel")
    return Condition(
        caps=_texts(value, "caps", f"{at}{key}."),
        arches=_texts(value, "arches", f"{at}{key}."),
        min_kernel=None if kernel in (None, "") else _kernel(kernel, f"{at}{key}.minKernel"),
    )


def _kernel(value: Any, key: str) -> tuple[int, int]:
    major, dot, minor = _text(value, key).partition(".")
    if not (dot and major.isdecimal() and minor.isdecimal()):
        raise _Broken(key, f"{value!r} is not a kernel version such as 4.8")
    return int(major), int(minor)


def _action(document: dict[str, Any], key: str, number_key: str, name_key: str, at: str) -> int:
    """Return the filter's return value for an action with its error number, which may be given by name as well."""
    name = document.get(key)
    if not isinstance(name, str) or name not in ACTIONS:
        raise _Broken(at + key, f"{name!r} is none of {', '.join(ACTIONS)}")
    action = ACTIONS[name]
    highest = _MAX_ERRNO.get(action)
    if highest is None:
        return action
    if document.get(name_key):
        symbol = _text(document[name_key], at + name_key)
        number = getattr(errno, symbol, None) if symbol.startswith("E") else None
        if not isinstance(number, int):
            raise _Broken(at + name_key, f"{symbol!r} is not the name of an error")
        return action | number
    number = document.get(number_key)
    return action | (errno.EPERM if number is None else _number(number, at + number_key, highest))


def _flags(names: tuple[str, ...]) -> int:
    flags = 0
    for name in names:
        if name not in FLAGS:
            raise _Broken("flags", f"{name!r} is none of {', '.join(FLAGS)}")
        flags |= FLAGS[name]
    return flags


def _architectures(document: dict[str, Any], key: str, at: str) -> tuple[str, ...]:
    return tuple(_architecture(name, f"{at}{key}") for name in _texts(document, key, at))


def _architecture(name: Any, key: str) -> str:
    if not isinstance(name, str) or name not in ARCHITECTURES:
        raise _Broken(key, f"{name!r} is not an architecture such as SCMP_ARCH_X86_64")
    return ARCHITECTURES[name]


def _refuse_unknown(document: dict[str, Any], known: tuple[str, ...], at: str) -> None:
    for key in document:
        if key not in known:
            raise _Broken(at + key, f"not understood; known are {', '.join(known)}")


def _object(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Broken(key, f"expected an object, found {value!r:.40}")
    return value


def _list(document: dict[str, Any], key: str, at: str = "") -> list[Any]:
    value = document.get(key)
    if value is None:  # Go writes an absent list as null
        return []
    if not isinstance(value, list):
        raise _Broken(at + key, f"expected a list, found {value!r:.40}")
    return value


def _texts(document: dict[str, Any], key: str, at: str) -> tuple[str, ...]:
    return tuple(_text(value, f"{at}{key}[{n}]") for n, value in enumerate(_list(document, key, at)))


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise _Broken(key, f"expected text, found {value!r:.40}")
    return value


def _number(value: Any, key: str, highest: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= highest:
        raise _Broken(key, f"expected a whole number from 0 to {highest}, found {value!r:.40}")
    return value
