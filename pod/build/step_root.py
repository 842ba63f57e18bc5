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
    from pod.storage.pins import Pins
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
        self._points: list[tuple[str, bool]] = []
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
        self._points = [*system, *mounts]
        self._plan = self._make_plan(self._points)
        return self._plan

    def adopt(self, timestamp: int | None, pins: Pins) -> Layer:
        """Make a layer of what the step changed; with `timestamp` everything in it is of that time."""
        assert self._plan is not None
        changes = self._changes(self._plan, exact=timestamp is not None)
        return LayerStore(self._engine.layout).adopt(changes, timestamp, lambda diff_id: pins.add((diff_id,)))

    def _changes(self, plan: RootPlan, *, exact: bool) -> str:
        """Return the folder with what has changed; with `exact` it holds nothing that is as it was."""
        uppers = rootfs.diff_folders(plan)
        if not uppers:
            from pod.build import copied_changes

            root = plan.mounts[0]
            tree, folder = root.lowers[0], f"{self.folder}/changes"
            copied_changes.remove_mount_points(tree, root.base, [path for path, _is_file in reversed(self._points)])
            copied_changes.take_out(tree, root.base, folder)
            return folder
        upper = uppers[0][1]
        for target, other in uppers[1:]:  # of an image that has trees of the host in it
            _put(other, f"{upper}{target}")
        if exact:
            self._leave_out_unchanged(upper, plan.mounts[0].lowers)
        return upper

    def _leave_out_unchanged(self, upper: str, lowers: Sequence[str]) -> None:
        from pod.build import same_changes

        view = f"{self.folder}/below"
        files.make_folders(f"{view}/shown")
        program = self._engine.settings.mount_program
        plan = rootfs.prepare_view(self._engine.layout, self._driver, view, [*reversed(lowers)], program)

        def mounted(_report: object) -> None:
            own_mounts()
            rootfs.mount_root(plan, f"{view}/shown")
            same_changes.leave_out_unchanged(upper, f"{view}/shown")

        workers.run_all([mounted], 1)


def _put(folder: str, at: str) -> None:
    """Move a folder to where it belongs among others; what was mounted on is in its way, and empty."""
    files.make_folders(at)
    os.rmdir(at)
    os.rename(folder, at)


def own_mounts() -> None:
    """Give this process a mount namespace of its own, which learns of new mounts and tells of none."""
    sc.unshare(sc.CLONE_NEWNS)
    sc.mount(None, "/", None, sc.MS_REC | sc.MS_SLAVE)
