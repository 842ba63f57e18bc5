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
from pod.linux import files, jsonfile, syscalls
from pod.record import Record
from pod.runtime import capabilities as caps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

DEFAULT = "builtin"  # Docker's word for it
_DEFAULT_FILE = os.path.join(os.path.dirname(__file__), "seccomp-default.json")
_MAX_PROFILE = 1 << 20
_COMPILER = 1  # to be raised with every change to what the compiler makes of a profile
_FLAG_TSYNC = 1 << 0
_FLAG_NEW_LISTENER = 1 << 3


class Filter(Record):
    """A BPF program as the kernel takes it, and how it wants to be installed."""

    program: bytes
    flags: int = 0
    listener: str = ""  # the socket that wants the descriptor for SCMP_ACT_NOTIFY
    listener_metadata: str = ""


def load_or_compile(source: str, capabilities: Collection[str], cache_dir: str) -> Filter:
    """Return the filter of a profile for a container with these capabilities in its bounding set.

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
    compiled = _from_cache(entry, made_from)
    if compiled is None:
        compiled = _compile(profile, source, capabilities)
        _store(entry, made_from, compiled)
    return compiled


def from_oci(document: dict[str, Any], name: str) -> Filter:
    """Return the filter for the `linux.seccomp` object of a config.json; `name` says in errors whose it is."""
    return _compile(document, name, ())


def to_oci(source: str, capabilities: Collection[str]) -> dict[str, Any]:
    """Return a profile as the `linux.seccomp` object of a config.json, settled for this machine and container."""
    from pod.runtime import seccomp_compile, seccomp_profile

    return seccomp_compile.resolve_to_oci(seccomp_profile.parse(_read_profile(source), source), capabilities)


def install(compiled: Filter) -> int | None:
    """Put the calling process under the filter, for good. Returns the listener's descriptor if it wants one.

    The process needs no_new_privs, or CAP_SYS_ADMIN in its user namespace. Raises KernelRefused.
    """
    flags = compiled.flags & ~_FLAG_TSYNC  # there is one thread, and the flag would exclude a listener
    if compiled.listener:
        flags |= _FLAG_NEW_LISTENER
    try:
        fd = syscalls.seccomp_set_filter(compiled.program, flags)
    except OSError as err:
        hint = "--security-opt seccomp=unconfined runs without a filter"
        if err.errno == errno.EACCES:
            hint = "it takes no_new_privs or CAP_SYS_ADMIN"
        raise KernelRefused(f"cannot install the seccomp filter: {os.strerror(err.errno or 0)}", hint=hint) from err
    return fd if compiled.listener else None


def _read_profile(source: str) -> bytes:
    path = _DEFAULT_FILE if source == DEFAULT else source
    try:
        return files.read_bytes(path, _MAX_PROFILE)
    except OSError as err:
        raise PodError(f"cannot read seccomp profile {path}: {os.strerror(err.errno or 0)}") from err


def _compile(document: bytes | dict[str, Any], name: str, capabilities: Collection[str]) -> Filter:
    from pod.runtime import seccomp_compile, seccomp_profile

    profile = seccomp_profile.parse(document, name)
    program = seccomp_compile.compile_profile(profile, capabilities=capabilities)
    return Filter(program, profile.flags, profile.listener, profile.listener_metadata)


def _store(entry: str, made_from: bytes, compiled: Filter) -> None:
    header = [compiled.flags, compiled.listener, compiled.listener_metadata, len(compiled.program)]
    try:
        files.make_folders(os.path.dirname(entry))
        files.write_atomic(entry, made_from + jsonfile.dumps(header) + b"\n" + compiled.program, durable=False)
    except OSError:
        pass  # a cache that cannot be written costs the next run some time, no more


def _from_cache(entry: str, made_from: bytes) -> Filter | None:
    try:
        content = files.read_bytes(entry, 2 * _MAX_PROFILE)
    except OSError:
        return None
    if not content.startswith(made_from):
        return None
    header, _, program = content[len(made_from) :].partition(b"\n")
    try:
        flags, listener, metadata, length = jsonfile.loads(header)
    except (ValueError, TypeError):
        return None
    # a power cut can leave half an entry
    return Filter(program, flags, listener, metadata) if len(program) == length else None
