"""`create`: from options and an image to a container on disk, ready to be started."""

from __future__ import annotations

import os

from pod.engine import events, names, sharing, uses
from pod.engine.images import resolve
from pod.engine.options import CreateOptions
from pod.errors import NameTaken, PodError, StorageError, UsageError
from pod.linux import files, ids, jsonfile, locks, process, times
from pod.net import attach as network
from pod.oci.digest import Digest
from pod.oci.image_config import Healthcheck, RunConfig
from pod.runtime.users import KEEP_GROUPS
from pod.storage.container_records import (
    VERSION,
    ContainerRecord,
    ContainerState,
    ControlGroup,
    Mount,
    Resources,
    Users,
)
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

_DEFAULT_SHM = 64_000 * 1024
_DEFAULT_STOP_TIMEOUT = 10
_SHARED = Users()
_NO_LIMITS, _NO_GROUP = Resources(), ControlGroup()


def create(engine: Engine, options: CreateOptions, *, to_run: bool = False) -> ContainerRecord:
    """Make a container. Raises NoSuchImage, NameTaken, UsageError, StorageError.

    Whoever sees the container's folder sees it whole: it is prepared aside and renamed into place. With `to_run` the
    caller starts it at once: a --rm container whose starter is killed before that is nobody's.
    """
    engine.enter()
    if engine.layout.has_debris:
        from pod.engine import sweep  # somebody is at work at this very moment, or was killed

        sweep.leftovers(engine)
    _check_sources(options.mounts)
    _check_devices(engine, options)
    if options.sysctls:
        from pod.engine import sysctls

        sysctls.check(options)
    if options.timezone:
        from pod.engine import timezone

        timezone.check(options.timezone)
    id_file = options.lifecycle.id_file
    if id_file and os.path.lexists(id_file):
        raise UsageError(f"container id file {id_file} exists", hint="remove it, or choose another --cidfile")
    name = options.name or names.unused(engine.layout)
    names.check(name)
    names.settle_owner(engine, name)
    if options.pod.id and not options.pod.infra:
        from pod.engine.pods import membership

        options = membership.settle(engine, options)
    network.plan(options.network)  # its options are checked before an image is pulled
    options = options.replace(network=_network(engine, options.network))
    record = _make_named(engine, options.replace(name=name), to_run=to_run, chosen=bool(options.name))
    if id_file:
        _write_cidfile(engine, id_file, record)
    events.container(engine.layout, "create", record)
    return record


def _make_named(engine: Engine, options: CreateOptions, *, to_run: bool, chosen: bool) -> ContainerRecord:
    """Make the container; where its name is one that pod thought of, and another is faster, think of a new one."""
    while True:
        try:
            if options.users.mode != "auto":
                return _make(engine, options, to_run=to_run)
            with engine.lock("ids", "auto"):  # no two containers take the same ids
                return _make(engine, options, to_run=to_run)
        except NameTaken:
            if chosen:
                raise
            options = options.replace(name=names.unused(engine.layout))


def _make(engine: Engine, options: CreateOptions, *, to_run: bool) -> ContainerRecord:
    record = _prepare(engine, options)
    while not _store(engine, record, to_run=to_run):
        record = _prepare(engine, options)
    return record


def _prepare(engine: Engine, options: CreateOptions) -> ContainerRecord:
    """Return the record of the container to be, its image unpacked."""
    image = _image(engine, options)
    record = _record(ids.new_id(), options, image.config.config, image)
    if options.rootfs:
        from pod.engine import root_folder

        record = root_folder.use(record, options.image)
    if record.networks or record.publish or record.publish_all:
        from pod.engine.network import asking

        record = asking.settle(engine, record)
    sharing.check(engine, record)
    if record.security_opt or record.seccomp_policy == "image":
        from pod.engine import security

        record = security.settle(record)
    if record.systemd.mode == "always" or record.command[0].endswith(("/init", "systemd")):
        from pod.engine import init_system

        record = init_system.settle(engine, record, signal_given=options.stop_signal is not None)
    if record.users != _SHARED or record.accounts.host_users:
        record = _with_users(engine, record, options)
    if record.log.driver != "k8s-file" or record.log.options:
        from pod.engine import log_options

        log_options.check(record)
    if record.secrets:
        from pod.engine import secrets

        record = secrets.settle(engine, record)
    check_health(record)
    if record.resources != _NO_LIMITS or record.control_group != _NO_GROUP:
        from pod.engine import limits

        limits.check(engine, record)
    if record.lifecycle.requires:
        from pod.engine import dependencies

        dependencies.check(engine, record)
    if image.config.config.volumes or record.volumes_from or not _are_plain(record.mounts):
        from pod.engine.mounts import settle

        record = settle.settle(engine, record, options, image.config.config.volumes)
    return record


