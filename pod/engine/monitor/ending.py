"""What a monitor does when the program has ended: the last state, the clean-up, the word to whoever waits."""

from __future__ import annotations

import os

from pod.engine import containers, events
from pod.engine.monitor import control_group
from pod.errors import PodError
from pod.linux import files, times
from pod.storage.container_records import ContainerRecord, ContainerState, Lifecycle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.monitor.supervise import Supervisor


def finish(engine: Engine, record: ContainerRecord, state: ContainerState, supervisor: Supervisor, code: int) -> int:
    """Write the exit code, remove what does not outlive the run, tell the attached commands, start again if wanted.

    Return what the monitor is to exit with, for a service manager: the container's code, or 0 where the user stopped it
    and the code is only that of the signal.
    """
    if supervisor.log is not None:
        supervisor.log.close()
    if supervisor.network is not None:
        supervisor.network.close()
    lock = engine.lock("container", record.id)
    try:
        lock.acquire()
    except OSError:
        pass  # the runtime folder went with the login session: nobody else can take a lock there either
    if record.shares_processes:
        from pod.engine.monitor import strays

        strays.end(supervisor.mount_namespace)
    record = _as_it_is_now(engine, record)
    state = control_group.close(state)
    ended = state.replace(status="exited", exit_code=code, finished_at=times.now(), attachments=())
    if supervisor.health is not None:
        from pod.engine import health

        ended = ended.replace(health=health.read(engine.layout, record.id).status)
    stopped = supervisor.terminated or os.path.exists(engine.layout.stop_mark(record.id))
    again = supervisor.restart_wanted and not stopped
    if again or record.restart.name != "no":
        from pod.engine.monitor import restarting

        again = again or restarting.wanted(record, state, code, stopped=stopped)
        if again:
            ended = ended.replace(status="restarting", restart_count=restarting.count(ended))
    try:
        write_down(engine, record, ended)
        events.ended(engine.layout, record, code, oom_killed=ended.oom_killed)
        if not again:
            tidy_up(engine, record)
        else:
            unmount_root(engine, record)
    except OSError:
        pass  # whatever is left, the next command that comes across it sweeps it up
    finally:
        lock.release()
        supervisor.say_goodbye()
    if again:
        from pod.engine.monitor import restarting

        restarting.start_again(engine, record, ended)
    elif record.pod.id and not record.pod.infra:
        from pod.engine.pods import exit_policy

        exit_policy.apply(engine, record)
    return 0 if stopped else code


def _as_it_is_now(engine: Engine, record: ContainerRecord) -> ContainerRecord:
    """Return the record with what was changed since this monitor read it: the name, the restart policy."""
    if record.auto_remove and containers.owner_of_name(engine.layout, record.name) == record.id:
        return record  # on the path of `run --rm`
    try:
        return containers.load(engine.layout, record.id).record
    except PodError:
        return record


def write_down(engine: Engine, record: ContainerRecord, state: ContainerState) -> None:
    """Write the last state. On a full disk config.json makes room for it: every start writes that anew."""
    try:
        containers.save_state(engine.layout, record.id, state, durable=not record.auto_remove)
    except OSError:
        if record.auto_remove:
            return
        files.remove_file(f"{engine.layout.container(record.id)}/config.json")
        containers.save_state(engine.layout, record.id, state)


def tidy_up(engine: Engine, record: ContainerRecord) -> None:
    """Remove the run folder, and the container itself where --rm was asked for. The caller holds its lock."""
    unmount_root(engine, record)
    release_volumes(engine, record)
    if record.lifecycle != Lifecycle():
        from pod.engine.monitor import pid_files

        pid_files.remove(record.lifecycle)
    if record.auto_remove:
        from pod.engine.discard import discard_container

        discard_container(engine, record, volumes=True)
        events.container(engine.layout, "remove", record)
        if record.lifecycle.remove_image:
            _remove_image(engine, record)
    else:
        files.remove_tree(engine.layout.run_container(record.id))


def release_volumes(engine: Engine, record: ContainerRecord) -> None:
    """Let go of the volumes that had to be mounted for the container."""
    if any(mount.stands_for_other for mount in record.mounts):
        from pod.engine.volumes import mounting

        mounting.release_all(engine, record)


def _remove_image(engine: Engine, record: ContainerRecord) -> None:
    """Remove the image of a container made with --rmi; one that others use stays."""
    from pod.engine.images.remove_image import remove_images

    try:
        remove_images(engine, [record.image_name])
    except PodError:
        pass  # nobody is there to be told


def unmount_root(engine: Engine, record: ContainerRecord) -> None:
    """Take off a root file system that this monitor has mounted (see rootfs.attach): else it cannot be deleted."""
    folder = engine.layout.container(record.id)
    try:
        mounted = os.stat(f"{folder}/rootfs").st_dev != os.stat(folder).st_dev
    except FileNotFoundError:
        return
    except OSError:
        mounted = True  # fuse-overlayfs was killed: ENOTCONN
    if mounted:
        from pod.linux import syscalls as sc

        sc.umount2(f"{folder}/rootfs", sc.MNT_DETACH)
