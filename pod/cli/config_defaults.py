"""Settings of containers.conf that are defaults of options: what was not typed is taken from there.

A setting says the same as its option, in the same words, and goes through the same parser. The tables here say which
option that is; what needs a closer look is in the functions below them. pod.settings.keys explains every setting.
"""

from __future__ import annotations

from pod.cli import argv
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pod.cli.context import Context

_CREATING = frozenset(("container.run:run", "container.create:create"))

FOR_CREATING = {
    "containers.base_hosts_file": "hosts_file",
    "containers.cgroupns": "cgroupns",
    "containers.cgroups": "cgroups",
    "containers.dns_options": "dns_option",
    "containers.dns_searches": "dns_search",
    "containers.dns_servers": "dns",
    "containers.env_host": "env_host",
    "containers.http_proxy": "http_proxy",
    "containers.init": "init",
    "containers.init_path": "init_path",
    "containers.ipcns": "ipc",
    "containers.log_driver": "log_driver",
    "containers.no_hosts": "no_hosts",
    "containers.oom_score_adj": "oom_score_adj",
    "containers.pidns": "pid",
    "containers.pids_limit": "pids_limit",
    "containers.privileged": "privileged",
    "containers.read_only": "read_only",
    "containers.shm_size": "shm_size",
    "containers.tz": "tz",
    "containers.umask": "umask",
    "containers.userns": "userns",
    "containers.utsns": "uts",
    "engine.image_volume_mode": "image_volume",
    "engine.pull_policy": "pull",
    "engine.stop_timeout": "stop_timeout",
    "network.default_rootless_network_cmd": "network",
    "containers.netns": "network",
}
"""Settings and the parameters of `run` and `create` whose defaults they are; of two for one, the later wins."""

ADDED = {
    "containers.annotations": "annotation",
    "containers.cgroup_conf": "cgroup_conf",
    "containers.default_sysctls": "sysctl",
    "containers.default_ulimits": "ulimit",
    "containers.devices": "device",
    "containers.mounts": "mount",
    "containers.volumes": "volume",
}
"""Lists that stand before what was typed, which then goes first where the two contradict each other."""

ANYWHERE = {
    "docker.detachKeys": "detach_keys",
    "engine.detach_keys": "detach_keys",
    "environment.platform": "platform",
    "engine.add_compression": "add_compression",
    "engine.compression_format": "compression_format",
    "engine.compression_level": "compression_level",
    "engine.multi_image_archive": "multi_image_archive",
    "engine.retry": "retry",
    "engine.retry_delay": "retry_delay",
}
"""Settings of every command that has such a parameter."""

_DOCKER_FORMATS = {
    "container.ps:ps": "docker.psFormat",
    "container.stats:stats": "docker.statsFormat",
    "image.ls:ls": "docker.imagesFormat",
}

_BUILT_IN = "/usr/share/containers/seccomp.json"
"""The file with the list that pod has built in."""

_USUAL = {
    "containers.netns": ("private", ""),
    "containers.userns": ("host", ""),
    "containers.cgroups": ("enabled", ""),
    "containers.ipcns": ("shareable", ""),
    "network.default_rootless_network_cmd": ("",),
}
"""Values that say what happens anyway."""


