"""Where the user's and the administrator's files on registries lie: the one module here that reads the environment.

The places are those of containers-auth.json(5), containers-registries.conf(5) and containers-certs.d(5), which Docker's
`~/.docker/config.json` joins.
"""

from __future__ import annotations

import os


def config_home() -> str:
    """Return the folder of the user's configuration files."""
    return os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")


def auth_files() -> list[str]:
    """Return the files that may hold credentials, the one that `login` writes first."""
    chosen = os.environ.get("REGISTRY_AUTH_FILE", "")
    if chosen:
        return [chosen]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    docker = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")
    places = [f"{runtime}/containers/auth.json"] if runtime else []
    return [*places, f"{config_home()}/containers/auth.json", f"{docker}/config.json"]


def registries_files() -> list[str]:
    """Return the configuration files on registries that there are; a later one wins."""
    main = [
        os.environ.get("CONTAINERS_REGISTRIES_CONF", ""),
        f"{config_home()}/containers/registries.conf",
        "/etc/containers/registries.conf",
    ]
    found = [path for path in main if path and os.path.exists(path)][:1]
    for folder in ("/etc/containers/registries.conf.d", f"{config_home()}/containers/registries.conf.d"):
        found += [f"{folder}/{name}" for name in sorted(_names(folder)) if name.endswith(".conf")]
    return found


def short_name_file() -> str:
    """Return the file with the meanings of short names that a person chose."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return f"{cache}/containers/short-name-aliases.conf"


def policy_file() -> str:
    """Return the policy on trust that holds, "" where there is none."""
    for path in (user_policy_file(), "/etc/containers/policy.json"):
        if os.path.exists(path):
            return path
    return ""


def user_policy_file() -> str:
    """Return the user's own policy, which replaces the machine's."""
    return f"{config_home()}/containers/policy.json"


def registries_d_files() -> list[str]:
    """Return the files that say where signatures lie: the user's, or else the machine's."""
    folders = (f"{config_home()}/containers/registries.d", "/etc/containers/registries.d")
    folder = next((path for path in folders if os.path.isdir(path)), "")
    return [f"{folder}/{name}" for name in sorted(_names(folder)) if name.endswith((".yaml", ".yml"))] if folder else []


def signature_folder() -> str:
    """Return where signatures lie if no file says anything."""
    home = os.path.expanduser("~")
    return "/var/lib/containers/sigstore" if home == "/root" else f"{home}/.local/share/containers/sigstore"


def certificate_folders(host: str) -> list[str]:
    """Return the folders that may hold certificates for a registry, the user's first."""
    parents = [f"{config_home()}/containers", "/etc/containers", "/etc/docker"]
    return [f"{parent}/certs.d/{host}" for parent in parents]


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
