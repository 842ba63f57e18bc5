"""`pod create`: the infra container, then the pod, whose folder appears whole or not at all.

Killed in between, it leaves an infra container without a pod, which is swept as any container whose pod is gone.
"""

from __future__ import annotations

import os

from pod.engine import containers, events, names
from pod.engine import create as creation
from pod.engine.options import CreateOptions
from pod.engine.pods import infra, store
from pod.errors import NameTaken, StorageError, UsageError
from pod.linux import files, ids, jsonfile, locks, times
from pod.storage.container_records import ControlGroup, PodMember
from pod.storage.pod_records import SHAREABLE, VERSION, PodRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.pods.options import PodOptions


def create_pod(engine: Engine, options: PodOptions) -> PodRecord:
    """Make a pod with its infra container, if it has one. Raises NameTaken, UsageError, NetworkError, StorageError."""
    if unknown := set(options.share) - set(SHAREABLE):
        raise UsageError(
            f"--share {','.join(sorted(unknown))}: there is no such namespace",
            hint=f"there are {', '.join(SHAREABLE)}, and none",
        )
    _check_without_infra(options)
    name = options.name or names.unused(engine.layout)
    names.check(name)
    names.settle_owner(engine, name)
    _check_free(engine, name)
    if options.id_file and os.path.lexists(options.id_file):
        files.remove_file(options.id_file)  # of a pod before: a unit that is started anew
    engine.enter()
    pod_id = ids.new_id()
    lock = engine.lock("pod", pod_id)
    with lock:
        infra_id = _make_infra(engine, pod_id, name, options) if options.infra else ""
        record = _record(pod_id, name, infra_id, options)
        try:
            _store(engine, record)
            _write_id(options.id_file, pod_id)
        except BaseException:
            _take_back(engine, record)
            lock.remove()
            raise
    events.pod(engine.layout, "create", record)
    return record


def _check_without_infra(options: PodOptions) -> None:
    if options.infra:
        return
    given: dict[str, object] = {
        "--publish": options.publish,
        "--network": options.network,
        "--hostname": options.hostname,
    }
    given |= {"--infra-name": options.infra_name, "--userns": options.users.text, "--dns": options.dns}
    given |= {"--add-host": options.add_host, "--sysctl": options.sysctls}
    if wrong := next((option for option, value in given.items() if value), ""):
        raise UsageError(
            f"{wrong} needs an infra container, and --infra=false leaves that away",
            hint=f"give {wrong} to the containers themselves",
        )


def _check_free(engine: Engine, name: str) -> None:
    if owner := containers.owner_of_name(engine.layout, name):
        raise NameTaken(f'the name "{name}" is already in use by container {owner[:12]}', hint="choose another name")
    if owner := store.owner_of_name(engine.layout, name):
        raise NameTaken(
            f'the pod name "{name}" is already in use by pod {owner[:12]}',
            hint=f"remove that one (pod pod rm {name}), or choose another name",
        )


def _make_infra(engine: Engine, pod_id: str, name: str, options: PodOptions) -> str:
    shares_names = "uts" in options.share and options.uts_mode in ("", "private")
    on_host = options.network == "host"
    made = CreateOptions(
        image=options.infra_image or infra.root(engine),
        rootfs=not options.infra_image,
        command=options.infra_command or (() if options.infra_image else infra.COMMAND),
        name=options.infra_name or f"{pod_id[:12]}-infra",
        pod=PodMember(pod_id, infra=True),
        read_only=not options.infra_image,
        read_only_tmpfs=False,
        hostname=(options.hostname or ("" if on_host else name)) if shares_names else "",
        no_hostname=options.no_hostname,
        network=options.network,
        networks=options.networks,
        publish=options.publish,
        add_host=options.add_host,
        hosts_file=options.hosts_file,
        no_hosts=options.no_hosts,
        dns=options.dns,
        dns_search=options.dns_search,
        dns_option=options.dns_option,
        pid_mode=options.pid_mode,
        uts_mode=options.uts_mode,
        ipc_mode=options.ipc_mode,
        users=options.users,
        shm_size=options.shm_size,
        sysctls=options.sysctls,
        resources=options.resources,
        control_group=_control_group(options),
        lifecycle=options.lifecycle,
        create_command=options.create_command,
    )
    return creation.create(engine, made).id


def _control_group(options: PodOptions) -> ControlGroup:
    """Let the monitor whose pid is wanted stay in the unit that it is then the main process of."""
    wanted = options.control_group
    return wanted.replace(mode="no-conmon") if options.lifecycle.monitor_pid_file and not wanted.parent else wanted


def _record(pod_id: str, name: str, infra_id: str, options: PodOptions) -> PodRecord:
    share = tuple(kind for kind in SHAREABLE if kind in options.share) if options.infra else ()
    if options.infra and options.users.text and "user" not in share:
        share = (*share, "user")
    if options.pid_mode and "pid" not in share:
        share = (*share, "pid")
    return PodRecord(
        version=VERSION,
        id=pod_id,
        name=name,
        created=times.now(),
        infra=infra_id,
        share=share,
        labels=options.labels,
        hostname=options.hostname,
        exit_policy=options.exit_policy,
        restart=options.restart,
        mounts=options.mounts,
        volumes_from=options.volumes_from,
        devices=options.devices,
        security_opt=options.security_opt,
        service=options.service,
        create_command=options.create_command,
    )


def _store(engine: Engine, record: PodRecord) -> None:
    """Write the document and take the name: a crash leaves either the whole pod or nothing that counts."""
    layout = engine.layout
    staging = layout.new_staging("pod")
    try:
        files.make_folders(layout.pods)
        files.make_folders(os.path.dirname(layout.pod_name("x")))
        os.mkdir(f"{staging}/members", 0o700)
        if record.infra:
            files.write_atomic(f"{staging}/members/{record.infra}", b"", durable=False)
        jsonfile.write(f"{staging}/record.json", record.to_json())
        with locks.Lock(layout.lock("names")):
            _check_free(engine, record.name)
            files.remove_file(layout.pod_name(record.name))
            os.symlink(f"../pods/{record.id}", layout.pod_name(record.name))
            os.rename(staging, layout.pod(record.id))
    except OSError as err:
        raise StorageError(f"cannot store pod {record.name}: {err.strerror}: {err.filename or layout.pods}") from err
    finally:
        files.remove_tree(staging)


def _write_id(path: str, pod_id: str) -> None:
    if not path:
        return
    try:
        files.write_atomic(path, pod_id.encode(), mode=0o644, durable=False)
    except OSError as err:
        raise UsageError(f"cannot write the pod id file {path}: {err.strerror}") from err


def _take_back(engine: Engine, record: PodRecord) -> None:
    from pod.engine.discard import discard
    from pod.engine.pods.remove import throw_away

    throw_away(engine, record)
    if record.infra:
        infra_record = containers.load(engine.layout, record.infra).record
        with engine.lock("container", record.infra):
            discard(engine, record.infra, infra_record.name)
