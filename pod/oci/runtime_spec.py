"""The OCI runtime specification's config.json as frozen records (https://github.com/opencontainers/runtime-spec).

The members that pod uses; whatever else a bundle's document holds is kept in `unknown`.
"""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OCI_VERSION = "1.1.0"


class User(Record):
    """Who the process runs as, in ids of the container's user namespace."""

    _omit_defaults = True
    _wire = {"additional_gids": "additionalGids"}

    uid: int
    gid: int
    umask: int | None = None
    additional_gids: tuple[int, ...] = ()


class Capabilities(Record):
    """The five sets of capabilities(7), by their CAP_ names."""

    bounding: tuple[str, ...] = ()
    effective: tuple[str, ...] = ()
    permitted: tuple[str, ...] = ()
    inheritable: tuple[str, ...] = ()
    ambient: tuple[str, ...] = ()


class Rlimit(Record):
    """A resource limit of setrlimit(2), by its RLIMIT_ name."""

    type: str
    soft: int
    hard: int


class Process(Record):
    """The process to run in the container."""

    _omit_defaults = True
    _wire = {"no_new_privileges": "noNewPrivileges", "oom_score_adj": "oomScoreAdj"}

    args: tuple[str, ...]
    cwd: str
    user: User
    env: tuple[str, ...] = ()
    terminal: bool = False
    capabilities: Capabilities | None = None
    rlimits: tuple[Rlimit, ...] = ()
    no_new_privileges: bool = False
    oom_score_adj: int | None = None
    unknown: dict[str, Any] = {}


class Root(Record):
    """The root file system: a path relative to the bundle."""

    _omit_defaults = True

    path: str
    readonly: bool = False


class Mount(Record):
    """One mount inside the container, in the order of the list."""

    _omit_defaults = True

    destination: str
    type: str = ""
    source: str = ""
    options: tuple[str, ...] = ()


class Namespace(Record):
    """A namespace to make, or with a path one to join."""

    _omit_defaults = True

    type: str
    path: str = ""


class IdMapping(Record):
    """`size` ids of the container, from `container_id` on, are those from `host_id` on of the caller's namespace."""

    _wire = {"container_id": "containerID", "host_id": "hostID"}

    container_id: int
    host_id: int
    size: int


class Personality(Record):
    """The execution domain: LINUX or LINUX32 (personality(2))."""

    domain: str


class Linux(Record):
    """What is particular to Linux."""

    _omit_defaults = True
    _wire = {
        "masked_paths": "maskedPaths",
        "readonly_paths": "readonlyPaths",
        "rootfs_propagation": "rootfsPropagation",
        "cgroups_path": "cgroupsPath",
        "uid_mappings": "uidMappings",
        "gid_mappings": "gidMappings",
    }

    namespaces: tuple[Namespace, ...] = ()
    uid_mappings: tuple[IdMapping, ...] = ()
    gid_mappings: tuple[IdMapping, ...] = ()
    masked_paths: tuple[str, ...] = ()
    readonly_paths: tuple[str, ...] = ()
    sysctl: dict[str, str] = {}
    personality: Personality | None = None
    rootfs_propagation: str = ""
    cgroups_path: str = ""
    unknown: dict[str, Any] = {}

    def namespace(self, kind: str) -> Namespace | None:
        """Return the namespace of that type, None where the container shares the caller's."""
        for namespace in self.namespaces:
            if namespace.type == kind:
                return namespace
        return None


class Spec(Record):
    """A whole config.json."""

    _omit_defaults = True
    _wire = {"oci_version": "ociVersion"}

    oci_version: str
    process: Process
    root: Root
    hostname: str = ""
    domainname: str = ""
    mounts: tuple[Mount, ...] = ()
    linux: Linux = Linux()
    annotations: dict[str, str] = {}
    unknown: dict[str, Any] = {}
