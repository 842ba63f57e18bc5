"""The peer of our compiler: libseccomp, which runc and crun use, driven as they drive it."""

from __future__ import annotations

import ctypes
import os

from pod.runtime.seccomp_profile import Profile

_OPERATORS = {"NE": 1, "LT": 2, "LE": 3, "EQ": 4, "GE": 5, "GT": 6, "MASKED_EQ": 7}
_ARCHITECTURES = {
    "x86_64": 0xC000003E,
    "x86": 0x40000003,
    "x32": 0x4000003E,
    "aarch64": 0xC00000B7,
    "arm": 0x40000028,
    "riscv64": 0xC00000F3,
    "ppc64le": 0xC0000015,
    "s390x": 0x80000016,
}


class NoLibseccomp(Exception):
    """The library is not on this machine."""


class Refused(Exception):
    """The library does not take a rule."""


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def load() -> ctypes.CDLL:
    """Return the library. Raises NoLibseccomp."""
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError as err:
        raise NoLibseccomp(f"{err}: apt-get install libseccomp2") from None
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_arch_add.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    library.seccomp_export_bpf.argtypes = (ctypes.c_void_p, ctypes.c_int)
    library.seccomp_release.argtypes = (ctypes.c_void_p,)
    library.seccomp_rule_add_array.argtypes = (
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Comparison),
    )
    library.seccomp_syscall_resolve_name_arch.argtypes = (ctypes.c_uint32, ctypes.c_char_p)
    return library


def number(library: ctypes.CDLL, arch: str, name: str) -> int:
    """Return a call's number; negative where the library has none or hides it behind socketcall(2) or ipc(2)."""
    return int(library.seccomp_syscall_resolve_name_arch(_ARCHITECTURES[arch], name.encode()))


def compile_profile(library: ctypes.CDLL, profile: Profile, companions: tuple[str, ...] = ()) -> bytes:
    """Compile for x86_64 and companions a profile whose rules all apply. Raises Refused."""
    context = library.seccomp_init(profile.default)
    try:
        for name in companions:
            _check(library.seccomp_arch_add(context, _ARCHITECTURES[name]), name)
        for rule in profile.rules:
            if rule.action == profile.default:
                continue  # runc and crun leave these out
            sets = [rule.comparisons]
            if len({this.index for this in rule.comparisons}) < len(rule.comparisons):
                sets = [(this,) for this in rule.comparisons]
            for name in rule.names:
                call = number(library, "x86_64", name)
                if call == -1:
                    continue
                for comparisons in sets:
                    array = (_Comparison * 6)(
                        *(_Comparison(c.index, _OPERATORS[c.op], c.value, c.value_two) for c in comparisons)
                    )
                    added = library.seccomp_rule_add_array(context, rule.action, call, len(comparisons), array)
                    _check(added, name)
        fd = os.memfd_create("filter")
        try:
            _check(library.seccomp_export_bpf(context, fd), "export")
            return os.pread(fd, 1 << 20, 0)
        finally:
            os.close(fd)
    finally:
        library.seccomp_release(context)


def _check(result: int, subject: str) -> None:
    if result < 0:
        raise Refused(f"{subject}: {os.strerror(-result)}")
