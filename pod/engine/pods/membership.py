"""Being in a pod: what a container to be takes over from its pod, and the mark that it leaves there."""

from __future__ import annotations

import os

from pod.engine import containers
from pod.engine.pods import store
from pod.errors import InUse, NoSuchPod, UsageError
from pod.linux import files
from pod.storage.container_records import Users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.engine.options import CreateOptions
    from pod.linux.locks import Lock
    from pod.storage.container_records import ContainerRecord
    from pod.storage.pod_records import PodRecord

_NEW = "new:"
_MODES = (("ipc", "ipc_mode"), ("pid", "pid_mode"), ("uts", "uts_mode"), ("cgroup", "cgroup_mode"))
_OF_POD = {  # options on what the pod's containers share, which are therefore said when the pod is made
    "--publish": "publish",
    "--publish-all": "publish_all",
    "--add-host": "add_host",
    "--dns": "dns",
    "--dns-option": "dns_option",
    "--dns-search": "dns_search",
}


def settle(engine: Engine, options: CreateOptions) -> CreateOptions:
    """Return the options of a container that is to be in a pod, or in a new one. Raises NoSuchPod, UsageError."""
    if options.pod.id.startswith(_NEW):
        options = _with_new_pod(engine, options)
    pod = store.find(engine.layout, options.pod.id)
    taken = {mount.target.rstrip("/") for mount in options.mounts}
    options = options.replace(
        pod=options.pod.replace(id=pod.id),
        mounts=(*(mount for mount in pod.mounts if mount.target.rstrip("/") not in taken), *options.mounts),
        volumes_from=(*pod.volumes_from, *options.volumes_from),
        devices=(*(device for device in pod.devices if device not in options.devices), *options.devices),
        security_opt=(*pod.security_opt, *options.security_opt),
        restart=pod.restart if options.restart.name == "no" and not options.auto_remove else options.restart,
    )
    return _sharing(engine, pod, options) if pod.infra else options


def _with_new_pod(engine: Engine, options: CreateOptions) -> CreateOptions:
    """Make the pod; what the container was given of networks and names is the pod's."""
    from pod.engine.pods.create import create_pod
    from pod.engine.pods.options import PodOptions

    moved = {"network": "", "networks": (), "publish": (), "hostname": "", "add_host": (), "users": Users()}
    moved |= {"dns": (), "dns_search": (), "dns_option": ()}
    pod = create_pod(
        engine,
        PodOptions(
            name=options.pod.id.removeprefix(_NEW),
            create_command=options.create_command,
            **{name: getattr(options, name) for name in moved},
        ),
    )
    return options.replace(pod=options.pod.replace(id=pod.id), **moved)


def _sharing(engine: Engine, pod: PodRecord, options: CreateOptions) -> CreateOptions:
    infra = containers.load(engine.layout, pod.infra).record
    changes: dict[str, Any] = {
        field: _joined(pod, getattr(infra, field))
        for kind, field in _MODES
        if kind in pod.share and not getattr(options, field)
    }
    if "net" in pod.share and not options.network:
        _refuse_what_is_the_pods(pod, options)
        names = ("add_host", "dns", "dns_search", "dns_option", "hosts_file")
        changes |= {"network": _joined(pod, infra.network), "no_hosts": infra.no_hosts or options.no_hosts}
        changes |= {name: getattr(infra, name) for name in names}
    if "user" in pod.share and options.users == Users() and infra.users != Users():
        changes["users"] = Users(mode="container", value=pod.infra)
    lifecycle = options.lifecycle.replace(requires=(pod.infra, *options.lifecycle.requires))
    return options.replace(lifecycle=lifecycle, **changes)


def _joined(pod: PodRecord, mode: str) -> str:
    """Return the mode of a namespace that is shared through the infra container; the machine's own needs no sharing."""
    return mode if mode == "host" else f"container:{pod.infra}"


def moved(engine: Engine, record: ContainerRecord, wanted: str) -> ContainerRecord:
    """Return a container as it is in another pod than it was, or in one at all. Raises NoSuchPod."""
    pod = store.find(engine.layout, wanted)
    before = next((id for id in record.lifecycle.requires if record.network == f"container:{id}"), "")
    before = before or next(iter(record.lifecycle.requires), "") if record.pod.id else ""
    changes: dict[str, Any] = {}
    for kind, field in (("net", "network"), *_MODES):
        mode = getattr(record, field)
        of_its_own = not mode.startswith(("container:", "ns:", "host"))
        if pod.infra and kind in pod.share and (mode == f"container:{before}" or of_its_own):
            changes[field] = _joined(pod, getattr(containers.load(engine.layout, pod.infra).record, field))
        elif mode == f"container:{before}":
            changes[field] = "private"
    if "network" in changes:
        changes |= {"networks": (), "publish": (), "publish_all": False}
    if "uts_mode" in changes:
        changes["hostname"] = ""
    if record.users.value == before:
        changes["users"] = Users("container", pod.infra) if "user" in pod.share else Users()
    others = tuple(id for id in record.lifecycle.requires if id != before)
    requires = (pod.infra, *others) if pod.infra else others
    return record.replace(
        pod=record.pod.replace(id=pod.id), lifecycle=record.lifecycle.replace(requires=requires), **changes
    )


def _refuse_what_is_the_pods(pod: PodRecord, options: CreateOptions) -> None:
    for option, field in _OF_POD.items():
        if getattr(options, field):
            raise UsageError(
                f"{option} cannot be given to a container of pod {pod.name}: they share one network",
                hint=f"give it to `pod pod create`, or to `pod run --pod new:{pod.name}`",
            )


def enter(engine: Engine, record: ContainerRecord) -> Lock:
    """Leave a container's mark in its pod; return the pod's lock, held until the container is there.

    Raises NoSuchPod where the pod was removed meanwhile.
    """
    lock = engine.lock("pod", record.pod.id)
    lock.acquire()
    try:
        folder = f"{engine.layout.pod(record.pod.id)}/members"
        if not os.path.isdir(folder):
            lock.remove()
            raise NoSuchPod(record.pod.id)
        files.write_atomic(f"{folder}/{record.id}", b"", durable=False)
    except BaseException:
        lock.release()
        raise
    return lock


def leave(engine: Engine, record: ContainerRecord) -> None:
    """Take a container's mark out of its pod."""
    files.remove_file(f"{engine.layout.pod(record.pod.id)}/members/{record.id}")


def refuse_infra(record: ContainerRecord) -> None:
    """Raise InUse: an infra container goes with its pod."""
    raise InUse(
        f"container {record.name} is the infra container of pod {record.pod.id[:12]}",
        hint=f"remove the pod: pod pod rm {record.pod.id[:12]}",
    )
