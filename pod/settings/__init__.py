"""The user's intent, read once: flags, then environment, then configuration files.

The environment is read here and handed on; pod.registry.places alone asks it for the files on registries.
"""

from __future__ import annotations

import os

from pod.errors import KernelRefused
from pod.record import Record
from pod.settings import configuration
from pod.settings.configuration import Configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_VARIABLES = {"PODMAN_USERNS": "containers.userns", "DOCKER_DEFAULT_PLATFORM": "environment.platform"}
"""Variables that are defaults of options, as settings of files are."""


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
    systemd: tuple[str, ...] = ()  # where the user's systemd may listen; () where it is not to be asked
    config: Configuration = Configuration()


def load(
    environ: Mapping[str, str],
    *,
    root: str = "",
    runroot: str = "",
    storage_driver: str = "",
    storage_opt: Sequence[str] = (),
    cgroup_manager: str = "",
    debug: bool = False,
    modules: Sequence[str] = (),
) -> Settings:
    """Return the settings for this process; non-empty arguments are the flags and win over everything.

    Raises UsageError for a configuration file that cannot be read or is no TOML, and for a module that does not exist.
    """
    uid = os.getuid()
    home = environ.get("HOME") or _home_of(uid)
    runtime = _runtime_folder(environ, uid)
    _check_hosts(environ)
    config = _with_variables(environ, configuration.read(environ, home, f"{runtime}/pod/settings.json", modules))
    data_home = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    driver, mount_program = _storage(environ, config, storage_driver, storage_opt)
    return Settings(
        root=os.path.abspath(root or environ.get("POD_ROOT") or config.text("pod.root") or f"{data_home}/pod"),
        runroot=os.path.abspath(
            runroot or environ.get("POD_RUNROOT") or config.text("pod.runroot") or f"{runtime}/pod"
        ),
        home=home,
        storage_driver=driver,
        mount_program=mount_program,
        debug=debug,
        uid=uid,
        systemd=_systemd(environ, runtime, cgroup_manager or config.text("engine.cgroup_manager")),
        config=config,
    )


def _systemd(environ: Mapping[str, str], runtime: str, cgroup_manager: str) -> tuple[str, ...]:
    """Return the sockets of the user's systemd: its own, where no bus is needed, and the bus's."""
    if cgroup_manager == "cgroupfs":
        return ()
    bus = environ.get("DBUS_SESSION_BUS_ADDRESS", "").partition(",")[0]
    return f"{runtime}/systemd/private", bus[10:] if bus.startswith("unix:path=") else f"{runtime}/bus"


def _check_hosts(environ: Mapping[str, str]) -> None:
    """Raise UsageError where the user means containers of another machine: these here would be the wrong ones.

    A socket of this machine is no such thing: DOCKER_HOST is set for the sake of programs that speak Docker's API.
    """
    for name in ("CONTAINER_HOST", "DOCKER_HOST"):
        value = environ.get(name)
        if value and not value.startswith(("unix:", "fd:", "/")):
            from pod.errors import UsageError

            raise UsageError(
                f"{name} is {value}: pod works on this machine only",
                hint=f"run pod there (ssh HOST pod …), or unset {name} to work here",
            )


def _with_variables(environ: Mapping[str, str], config: Configuration) -> Configuration:
    """Return the configuration with the settings that are variables of the environment."""
    found = {key: environ[name] for name, key in _VARIABLES.items() if environ.get(name)}
    if not found:
        return config
    origins = {key: f"the environment: {name}" for name, key in _VARIABLES.items() if key in found}
    return config.replace(values={**config.values, **found}, origins={**config.origins, **origins})


def _storage(environ: Mapping[str, str], config: Configuration, flag: str, options: Sequence[str]) -> tuple[str, str]:
    """Return the storage driver and the program that mounts for it. Raises UsageError for another option."""
    driver = flag or environ.get("STORAGE_DRIVER") or config.text("pod.driver") or config.text("storage.driver")
    program = config.text("pod.mount_program")
    for option in (*environ.get("STORAGE_OPTS", "").split(","), *options):
        name, _, value = option.partition("=")
        if name in ("mount_program", "overlay.mount_program"):
            program = value
        elif option in options:
            from pod.errors import UsageError

            raise UsageError(f"there is no option of storage {name}", hint="there is overlay.mount_program=PATH")
    program = program or config.text("storage.options.overlay.mount_program")
    program = program or config.text("storage.options.mount_program")
    return "fuse-overlayfs" if driver == "overlay" and program and not flag else driver, program


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