def _with_users(engine: Engine, record: ContainerRecord, options: CreateOptions) -> ContainerRecord:
    """Return the record with the ids of its own user namespace, and with the user that it then runs as."""
    from pod.engine import accounts, rootfs, users_map

    id_map = users_map.make(engine, record.users, [] if record.rootfs else rootfs.layers_of(engine, record))
    accounts.check(record)
    users = record.users
    if record.pod.id and users.mode == "container":  # the infra container's: who that one's user is, its members are
        from pod.engine import containers

        users = containers.find(engine.layout, users.value).record.users
    user = users_map.default_user(users, id_map) if options.user is None and not record.user else None
    return record.replace(id_map=id_map, user=user or record.user)


def _store(engine: Engine, record: ContainerRecord, *, to_run: bool) -> bool:
    """Write the container; false where its image was removed since it was looked up.

    Whoever removes images holds the lock on them alone, and spares those of the containers that it finds.
    """
    state = _being_started() if to_run and record.auto_remove else ContainerState()
    layers = LayerStore(engine.layout)
    try:
        with ImageStore(engine.layout).lock(shared=True):
            if not all(layers.has(Digest.parse(diff_id)) for diff_id in record.layers):
                return False
            if any(mount.type == "volume" for mount in record.mounts):
                from pod.engine.mounts import settle

                settle.store(engine, record, lambda final: write(engine, final, state))
            else:
                write(engine, record, state)
    except OSError as err:
        where = err.filename or engine.layout.root
        raise StorageError(f"cannot store container {record.name}: {err.strerror}: {where}") from err
    return True


def _image(engine: Engine, options: CreateOptions) -> resolve.ResolvedImage:
    if options.rootfs:
        from pod.engine import root_folder

        return root_folder.IMAGE
    return resolve.for_container(engine, options.image, options.source)


def check_health(record: ContainerRecord) -> None:
    """Raise UsageError for options about health that contradict each other, or need a check where there is none."""
    health = record.health
    if health.on_failure == "restart" and record.restart.name != "no":
        raise UsageError("--health-on-failure restart and --restart exclude each other")
    if record.healthcheck is not None and record.healthcheck.test[:1] not in ((), ("NONE",)):
        return
    wanted = "--sdnotify healthy" if record.lifecycle.notify == "healthy" else ""
    wanted = f"--health-on-failure {health.on_failure}" if health.on_failure != "none" else wanted
    wanted = "--health-startup-cmd" if health.startup is not None else wanted
    if wanted:
        raise UsageError(f"{wanted} needs a health check", hint="give one with --health-cmd")


def _network(engine: Engine, wanted: str) -> str:
    """Return the mode of the network, with the options of pasta that containers.conf(5) has."""
    mode, _, options = (wanted or _default_network(engine)).partition(":")
    if mode == network.PASTA:
        options = ",".join(filter(None, (*engine.settings.config.values.get("network.pasta_options", ()), options)))
    return f"{mode}:{options}" if options else mode


def _default_network(engine: Engine) -> str:
    mode = network.default_mode()
    if mode == "none":
        engine.notify(
            "slirp4netns is not installed: the container has no network; `apt-get install slirp4netns`, "
            "run by an administrator, changes that for new ones (--network host shares this machine's network)"
        )
    return mode


def _being_started() -> ContainerState:
    return ContainerState(monitor=process.identify(os.getpid()), boot_id=process.boot_id())


def _write_cidfile(engine: Engine, path: str, record: ContainerRecord) -> None:
    """Tell the id to the script that asked for it, or make no container."""
    try:
        files.write_atomic(path, record.id.encode(), mode=0o644, durable=False)
    except OSError as err:
        from pod.engine.discard import discard

        with engine.lock("container", record.id):
            discard(engine, record.id, record.name)
        raise UsageError(f"cannot write the container id file {path}: {err.strerror}") from err


def _check_sources(mounts: tuple[Mount, ...]) -> None:
    for mount in mounts:
        if mount.type == "bind" and not os.path.exists(mount.source):
            raise PodError(
                f"cannot mount {mount.source}: no such file or directory",
                hint=f"make it first: mkdir -p {mount.source} (Docker would do so for -v; like Podman, pod does not)",
            )


def _are_plain(mounts: tuple[Mount, ...]) -> bool:
    return all(mount.type in ("bind", "tmpfs") for mount in mounts)


def _check_devices(engine: Engine, options: CreateOptions) -> None:
    for device in options.devices:
        path = device.partition(":")[0]
        if not path.startswith("/"):
            from pod.engine import cdi

            cdi.check(engine, device)
        elif not os.path.exists(path):
            raise PodError(f"cannot hand in the device {path}: no such file", hint="`ls -l /dev` shows what there is")
    if KEEP_GROUPS in options.group_add and len(options.group_add) > 1:
        raise UsageError("--group-add keep-groups goes with no other group: they would replace those to keep")


