"""RUN: a container on the layers so far, a child of the build and of nobody else."""

from __future__ import annotations

import os

from pod.build import session as sessions
from pod.build.dockerfile import lines
from pod.build.dockerfile.instructions import Command
from pod.build.dockerfile.location import error
from pod.build.events import Output
from pod.build.step_root import StepRoot
from pod.build.steps import mounts as run_mounts
from pod.errors import BuildError, PodError, StepFailed
from pod.linux import files, ids, workers
from pod.net import attach as network
from pod.oci.platform import Platform
from pod.storage.container_records import VERSION, ContainerRecord, ControlGroup, Mount, Resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.options import StepOptions
    from pod.build.session import Step
    from pod.build.state import StageState
    from pod.build.steps.mount_flags import StepMount
    from pod.build.steps.mounts import Prepared

_SHELL_OPENS = b"a shell in the container of the step that failed; its end is the end of the build\n"
_SCRIPT = "/dev/pipes/script"  # a here-document with an interpreter of its own is executed as a file


def run(step: Step, state: StageState) -> StageState:
    """Execute a RUN, or take its result from the cache. Raises StepFailed, DockerfileError."""
    instruction = step.instruction
    assert isinstance(instruction, Command)
    argv, script = command_of(instruction, state)
    _check_security(step)
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
            **({"groups": step.session.options.step.group_add} if step.session.options.step.group_add else {}),
            **({"volumes": sorted(state.config.volumes)} if state.config.volumes else {}),
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


def _check_security(step: Step) -> None:
    flag = step.instruction.flag("security")
    if flag is None or flag.value == "sandbox":
        return
    if flag.value != "insecure":
        raise error(flag.location, f"--security={flag.value:.40} does not exist", "there are sandbox and insecure")
    if not step.session.options.step.insecure:
        raise error(
            flag.location, "--security=insecure is not allowed", "pod build --allow security.insecure allows it"
        )


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
    from pod.build.step_container import StepContainer, engine_in  # which a cached step can do without

    with run_mounts.prepare(step, mounts, root.folder) as prepared:
        plan = root.prepare_container([*prepared.points, *((path, False) for path in state.config.volumes)])
        record = _record(step, state, command[0], prepared)
        engine = engine_in(step.session.engine, root.folder)
        if command[1]:
            record = _with_script(record, root.folder, command[1])
        container = StepContainer(step, engine, record, plan, prepared)
        try:
            code = workers.run_all([container], 1)[0]
        except PodError as err:
            if err.exit_code not in (126, 127):
                raise
            _check_platform(step, err)
            step.report(Output(step.name, f"{err.message}\n".encode(), True))
            code = err.exit_code
        if code:
            if step.session.options.step.debug_shell and os.isatty(0) and os.isatty(2):
                step.report(Output(step.name, _SHELL_OPENS))
                shell = record.replace(command=("/bin/sh",), env=(*record.env, "TERM=xterm"))
                workers.run_all([StepContainer(step, engine, shell, plan, prepared, on_terminal=True)], 1)
            raise failed(step, code)


def _check_platform(step: Step, err: PodError) -> None:
    """Raise an error that says why nothing runs in a stage for another processor, which no emulator helps with."""
    host = Platform.host()
    if err.exit_code != 126 or step.platform.matches(host):
        return
    raise BuildError(
        f"RUN cannot run programs for {step.platform}: this machine is {host}, and no emulator is registered here",
        hint="COPY works; let a stage that is FROM --platform=$BUILDPLATFORM do the work, or have an administrator "
        "install qemu-user-static and binfmt-support",
    ) from err


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
    env = {**options.proxies, **state.args, **state.env, **prepared.env}
    network_mode = _network_of(step)
    return plain_record(options).replace(
        command=argv,
        env=tuple(f"{name}={value}" for name, value in env.items()),
        working_dir=state.working_dir,
        user=state.config.user,
        hostname=options.hostname if network_mode != "host" else "",
        mounts=(*options.mounts, *prepared.mounts),
        network=network_mode,
        privileged=step.instruction.value("security") == "insecure",
    )


def plain_record(options: StepOptions) -> ContainerRecord:
    """Return the record of a container with what the options of a build say of all that are for RUN."""
    is_limited = options.cgroup_parent or options.resources != Resources()
    return ContainerRecord(
        version=VERSION,
        id=ids.new_id(),
        name="",
        created="",
        image="",
        image_name="",
        devices=options.devices,
        cap_add=options.cap_add,
        cap_drop=options.cap_drop,
        security_opt=options.security_opt,
        shm_size=65536000 if options.shm_size is None else options.shm_size,
        ulimits=options.ulimits,
        resources=options.resources,
        control_group=ControlGroup("enabled" if is_limited else "disabled", options.cgroup_parent),
        group_add=options.group_add,
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
