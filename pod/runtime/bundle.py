"""What the runtime is asked to run: an OCI configuration, and what a frozen document cannot hold."""

from __future__ import annotations

import os

from pod.linux import jsonfile
from pod.oci.runtime_spec import Spec
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.runtime.accounts import NewAccounts
    from pod.runtime.seccomp import Filter


class Bundle(Record):
    """A container to start.

    The user is text, looked up in the image by the container's own first process, because only there are the
    image's layers one file system. `mount_root` mounts the root file system at the path it is given; it runs in the
    container's own mount namespace, so that the kernel unmounts it with the container, however that ends.
    """

    spec: Spec
    rootfs: str
    mount_root: Callable[[str], None] | None = None  # None: `rootfs` is a finished folder
    user: str = ""
    group_add: tuple[str, ...] = ()
    cap_add: tuple[str, ...] = ()  # the capabilities that a user other than root gets, too
    seccomp: Filter | None = None  # None: unconfined
    cgroup: str = ""  # the folder of its control group
    systemd: tuple[str, ...] = ()  # the sockets of the user's systemd, which can move processes into it
    init: bool = False  # a pid 1 of ours that reaps and forwards signals
    accounts: NewAccounts | None = None  # users and groups that the image's files are to know
    preserved: tuple[tuple[int, int], ...] = ()  # descriptors for the program: its number, and ours
    foreign_streams: bool = False  # the standard streams are somebody else's, whose owner must not change


def read(folder: str) -> Bundle:
    """Return the bundle in a folder: config.json and the root file system that it names. Raises OSError, ValueError.

    The configuration's ids, capabilities and seccomp object hold as they stand (runtime-spec, config.md).
    """
    document = jsonfile.read(f"{folder}/config.json")
    spec = Spec.from_json(document)
    filter = document.get("linux", {}).get("seccomp")
    if filter is not None:
        from pod.runtime import seccomp

        filter = seccomp.from_oci(filter, f"{folder}/config.json")
    return Bundle(spec, os.path.join(folder, spec.root.path), seccomp=filter)


def bind_folder(path: str) -> None:
    """Mount a plain folder on itself, as pivot_root(2) asks of a new root."""
    from pod.linux import syscalls as sc

    sc.mount(path, path, None, sc.MS_BIND | sc.MS_REC)