def _record(
    container_id: str, options: CreateOptions, image: RunConfig, resolved: resolve.ResolvedImage
) -> ContainerRecord:
    """Mix what was asked with the image's defaults."""
    entrypoint = image.entrypoint or () if options.entrypoint is None else options.entrypoint
    command = options.command or ((image.cmd or ()) if options.entrypoint is None else ())
    if options.auto_remove and options.restart.name != "no":
        raise UsageError("--rm and --restart exclude each other: a removed container cannot be started again")
    if not (*entrypoint, *command):
        raise UsageError(
            f"no command to run: image {options.image} names none, and none was given",
            hint=f"name one: pod run {options.image} COMMAND",
        )
    return ContainerRecord(
        **{**options.settings(), "expose": tuple(dict.fromkeys((*image.exposed_ports, *options.expose)))},
        version=VERSION,
        id=container_id,
        created=times.now(),
        image=resolved.id,
        image_name=options.image,
        image_digest=resolved.manifest_digest,
        layers=tuple(str(diff_id) for diff_id in resolved.diff_ids),
        command=(*entrypoint, *command),
        entrypoint=entrypoint,
        cmd=command,
        env=_environment(image.env, options),
        working_dir=options.working_dir or image.working_dir or "/",
        user=image.user if options.user is None else options.user,
        labels={**_labels(image), **options.labels},
        open_stdin=options.interactive,
        stdin_once=options.interactive and ("stdin" in options.attach or not options.attach),
        pid_mode=options.pid_mode or "private",
        ipc_mode=options.ipc_mode or "private",
        uts_mode=options.uts_mode or "private",
        cgroup_mode=options.cgroup_mode or "private",
        shm_size=_DEFAULT_SHM if options.shm_size is None else options.shm_size,
        umask="0022" if options.umask is None else options.umask,
        stop_signal=options.stop_signal or image.stop_signal or "SIGTERM",
        stop_timeout=_DEFAULT_STOP_TIMEOUT if options.stop_timeout is None else options.stop_timeout,
        detach_keys="ctrl-p,ctrl-q" if options.detach_keys is None else options.detach_keys,
        healthcheck=_healthcheck(image.healthcheck, options.healthcheck),
    )


def _healthcheck(image: Healthcheck | None, asked: Healthcheck | None) -> Healthcheck | None:
    """Return the image's check with what was asked for in place of its parts."""
    return asked or image if image is None or asked is None else image.overridden(asked)


def _labels(image: RunConfig) -> dict[str, str]:
    """Return an image's labels without the one that names a unit of systemd: that is said by the unit alone."""
    return {key: value for key, value in image.labels.items() if key != "PODMAN_SYSTEMD_UNIT"}


def _environment(image: tuple[str, ...], options: CreateOptions) -> tuple[str, ...]:
    """Return the variables: the caller's, the image's, those asked for; later ones replace earlier ones in place."""
    unset = options.unset_env
    kept = () if options.unset_all_env else tuple(item for item in image if item.partition("=")[0] not in unset)
    made: list[str] = []
    if options.env_merge:
        from pod.engine import env_merge

        made = env_merge.merge(options.env_merge, dict(item.partition("=")[::2] for item in kept))
    merged = {item.partition("=")[0]: item for item in (*options.host_env, *kept, *made, *options.env)}
    return tuple(merged.values())


def write(engine: Engine, record: ContainerRecord, state: ContainerState) -> None:
    """Write the documents and take the name: a crash leaves either the whole container or nothing that counts."""
    if not record.pod.id or record.pod.infra:
        _write(engine, record, state)
        return
    from pod.engine.pods import membership

    lock = membership.enter(engine, record)
    try:
        _write(engine, record, state)
    finally:
        lock.release()


def _write(engine: Engine, record: ContainerRecord, state: ContainerState) -> None:
    layout = engine.layout
    durable = not record.auto_remove
    staging = layout.new_staging("create")
    try:
        uses.note(layout, record)
        for folder in ("upper", "work", "rootfs"):
            os.mkdir(f"{staging}/{folder}", 0o755 if folder == "upper" else 0o700)
        jsonfile.write_new(f"{staging}/record.json", record.to_json(), durable=durable)
        if record.secrets:
            from pod.engine import secrets

            secrets.copy(engine, record, staging)
        jsonfile.write_new(f"{staging}/state.json", state.to_json(), durable=durable)
        if durable:
            files.fsync_folder(staging)
        with locks.Lock(layout.lock("names")):
            names.take(layout, record.name, record.id)
            os.rename(staging, layout.container(record.id))
        if record.needs:
            from pod.engine import dependencies

            dependencies.note(layout, record)
    except BaseException:
        files.remove_tree(staging)
        if not os.path.isdir(layout.container(record.id)):
            uses.forget(layout, record)
        raise