def fill(context: Context, spec: argv.Spec, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the defaults of the configuration for options that were not given."""
    options = {option[0]: option[1] for option in spec.options.values() if option[0] not in spec.refused}
    config = context.settings.config.values
    filled = dict(values)
    creating = spec.target in _CREATING
    table = {**ANYWHERE, **FOR_CREATING} if creating else ANYWHERE
    for setting, parameter in table.items():
        if setting in config and parameter in options and parameter not in values:
            if config[setting] in _USUAL.get(setting, ()):
                continue
            filled[parameter] = _typed(options[parameter], config[setting])
    if creating:
        for setting, parameter in ADDED.items():
            if setting in config and parameter in options:
                filled[parameter] = (*config[setting], *values.get(parameter, ()))
        _adjust(config, filled, values)
    elif context.as_docker and "format" not in values and not values.get("quiet"):
        setting = _DOCKER_FORMATS.get(spec.target, "")
        if setting in config:
            filled["format"] = config[setting]
    return filled


def calling(context: Context, spec: argv.Spec, filled: Mapping[str, Any], call: Callable[[], int]) -> int:
    """Call a command; where it complains of an option that was not typed, say where that comes from."""
    try:
        return call()
    except UsageError as err:
        for setting, parameter in {**ANYWHERE, **FOR_CREATING, **ADDED}.items():
            origin = context.settings.config.origins.get(setting)
            spellings = [name for name, option in spec.options.items() if option[0] == parameter and len(name) > 2]
            if origin and parameter in filled and any(f"{name}:" in f"{err.message}: " for name in spellings):
                hint = f"{setting.partition('.')[2]} is set in {origin}"
                raise UsageError(err.message, hint=f"{err.hint}\n{hint}".strip()) from err
        raise


def _typed(kind: str, value: Any) -> Any:
    """Return the value as the parser of options would have made it of the same text."""
    if kind == argv.LIST:
        return tuple(value) if isinstance(value, list) else (str(value),)
    return str(value) if kind == argv.TEXT else value


def _adjust(config: Mapping[str, Any], filled: dict[str, Any], typed: Any) -> None:
    """See to the settings of containers that depend on others, or on what was typed."""
    if "no_hosts" in filled and filled.get("add_host"):
        filled["no_hosts"] = typed.get("no_hosts", False)
    if config.get("containers.default_sysctls"):
        allowed = [text for text in config["containers.default_sysctls"] if _own_namespace(text, filled)]
        filled["sysctl"] = (*allowed, *typed.get("sysctl", ()))
    if "containers.default_capabilities" in config:
        _capabilities(config["containers.default_capabilities"], filled)
    if "containers.shm_size" in config and "shm_size" not in typed:
        filled["shm_size"] = _decimal(filled["shm_size"])
    log = [f"tag={config['containers.log_tag']}"] if config.get("containers.log_tag") else []
    if config.get("containers.log_size_max", -1) > 0:
        log.append(f"max-size={config['containers.log_size_max']}")
    if log:
        filled["log_opt"] = (*log, *typed.get("log_opt", ()))
    profile = config.get("containers.seccomp_profile", _BUILT_IN)
    if profile != _BUILT_IN and not any(text.startswith("seccomp") for text in typed.get("security_opt", ())):
        filled["security_opt"] = (f"seccomp={profile}", *typed.get("security_opt", ()))
    address = config.get("containers.host_containers_internal_ip")
    if address and address != "none":
        names = ("host.containers.internal", "host.docker.internal")
        filled["add_host"] = (*(f"{name}:{address}" for name in names), *typed.get("add_host", ()))
    if config.get("containers.container_name_as_hostname") and typed.get("name"):
        filled.setdefault("hostname", typed["name"])


def _decimal(size: str) -> str:
    """Return a size of the file in bytes: there a kilobyte has 1000, as Podman reads it (go-units, FromHumanSize)."""
    number = size.lower().rstrip("b").rstrip("kmgt")
    power = " kmgt".find(size.lower().rstrip("b")[len(number) :] or " ")
    return str(int(number) * 1000**power) if number.isdecimal() and power >= 0 else size


def _own_namespace(sysctl: str, values: Mapping[str, Any]) -> bool:
    """Tell whether a sysctl belongs to a namespace that is the container's own (pod.engine.sysctls)."""
    parameter = "network" if sysctl.startswith("net.") else "ipc"
    modes = values.get(parameter, ())
    if not modes and (values.get("pod") or values.get("pod_id_file")):
        return False  # what a pod shares, its infra container has settled
    mode = modes if isinstance(modes, str) else (modes or ("",))[0]
    return not (mode == "host" or mode.startswith(("container:", "ns:")))


def _capabilities(wanted: list[str], values: dict[str, Any]) -> None:
    """Add and drop what makes pod's own list the one of the configuration; what was typed stands."""
    from pod.runtime.capabilities import PODMAN_DEFAULT

    names = {name if name.startswith("CAP_") else f"CAP_{name}" for name in map(str.upper, wanted)}
    added, dropped = values.get("cap_add", ()), values.get("cap_drop", ())
    settled = {f"CAP_{name.upper().removeprefix('CAP_')}" for text in (*added, *dropped) for name in text.split(",")}
    if "CAP_ALL" in settled:
        return
    if more := sorted(names - set(PODMAN_DEFAULT) - settled):
        values["cap_add"] = (*more, *added)
    if less := sorted(set(PODMAN_DEFAULT) - names - settled):
        values["cap_drop"] = (*less, *dropped)
