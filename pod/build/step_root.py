"""The root file system of one step: the layers so far, and a folder for what the step changes, which becomes a layer.

It is mounted in a child's own mount namespace, so that nothing is mounted once that has ended, however it does. The
folder lies in `staging/`: what a killed build leaves, any sweep removes.
"""

from __future__ import annotations

import os

from pod.linux import files, workers
from pod.linux import syscalls as sc
from pod.storage import rootfs
from pod.storage.drivers import choice
from pod.storage.layers import LayerStore
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from pod.engine.engine import Engine
    from pod.oci.digest import Digest
    from pod.storage.layers import Layer
    from pod.storage.rootfs import RootPlan

# What a container's start would else make in its root, and leave in the layer.
_MOUNT_POINTS = ("dev", "etc", "proc", "run", "sys")
_MOUNTED_FILES = ("etc/hosts", "etc/hostname", "etc/resolv.conf", "run/.containerenv")


class StepRoot(Staging):
    """`with StepRoot(engine, layers) as root:`; `root.work(job)` runs a job with it mounted at `root.path`."""

    def __init__(self, engine: Engine, layers: Sequence[Digest]) -> None:
        super().__init__(engine.layout, "build")
        self._engine = engine
        self._layers = [LayerStore(engine.layout).path(diff_id) for diff_id in layers]
        self.path = f"{self.folder}/rootfs"
        self._plan: RootPlan | None = None
        os.mkdir(self.path, 0o755)

    @property
    def _driver(self) -> str:
        settings = self._engine.settings
        return choice.choose(self._engine.layout, settings.storage_driver, settings.mount_program)

    def _make_plan(self, mount_points: Sequence[tuple[str, bool]]) -> RootPlan:
        layers = list(self._layers)
        from_host = bool(layers) and os.path.exists(f"{os.path.dirname(layers[0])}/{rootfs.HOST_TREES}")
        if mount_points and self._driver != rootfs.VFS and not from_host:
            layers.insert(0, self._make_mount_points(mount_points))
        program = self._engine.settings.mount_program
        return rootfs.prepare(self._engine.layout, self._driver, self.folder, layers, volatile=True, program=program)

    def _make_mount_points(self, wanted: Sequence[tuple[str, bool]]) -> str:
        """Make a lowest layer with what will be mounted on: then no start makes it in the upper folder."""
        folder = f"{self.folder}/points/diff"
        for name, is_file in wanted:
            path = os.path.normpath(f"{folder}/{name.lstrip('/')}")
            if not path.startswith(f"{folder}/"):
                continue
            files.make_folders(os.path.dirname(path) if is_file else path, 0o755)
            if is_file:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
        return folder

    def work(self, job: Callable[[], Any]) -> Any:
        """Do a job in a child that sees the root at `path`, and return its result."""
        plan = self._plan = self._make_plan(())

        def mounted(_report: object) -> Any:
            own_mounts()
            rootfs.mount_root(plan, self.path)
            return job()

        return workers.run_all([mounted], 1)[0]

    def prepare_container(self, mounts: Sequence[tuple[str, bool]]) -> RootPlan:
        """Return the plan for a container, whose mount points (path, whether a file) are made out of its way."""
        system = [(name, False) for name in _MOUNT_POINTS] + [(name, True) for name in _MOUNTED_FILES]
        self._plan = self._make_plan([*system, *mounts])
        return self._plan

    def adopt(self, timestamp: int | None) -> Layer:
        """Make a layer of what the step changed; with `timestamp` everything in it is of that time."""
        assert self._plan is not None
        uppers = rootfs.diff_folders(self._plan)
        if len(uppers) != 1:
            from pod.build.packed_changes import adopt_packed

            return adopt_packed(self._engine, self, self._plan, timestamp)
        ((_target, upper),) = uppers
        return LayerStore(self._engine.layout).adopt(upper, timestamp)


def own_mounts() -> None:
    """Give this process a mount namespace of its own, which learns of new mounts and tells of none."""
    sc.unshare(sc.CLONE_NEWNS)
    sc.mount(None, "/", None, sc.MS_REC | sc.MS_SLAVE)
