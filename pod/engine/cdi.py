"""Devices by the names of the Container Device Interface, vendor.com/class=name: their makers say what they need.

https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md. Specifications lie in /etc/cdi, /var/run/cdi
and, for a user's own, in ~/.config/cdi; where several have a device, the later folder's counts.
"""

from __future__ import annotations

import json
import os

from pod.errors import PodError, UsageError
from pod.linux import files
from pod.oci import runtime_spec as oci
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from pod.engine.engine import Engine

_MAX_FILE = 4 << 20
_GPUS = "nvidia.com/gpu"  # what --gpus asks for


class Edits(Record):
    """What some devices want changed in a configuration."""

    env: tuple[str, ...] = ()
    mounts: tuple[oci.Mount, ...] = ()
    groups: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()  # the programs that pod does not run


def folders(engine: Engine) -> list[str]:
    """Return where specifications are looked for; a later folder's device takes the place of an earlier one's."""
    configured = engine.settings.config.values.get("engine.cdi_spec_dirs") or ["/etc/cdi", "/var/run/cdi"]
    return [*configured, f"{engine.settings.home}/.config/cdi"]


def check(engine: Engine, name: str) -> None:
    """Raise for a device that no specification has; say what it wants and does not get."""
    for hook in edits(engine, (name,)).hooks:
        engine.notify(f"{name} wants {hook} to be run at each start; pod runs no hooks: see whether it works")


def apply(engine: Engine, spec: oci.Spec, names: Iterable[str]) -> tuple[oci.Spec, tuple[str, ...]]:
    """Return the configuration with what the devices want, and the groups that open them. Raises PodError."""
    wanted = edits(engine, names)
    given = {item.partition("=")[0]: item for item in (*spec.process.env, *wanted.env)}
    process = spec.process.replace(env=tuple(given.values()))
    return spec.replace(process=process, mounts=(*spec.mounts, *wanted.mounts)), wanted.groups


def edits(engine: Engine, names: Iterable[str]) -> Edits:
    """Return what the named devices want, and what belongs to all of a specification's. Raises PodError, UsageError."""
    known = _devices(engine)
    found = Edits()
    whole: set[str] = set()
    for name in names:
        if name not in known:
            raise _unknown(engine, name, known)
        path, common, own = known[name]
        for part in (common if path not in whole else {}, own):
            found = _with(found, part, path)
        whole.add(path)
    return found


def _unknown(engine: Engine, name: str, known: dict[str, Any]) -> UsageError:
    if name.startswith(f"{_GPUS}=") and not any(one.startswith(f"{_GPUS}=") for one in known):
        return UsageError(
            f"no GPU is described on this machine: there is no specification of {_GPUS}",
            hint="`nvidia-ctk cdi generate --output ~/.config/cdi/nvidia.yaml` makes one for you (no root needed)",
        )
    kind = name.partition("=")[0]
    same = sorted(one for one in known if one.partition("=")[0] == kind) or sorted(known)
    shown = ", ".join(same[:8]) or f"no device at all; specifications belong into {' or '.join(folders(engine))}"
    return UsageError(f"no device {name}: no CDI specification has it", hint=f"there is {shown}")


def _devices(engine: Engine) -> dict[str, tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return all devices by name: the file, the edits of all its devices, and their own."""
    found = {}
    for path, document in _documents(engine):
        kind = document.get("kind")
        devices = document.get("devices")
        if not isinstance(kind, str) or not isinstance(devices, list):
            raise PodError(f"{path} is no CDI specification: it has no kind or no devices")
        common = _edits_of(document, path)
        for device in devices:
            if not isinstance(device, dict) or not device.get("name"):
                raise PodError(f"{path} is no CDI specification: a device has no name")
            found[f"{kind}={device['name']}"] = (path, common, _edits_of(device, path))
    return found


def _documents(engine: Engine) -> Iterator[tuple[str, dict[str, Any]]]:
    for folder in folders(engine):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            if name.endswith((".yaml", ".yml", ".json")):
                path = f"{folder}/{name}"
                yield path, _read(path)


def _read(path: str) -> dict[str, Any]:
    try:
        data = files.read_bytes(path, _MAX_FILE)
        if path.endswith(".json"):
            document = json.loads(data)
        else:
            import yaml

            document = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as err:
        raise PodError(f"cannot read {path}: {err.strerror}") from err
    except Exception as err:  # json and yaml have no common error; a broken file must not look like a bug of ours
        raise PodError(f"{path} is broken: {err}".splitlines()[0]) from err
    if not isinstance(document, dict):
        raise PodError(f"{path} is no CDI specification")
    return document


def _edits_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    wanted = document.get("containerEdits") or {}
    if not isinstance(wanted, dict):
        raise PodError(f"{path} is broken: containerEdits is no object")
    return wanted


def _with(found: Edits, wanted: dict[str, Any], path: str) -> Edits:
    try:
        nodes = [_node(node) for node in wanted.get("deviceNodes") or ()]
        mounts = [_mount(mount) for mount in wanted.get("mounts") or ()]
        hooks = [str(hook["path"]) for hook in wanted.get("hooks") or ()]
        env = [str(item) for item in wanted.get("env") or ()]
        groups = [str(int(group)) for group in wanted.get("additionalGids") or () if group]
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise PodError(f"{path} is broken: {type(err).__name__}: {err}") from err
    return Edits(
        (*found.env, *env),
        (*found.mounts, *nodes, *mounts),
        (*found.groups, *groups),
        tuple(dict.fromkeys((*found.hooks, *hooks))),
    )


def _node(node: dict[str, Any]) -> oci.Mount:
    """A device node is bound, as nobody makes one without root: its owner and its rights stay those of the host."""
    target = _absolute(node["path"])
    return oci.Mount(
        target, "bind", _absolute(node.get("hostPath") or target), ("bind", "nosuid", "noexec", "rprivate")
    )


def _mount(mount: dict[str, Any]) -> oci.Mount:
    options = tuple(map(str, mount.get("options") or ("ro", "nosuid", "nodev", "bind")))
    kind = str(mount.get("type") or "bind")
    if kind not in ("bind", "rbind", "tmpfs"):
        raise ValueError(f"a mount of type {kind}")
    bound = () if kind == "tmpfs" or {"bind", "rbind"} & set(options) else ("rbind",)
    source = "tmpfs" if kind == "tmpfs" else _absolute(mount["hostPath"])
    return oci.Mount(_absolute(mount["containerPath"]), kind, source, (*options, *bound))


def _absolute(path: Any) -> str:
    if not isinstance(path, str) or not path.startswith("/"):
        raise ValueError(f"{path!r} is no absolute path")
    return path
