"""RUN: a container on the layers so far, a child of the build and of nobody else."""

from __future__ import annotations

import copy
import os
import select

from pod.build import session as sessions
from pod.build.dockerfile import lines
from pod.build.dockerfile.instructions import Command
from pod.build.dockerfile.location import error
from pod.build.events import Output
from pod.build.step_root import StepRoot, own_mounts
from pod.build.steps import mounts as run_mounts
from pod.engine import start_files
from pod.engine.monitor import streams
from pod.engine.mounts import plan as mount_plan
from pod.errors import PodError, StepFailed
from pod.linux import files, ids, process, workers
from pod.net import attach as network
from pod.runtime import launch
from pod.storage import rootfs
from pod.storage.container_records import VERSION, ContainerRecord, Mount
from pod.storage.layout import StorageLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.build.session import Step
    from pod.build.state import StageState
    from pod.build.steps.mounts import Prepared, StepMount
    from pod.engine.engine import Engine
    from pod.engine.mounts.plan import MountPlan
    from pod.storage.rootfs import RootPlan

_CHUNK = 1 << 16
_SCRIPT = "/dev/pipes/script"  # a here-document with an interpreter of its own is executed as a file


def run(step: Step, state: StageState) -> StageState:
    """Execute a RUN, or take its result from the cache. Raises StepFailed, DockerfileError."""
    instruction = step.instruction
    assert isinstance(instruction, Command)
    argv, script = command_of(instruction, state)
    mounts = run_mounts.parse_all(step, state)
    key = sessions.cache_key(
        step,
        "RUN",
        {
            "parent": [str(diff_id) for diff_id in state.diff_ids],
            "argv": argv,
            "script": script,
            "env": sorted({**state.args, **state.env}.items()),
            "user": state.config.user,
            "cwd": state.working_dir,
            "mounts": run_mounts.seen(step, mounts),
            "network": instruction.value("network"),
            "security": instruction.value("security"),
        },
    )
    with step.session.cache.lock(key):
        made = sessions.recall(step, key)
        if made is None:
            with StepRoot(step.session.engine, state.diff_ids) as root:
                _execute(step, state, root, (argv, script), mounts)
                made = sessions.keep(step, root, (key,))
        else:
            step.was_cached()
    shown = " ".join(argv) if instruction.argv is None else instruction.text
    return sessions.with_layer(step, state, made, f"RUN {shown}")


def command_of(instruction: Command, state: StageState) -> tuple[tuple[str, ...], str]:
    """Return the words to execute, and the text of a script where a here-document names its own interpreter."""
    if instruction.argv is not None:
        return instruction.argv, ""
    if not instruction.heredocs:
        return (*state.shell, instruction.text), ""
    only = lines.heredoc_mark(instruction.text)
    if only is None:  # the shell itself makes the documents
        text = instruction.text + "".join(f"\n{one.content}{one.name}" for one in instruction.heredocs)
        return (*state.shell, text), ""
    content = instruction.heredocs[0].content
    if content.startswith("#!"):
        return (_SCRIPT,), content
    return (*state.shell, content), ""


def _execute(
    step: Step, state: StageState, root: StepRoot, command: tuple[tuple[str, ...], str], mounts: list[StepMount]
) -> None:
    with run_mounts.prepare(step, state, mounts, root.folder) as prepared:
        plan = root.prepare_container(prepared.points)
        record = _record(step, state, command[0], prepared)
        engine = _engine_in(step.session.engine, root.folder)
        if command[1]:
            record = _with_script(record, root.folder, command[1])
        container = _Container(step, engine, record, plan, prepared)
        try:
            code = workers.run_all([container], 1)[0]
        except PodError as err:
            if err.exit_code not in (126, 127):
                raise
            step.report(Output(step.name, f"{err.message}\n".encode(), True))
            code = err.exit_code
        if code:
            raise failed(step, code)


def failed(step: Step, code: int) -> StepFailed:
    """Return the error for a command that ended with a code."""
    location = step.instruction.location
    return StepFailed(
        f"{location.file}:{location.line}: {step.instruction.shown:.300}: exit code {code}",
        hint=location.replace(column=1).show().rpartition("\n")[0],
        exit_code=code if 0 < code < 256 else 1,
    )


