"""The user's intent, read once: flags, then environment, then configuration files. Nothing else reads the environment.

Files of configuration are TOML; their parser costs more than a whole `pod ps`, so it is imported only when such a
file exists.
"""

from __future__ import annotations

import os

from pod.errors import KernelRefused
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Settings(Record):
    """Everything that a command needs to know of its surroundings."""

    root: str
    runroot: str
    home: str
    storage_driver: str = ""  # "" chooses by trying
    mount_program: str = ""  # fuse-overlayfs of storage.conf
    debug: bool = False
    uid: int = 0
    proxy: tuple[str, ...] = ()


def load(
    environ: Mapping[str, str], *, root: str = "", runroot: str = "", storage_driver: str = "", debug: bool = False
) -> Settings:
    """Return the settings for this process; non-empty arguments are the flags and win over everything."""
    uid = os.getuid()
    home = environ.get("HOME") or _home_of(uid)
    storage = _storage_conf(environ, home)
    data_home = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    driver = storage_driver or environ.get("STORAGE_DRIVER", "") or str(storage.get("driver", ""))
    options = storage.get("options", {})
    mount_program = str(options.get("overlay", {}).get("mount_program", options.get("mount_program", "")))
    if driver == "overlay" and mount_program and not storage_driver:
        driver = "fuse-overlayfs"
    return Settings(
        root=os.path.abspath(root or environ.get("POD_ROOT", "") or f"{data_home}/pod"),
        runroot=os.path.abspath(runroot or environ.get("POD_RUNROOT", "") or f"{_runtime_folder(environ, uid)}/pod"),
        home=home,
        storage_driver=driver,
        mount_program=mount_program,
        debug=debug,
        uid=uid,
    )


def _home_of(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_dir
    except KeyError:
        return "/"


def _runtime_folder(environ: Mapping[str, str], uid: int) -> str:
    """Return a folder of this boot that only this user can write to: sessions without one get it below /tmp."""
    for path in (environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{uid}"):
        if path and os.access(path, os.W_OK | os.X_OK):
            return path
    path = f"/tmp/pod-run-{uid}"
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        info = os.lstat(path)
        if info.st_uid != uid or info.st_mode & 0o40077 != 0o40000:
            raise KernelRefused(
                f"{path} is not a private folder of this user",
                hint="set XDG_RUNTIME_DIR to a folder of yours with mode 0700",
            ) from None
    return path


def _storage_conf(environ: Mapping[str, str], home: str) -> dict[str, Any]:
    """Return the [storage] table that containers-storage.conf(5) describes, from the first file that there is."""
    config_home = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    candidates = [environ.get("CONTAINERS_STORAGE_CONF", ""), f"{config_home}/containers/storage.conf"]
    candidates += ["/etc/containers/storage.conf", "/usr/share/containers/storage.conf"]
    for path in candidates:
        if path and os.path.exists(path):
            return _read_toml(path).get("storage", {})  # type: ignore[no-any-return]
    return {}


def _read_toml(path: str) -> dict[str, Any]:
    import tomllib

    from pod.errors import UsageError

    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise UsageError(f"{path}: {err}", hint="mend the file; its syntax is TOML") from err
