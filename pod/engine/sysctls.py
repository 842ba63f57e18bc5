"""`--sysctl`: only what belongs to a namespace of the container's own may be set (namespaces(7), sysctl(8))."""

from __future__ import annotations

from pod.engine.options import CreateOptions
from pod.errors import UsageError

_IPC = frozenset(
    "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni "
    "kernel.shm_rmid_forced".split()
)
_UTS = frozenset(("kernel.domainname", "kernel.hostname"))


def check(options: CreateOptions) -> None:
    """Raise UsageError for a setting that would be the whole machine's."""
    for key in options.sysctls:
        option, mode = _owner(key, options)
        if not option:
            raise UsageError(
                f"cannot set sysctl {key}: it is the whole machine's, not a container's",
                hint="net.*, fs.mqueue.* and the kernel.msg*, kernel.sem and kernel.shm* of System V IPC can be set",
            )
        if mode.partition(":")[0] not in ("", "private", "slirp4netns", "pasta", "bridge", "none"):
            raise UsageError(f"cannot set sysctl {key} with {option} {mode}: that namespace is not the container's own")


def _owner(key: str, options: CreateOptions) -> tuple[str, str]:
    """Return the option of the namespace that a setting belongs to, and its value; ("", "") for none."""
    if key.startswith("net."):
        return "--network", options.network
    if key in _IPC or key.startswith("fs.mqueue."):
        return "--ipc", options.ipc_mode
    if key in _UTS:
        return "--uts", options.uts_mode
    return "", ""
