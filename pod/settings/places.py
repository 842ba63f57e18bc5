"""Where configuration files lie (containers.conf(5), containers-storage.conf(5), pod.conf(5), Docker's config.json).

Order matters: of files of one kind a later one wins, but of storage.conf the first that exists is the only one.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONTAINERS, CONTAINERS_FOLDER, NEEDED = "containers", "containers.d", "needed"
STORAGE, DOCKER, POD = "storage", "docker", "pod"

_SYSTEM = ("/usr/share/containers", "/etc/containers")


def candidates(environ: Mapping[str, str], home: str, modules: Sequence[str]) -> list[list[str]]:
    """Return [kind, path] of every file and folder that may hold a setting. Raises UsageError for an unknown module."""
    config_home = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    user = f"{config_home}/containers"
    found: list[list[str]] = []
    if chosen := environ.get("CONTAINERS_CONF"):
        found.append([NEEDED, os.path.abspath(chosen)])
    else:
        for folder in (*_SYSTEM, user):
            found.append([CONTAINERS, f"{folder}/containers.conf"])
            found.append([CONTAINERS_FOLDER, f"{folder}/containers.conf.d"])
    found += [[NEEDED, _module(name, user)] for name in modules]
    if override := environ.get("CONTAINERS_CONF_OVERRIDE"):
        found.append([NEEDED, os.path.abspath(override)])
    if chosen := environ.get("CONTAINERS_STORAGE_CONF"):
        found.append([STORAGE, os.path.abspath(chosen)])
    found += [[STORAGE, f"{folder}/storage.conf"] for folder in (user, "/etc/containers", "/usr/share/containers")]
    found.append([DOCKER, f"{environ.get('DOCKER_CONFIG') or f'{home}/.docker'}/config.json"])
    found += [[POD, "/etc/pod/pod.conf"], [POD, f"{config_home}/pod/pod.conf"]]
    return found


def _module(name: str, user: str) -> str:
    if os.path.isabs(name):
        return name
    folders = [f"{folder}/containers.conf.modules" for folder in (user, "/etc/containers", "/usr/share/containers")]
    for folder in folders:
        if os.path.isfile(f"{folder}/{name}"):
            return f"{folder}/{name}"
    from pod.errors import UsageError

    raise UsageError(f"no configuration module {name}", hint=f"modules are looked for in {', '.join(folders)}")