def _record(step: Step, state: StageState, argv: tuple[str, ...], prepared: Prepared) -> ContainerRecord:
    options = step.session.options.step
    insecure = step.instruction.value("security") == "insecure"
    env = {**options.proxies, **state.args, **state.env, **prepared.env}
    return ContainerRecord(
        version=VERSION,
        id=ids.new_id(),
        name="",
        created="",
        image="",
        image_name="",
        command=argv,
        env=tuple(f"{name}={value}" for name, value in env.items()),
        working_dir=state.working_dir,
        user=state.config.user,
        hostname=options.hostname if _network_of(step) != "host" else "",
        mounts=(*options.mounts, *prepared.mounts),
        devices=options.devices,
        network=_network_of(step),
        privileged=insecure,
        cap_add=options.cap_add,
        cap_drop=options.cap_drop,
        security_opt=options.security_opt,
        shm_size=65536000 if options.shm_size is None else options.shm_size,
        ulimits=options.ulimits,
        add_host=options.add_host,
        dns=options.dns,
        dns_search=options.dns_search,
        dns_option=options.dns_option,
        no_hosts=options.no_hosts,
        no_hostname=options.no_hostname,
        pid_mode=options.modes.get("pid", "private"),
        ipc_mode=options.modes.get("ipc", "private"),
        uts_mode=options.modes.get("uts", "private"),
        auto_remove=True,
    )


_DEFAULT_NETWORKS = ("", "default", "private", "bridge")


def _network_of(step: Step) -> str:
    asked = step.instruction.value("network")
    if asked not in ("", "default", "none", "host"):
        flag = step.instruction.flag("network")
        assert flag is not None
        raise error(flag.location, f"--network={asked:.40} does not exist", "there are default, none and host")
    wanted = step.session.options.step.network if asked in ("", "default") else asked
    return network.default_mode() if wanted in _DEFAULT_NETWORKS else wanted


def _with_script(record: ContainerRecord, folder: str, text: str) -> ContainerRecord:
    path = f"{folder}/script"
    files.write_atomic(path, text.encode(), mode=0o755, durable=False)
    return record.replace(mounts=(*record.mounts, Mount("bind", _SCRIPT, path, ("ro",))))


class _StepLayout(StorageLayout):
    """The store, but the one container of a step has all its files in the step's folder."""

    folder: str = ""

    def container(self, container_id: str) -> str:
        del container_id
        return self.folder

    def run_container(self, container_id: str) -> str:
        del container_id
        return self.folder


def _engine_in(engine: Engine, folder: str) -> Engine:
    inner = copy.copy(engine)
    inner.layout = _StepLayout(engine.layout.root, engine.layout.runroot, folder)
    return inner


class _Container:
    """The job of a child: be the container's parent, and report what it writes. Its result is the exit code."""

    def __init__(self, step: Step, engine: Engine, record: ContainerRecord, plan: RootPlan, prepared: Prepared) -> None:
        self._step = step
        self._engine = engine
        self._record = record
        self._plan = plan
        self._prepared = prepared

    def __call__(self, _report: object) -> int:
        own_mounts()
        os.setsid()  # what the terminal sends is for the build: it ends the container
        self._prepared.enter()
        record = self._record
        plan = network.plan(record.network)
        mounts = mount_plan.plan(self._engine, record)
        bundle = start_files.write_bundle(self._engine, record, plan, mounts)
        if self._plan.needs_process:
            _mount(self._plan, bundle.rootfs, mounts)
        else:
            bundle = bundle.replace(mount_root=lambda target: _mount(self._plan, target, mounts))
        folder = self._engine.layout.run_container(record.id)
        pipes = streams.make_pipes(False)

        def connect(namespace: int) -> None:
            network.connect(plan, namespace, folder)

        launched = launch.launch(bundle, pipes.theirs, connect)
        mounts.release()
        for fd in pipes.theirs:
            os.close(fd)
        ended = False
        try:
            _pump({pipes.stdout[1]: False, pipes.stderr[1]: True}, self._tell)
            _pid, status = os.waitpid(launched.pid, 0)
            ended = True
            return process.exit_code(status)
        finally:
            if not ended:
                os.kill(launched.pid, 9)
                os.waitpid(launched.pid, 0)

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
