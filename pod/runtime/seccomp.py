"""Seccomp filters for containers: a compiled one from the cache, and its installation.

Compiling (seccomp_profile, seccomp_compile, bpf, syscall_table) takes tens of milliseconds with its imports, so the
program is kept. An entry of the cache carries everything that it was made from, the profile's text included, and serves
only where all of that is the same byte by byte: no hash can collide and no time stamp can lie.
"""

from __future__ import annotations

import errno
import os

import pod
from pod.errors import KernelRefused, PodError
from pod.linux import files, syscalls
from pod.runtime import capabilities as caps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

DEFAULT = "default"
_DEFAULT_FILE = os.path.join(os.path.dirname(__file__), "seccomp-default.json")
_MAX_PROFILE = 1 << 20
_COMPILER = 1  # to be raised with every change to what the compiler makes of a profile


def load_or_compile(source: str, capabilities: Collection[str], cache_dir: str) -> bytes:
    """Return the filter program of a profile for a container with these capabilities in its bounding set.

    `source` is a path or DEFAULT. Raises PodError.
    """
    profile = _read_profile(source)
    machine = os.uname()
    made_from = b"%s\n%d\n%s\n%s\n%x\n%s\0" % (
        pod.__version__.encode(),
        _COMPILER,
        machine.machine.encode(),
        machine.release.encode(),
        caps.mask(capabilities),
        profile,
    )
    entry = os.path.join(cache_dir, f"seccomp-{source.strip('/').replace('/', '-')[-100:]}-{caps.mask(capabilities):x}")
    program = _from_cache(entry, made_from)
    if program is None:
        program = _compile(profile, source, capabilities)
        _store(entry, made_from, program)
    return program


def from_oci(document: dict[str, Any], name: str) -> bytes:
    """Return the program for the `linux.seccomp` object of a config.json; `name` says in errors whose it is."""
    return _compile(document, name, ())


def to_oci(source: str, capabilities: Collection[str]) -> dict[str, Any]:
    """Return a profile as the `linux.seccomp` object of a config.json, settled for this machine and container."""
    from pod.runtime import seccomp_compile, seccomp_profile

    return seccomp_compile.resolve_to_oci(seccomp_profile.parse(_read_profile(source), source), capabilities)


def install(program: bytes, flags: int = 0) -> None:
    """Put the calling process under the filter, for good.

    The process needs no_new_privs, or CAP_SYS_ADMIN in its user namespace. Raises KernelRefused.
    """
    try:
        syscalls.seccomp_set_filter(program, flags)
    except OSError as err:
        hint = "--security-opt seccomp=unconfined runs without a filter"
        if err.errno == errno.EACCES:
            hint = "it takes no_new_privs or CAP_SYS_ADMIN"
        raise KernelRefused(f"cannot install the seccomp filter: {os.strerror(err.errno or 0)}", hint=hint) from err


def _read_profile(source: str) -> bytes:
    path = _DEFAULT_FILE if source == DEFAULT else source
    try:
        return files.read_bytes(path, _MAX_PROFILE)
    except OSError as err:
        raise PodError(f"cannot read seccomp profile {path}: {os.strerror(err.errno or 0)}") from err


def _compile(document: bytes | dict[str, Any], name: str, capabilities: Collection[str]) -> bytes:
    from pod.runtime import seccomp_compile, seccomp_profile

    profile = seccomp_profile.parse(document, name)
    if profile.listener:
        raise PodError(f"seccomp profile {name}: listenerPath: pod hands no notifications to a listener")
    return seccomp_compile.compile_profile(profile, capabilities=capabilities)


def _store(entry: str, made_from: bytes, program: bytes) -> None:
    try:
        files.make_folders(os.path.dirname(entry))
        files.write_atomic(entry, made_from + b"%d\n" % len(program) + program, durable=False)
    except OSError:
        pass  # a cache that cannot be written costs the next run some time, no more


def _from_cache(entry: str, made_from: bytes) -> bytes | None:
    try:
        content = files.read_bytes(entry, 2 * _MAX_PROFILE)
    except OSError:
        return None
    if not content.startswith(made_from):
        return None
    length, _, program = content[len(made_from) :].partition(b"\n")
    return program if length == b"%d" % len(program) else None  # a power cut can leave half an entry
