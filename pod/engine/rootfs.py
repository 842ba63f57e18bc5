"""The root file system of a container about to start: the storage's plan, handed to the runtime as a function."""

from __future__ import annotations

import os

from pod.engine import owners
from pod.linux import syscalls as sc
from pod.oci.digest import Digest
from pod.runtime.bundle import Bundle
from pod.storage import rootfs
from pod.storage.container_records import ContainerRecord
from pod.storage.drivers import choice
from pod.storage.layers import LayerStore
from pod.storage.rootfs import RootMount, RootPlan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.mounts.plan import MountPlan


def attach(engine: Engine, record: ContainerRecord, bundle: Bundle, mounts: MountPlan) -> Bundle:
    """Return the bundle with what mounts its root, and takes the steps that other mounts need.

    The kernel's overlay is mounted by the container's first process, in its own mount namespace. A driver that is a
    process (fuse-overlayfs) is mounted here and now, in a mount namespace of the monitor's own: it must neither
    see the container's namespaces nor outlive the monitor.
    """
    plan = plan_of(engine, record)
    if os.path.isdir(mounted := engine.layout.container_mount(record.id)):
        plan = _as_mounted(plan, mounted)
    if not plan.needs_process:
        return bundle.replace(mount_root=lambda target: _mount(plan, target, mounts))
    sc.unshare(sc.CLONE_NEWNS)
    sc.mount(None, "/", None, sc.MS_REC | sc.MS_SLAVE)
    _mount(plan, bundle.rootfs, mounts)
    return bundle


def _as_mounted(plan: RootPlan, mounted: str) -> RootPlan:
    """Return a plan that shows what `pod mount` has mounted already, if it still is."""
    from pod.engine.images import mount_image

    if mounted not in mount_image.mount_points():
        return plan
    return RootPlan(rootfs.VFS, (RootMount("/", "bind", (mounted,)),))


def plan_of(engine: Engine, record: ContainerRecord) -> RootPlan:
    """Return the plan for a container's root file system; its folders are made when they are missing.

    Where a user namespace of the container's own has a single id, all files belong to that one.
    """
    driver = choice.choose(engine.layout, engine.settings.storage_driver, engine.settings.mount_program)
    if record.rootfs:
        return rootfs.prepare_folder(
            driver,
            engine.layout.container(record.id),
            record.rootfs,
            overlay=record.rootfs_overlay,
            program=engine.settings.mount_program,
        )
    return rootfs.prepare(
        engine.layout,
        driver,
        engine.layout.container(record.id),
        layers_of(engine, record),
        volatile=record.auto_remove,
        read_only=record.read_only,
        program=engine.settings.mount_program,
        ids=owners.shifted(record),
    )


def layers_of(engine: Engine, record: ContainerRecord) -> list[str]:
    """Return the folders that a container's own changes lie over, lowest first."""
    if record.rootfs:
        return [record.rootfs]
    store = LayerStore(engine.layout)
    return [store.path(Digest.parse(diff_id)) for diff_id in record.layers]


def _mount(plan: RootPlan, target: str, mounts: MountPlan) -> None:
    rootfs.mount_root(plan, target)
    mounts.before_mounts(target)
