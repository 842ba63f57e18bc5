"""How a container's process becomes its user, with its capabilities and under its seccomp filter: credentials(7).

The order is forced by the kernel; every step takes away what only the steps before it need:

    1 bounding set    PR_CAPBSET_DROP needs CAP_SETPCAP, which step 4 may take
    2 groups, ids     setgroups(2), setresgid(2) need CAP_SETGID, and setresuid(2), the last of them, CAP_SETUID
    3 keepcaps        set before 2, for setresuid(2) away from 0 would empty the permitted set
    4 capset          the container's sets; CAP_SYS_ADMIN stays where step 7 needs it
    5 ambient set     a bit must be permitted and inheritable already
    6 no_new_privs
    7 seccomp         needs no_new_privs or CAP_SYS_ADMIN (seccomp(2), EACCES); the filter is in force for what follows
    8 capset          gives up the CAP_SYS_ADMIN of step 4

Behind the filter are at most one capset(2) and the execve(2), so a profile need allow nothing else for pod's sake.
"""

from __future__ import annotations

import errno
import os

from pod.linux import files
from pod.linux import syscalls as sc
from pod.runtime import capabilities as caps
from pod.runtime import seccomp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.oci.runtime_spec import Capabilities
    from pod.runtime.seccomp import Filter

_HIGHEST_BIT = 63
_SYS_ADMIN = caps.mask(("CAP_SYS_ADMIN",))


def assume(
    uid: int,
    gid: int,
    groups: tuple[int, ...] | None,
    capabilities: Capabilities,
    *,
    no_new_privs: bool = False,
    filter: Filter | None = None,
    death_signal: int = 0,
) -> int | None:
    """Turn the calling process, which has every capability in its user namespace, into the container's own.

    `groups` None keeps the supplementary groups; `death_signal` is sent to us when our parent ends. Returns the
    seccomp listener's descriptor if the filter wants one. Once the ids have changed, the process may not open its own
    /proc/self entries until execve(2), which makes it dumpable again. Raises OSError and KernelRefused.
    """
    permitted, effective = caps.mask(capabilities.permitted), caps.mask(capabilities.effective)
    inheritable = caps.mask(capabilities.inheritable)
    for_filter = _SYS_ADMIN if filter is not None and not no_new_privs else 0

    drop_bounding(caps.mask(capabilities.bounding))
    sc.prctl(sc.PR_SET_KEEPCAPS, 1)
    set_ids(uid, gid, groups)
    if death_signal:
        sc.prctl(sc.PR_SET_PDEATHSIG, death_signal)  # the change of ids has cleared it (prctl(2))
    sc.capset(effective | for_filter, permitted | for_filter, inheritable)
    set_ambient(caps.mask(capabilities.ambient))
    if no_new_privs:
        sc.prctl(sc.PR_SET_NO_NEW_PRIVS, 1)
    listener = None if filter is None else seccomp.install(filter)
    if for_filter & ~(effective & permitted):
        sc.capset(effective, permitted, inheritable)
    return listener


def drop_bounding(keep: int) -> None:
    """Take every capability out of the bounding set but those in the mask, also those that pod has no name for."""
    for number in range(_HIGHEST_BIT + 1):
        if keep >> number & 1:
            continue
        try:
            sc.prctl(sc.PR_CAPBSET_DROP, number)
        except OSError as err:
            if err.errno != errno.EINVAL:
                raise
            return  # beyond the last one of this kernel


def set_ids(uid: int, gid: int, groups: tuple[int, ...] | None) -> None:
    """Set all user and group ids. Where the namespace forbids setgroups(2), the supplementary groups stay."""
    if groups is not None:
        try:
            os.setgroups(groups)
        except PermissionError:
            if not _setgroups_denied():
                raise
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def set_ambient(bits: int) -> None:
    """Make the ambient set exactly the mask."""
    sc.prctl(sc.PR_CAP_AMBIENT, sc.PR_CAP_AMBIENT_CLEAR_ALL)
    for number in range(_HIGHEST_BIT + 1):
        if bits >> number & 1:
            sc.prctl(sc.PR_CAP_AMBIENT, sc.PR_CAP_AMBIENT_RAISE, number)


def _setgroups_denied() -> bool:
    """A user namespace with a map that no privileged helper wrote has "deny" here: user_namespaces(7)."""
    try:
        return files.read_bytes("/proc/self/setgroups", 64).strip() == b"deny"
    except OSError:
        return False
