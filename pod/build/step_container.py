"""The container of a RUN: its files are in the step's folder, its parent is a child of the build, nobody else knows it.

It ends with its parent (PDEATHSIG), however that ends; so there is neither a monitor nor a document of a container.
"""

from __future__ import annotations

import copy
import os
import select

from pod.build.events import Output
from pod.build.step_root import own_mounts
from pod.engine import start_files
from pod.engine.monitor import control_group, streams
from pod.engine.mounts import plan as mount_plan
from pod.linux import process
from pod.net import attach as network
from pod.runtime import cgroups, launch
from pod.storage import rootfs
from pod.storage.layout import StorageLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.build.session import Step
    from pod.build.steps.mounts import Prepared
    from pod.engine.engine import Engine
    from pod.engine.mounts.plan import MountPlan
    from pod.storage.container_records import ContainerRecord
    from pod.storage.rootfs import RootPlan

_CHUNK = 1 << 16
_KILLED = 137  # exit code of a process that SIGKILL has ended


class _StepLayout(StorageLayout):
    """The store, but the one container of a step has all its files in the step's folder."""

    folder: str = ""

    def container(self, container_id: str) -> str:
        del container_id
        return self.folder

    def run_container(self, container_id: str) -> str:
        del container_id
        return self.folder


def engine_in(engine: Engine, folder: str) -> Engine:
    """Return the engine as the container of a step sees it."""
    inner = copy.copy(engine)
    inner.layout = _StepLayout(engine.layout.root, engine.layout.runroot, folder)
    return inner


class StepContainer:
    """The job of a child: be the container's parent, and report what it writes. Its result is the exit code."""

    def __init__(
        self,
        step: Step,
        engine: Engine,
        record: ContainerRecord,
        plan: RootPlan,
        prepared: Prepared,
        *,
        on_terminal: bool = False,
    ) -> None:
        self._step = step
        self._engine = engine
        self._record = record
        self._plan = plan
        self._prepared = prepared
        self._on_terminal = on_terminal  # it gets ours, and nothing it writes is reported

    def __call__(self, _report: object) -> int:
        own_mounts()
        group = control_group.of(self._engine, self._record)
        try:
            return self._run(group)
        finally:
            control_group.drop(group)

    def _run(self, group: str) -> int:
        if not self._on_terminal:
            os.setsid()  # what the terminal sends is for the build: it ends the container
        self._prepared.enter()
        pipes = None if self._on_terminal else streams.make_pipes(False)
        pid = self._launch(self._ends(pipes), group)
        ended = False
        try:
            if pipes is not None:
                for fd in pipes.theirs:
                    os.close(fd)
                _pump({pipes.stdout[1]: False, pipes.stderr[1]: True}, self._tell)
            _pid, status = os.waitpid(pid, 0)
            ended = True
            code = process.exit_code(status)
            if code == _KILLED and group and cgroups.was_short_of_memory(group):
                self._tell(b"killed by the kernel: it has used all memory that --memory allows\n", True)
            return code
        finally:
            if not ended:
                os.kill(pid, 9)
                os.waitpid(pid, 0)

    def _ends(self, pipes: streams.Pipes | None) -> tuple[int, int, int]:
        """Return the standard streams of the container."""
        if pipes is None:
            return (0, 1, 2)
        if self._step.session.options.step.stdin:
            os.dup2(0, pipes.theirs[0], inheritable=False)
        return pipes.theirs

    def _launch(self, ends: tuple[int, int, int], group: str) -> int:
        """Start the container; return the pid of its first process."""
        plan = network.plan(self._record.network)
        mounts = mount_plan.plan(self._engine, self._record)
        bundle = start_files.write_bundle(self._engine, self._record, plan, mounts).replace(cgroup=group)
        if self._plan.needs_process:
            _mount(self._plan, bundle.rootfs, mounts)
        else:
            bundle = bundle.replace(mount_root=lambda target: _mount(self._plan, target, mounts))
        folder = self._engine.layout.run_container(self._record.id)

        def connect(namespace: int) -> None:
            network.connect(plan, namespace, folder)

        try:
            return launch.launch(bundle, ends, connect).pid
        finally:
            mounts.release()

    def _tell(self, data: bytes, error: bool) -> None:
        self._step.report(Output(self._step.name, data, error))


def _mount(plan: RootPlan, target: str, mounts: MountPlan) -> None:
    rootfs.mount_root(plan, target)
    mounts.before_mounts(target)


def _pump(outputs: dict[int, bool], report: Callable[[bytes, bool], None]) -> None:
    """Report everything that is written until all have closed the pipes."""
    poll = select.poll()
    for fd in outputs:
        poll.register(fd, select.POLLIN)
    while outputs:
        for fd, _events in poll.poll():
            data = os.read(fd, _CHUNK)
            if data:
                report(data, outputs[fd])
            else:
                poll.unregister(fd)
                del outputs[fd]
                os.close(fd)
