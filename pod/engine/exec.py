"""`exec`: run another program in a running container."""

from __future__ import annotations

import os
import stat

from pod.engine import containers, events, exec_relay, security, sharing
from pod.engine.containers import Container
from pod.engine.spec import groups
from pod.errors import UsageError, WrongState
from pod.linux import jsonfile
from pod.oci.runtime_spec import Capabilities, Process, Spec
from pod.record import Record
from pod.runtime import capabilities, descriptors, enter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


class ExecOptions(Record):
    """What `exec` was asked for; None is the container's own value."""

    command: tuple[str, ...]
    env: tuple[str, ...] = ()
    user: str | None = None
    working_dir: str | None = None
    tty: bool = False
    interactive: bool = False
    detach: bool = False
    privileged: bool = False
    detach_keys: str | None = None
    preserved: tuple[int, ...] = ()  # numbers of the caller's descriptors that the program gets, too


def exec_(engine: Engine, name: str, options: ExecOptions) -> int:
    """Run a command in a running container: its exit code, 0 with `detach`.

    Raises NoSuchContainer, WrongState, CommandNotFound (127), CannotExecute (126).
    """
    if not options.command:
        raise UsageError("no command to run", hint=f"name one: pod exec {name} COMMAND")
    container = containers.find(engine.layout, name)
    if not container.running:
        raise WrongState(f"container {container.name} is not running", hint=f"start it: pod start {container.name}")
    if container.state.status == "paused":  # the new program would stand still, too
        raise WrongState(f"container {container.name} is paused", hint=f"let it go on: pod unpause {container.name}")
    entry = entry_of(engine, container, options)
    events.container(engine.layout, "exec", container.record)
    if options.detach:
        return _detached(entry, options)
    code = _attached(container, entry, options)
    events.container(engine.layout, "exec_died", container.record, exitCode=str(code))
    return code


def _attached(container: Container, entry: enter.Entry, options: ExecOptions) -> int:
    """Run the program with our streams until it ends."""
    keys = container.record.detach_keys if options.detach_keys is None else options.detach_keys
    signals = exec_relay.catch_signals(terminal=options.tty)
    if options.tty:
        launched = enter.enter(entry, None)
        return exec_relay.terminal(launched, signals, keys, interactive=options.interactive)
    pipes = [_stream(number, interactive=options.interactive) for number in (0, 1, 2)]
    launched = enter.enter(entry, (pipes[0][0], pipes[1][0], pipes[2][0]))
    for theirs, ours in pipes:
        if ours is not None:
            os.close(theirs)
    return exec_relay.pipes(launched, signals, [ours for _theirs, ours in pipes])


def entry_of(engine: Engine, container: Container, options: ExecOptions) -> enter.Entry:
    """Mix what was asked with the container's configuration."""
    record = container.record
    spec = Spec.from_json(jsonfile.read(f"{engine.layout.container(record.id)}/config.json"))
    bounding = spec.process.capabilities.bounding if spec.process.capabilities else ()
    if options.privileged:
        bounding = capabilities.all_known()
    if record.secrets:
        from pod.engine import secrets

        spec = secrets.with_variables(engine, record, spec)
    env = {item.partition("=")[0]: item for item in (*spec.process.env, *options.env)}
    process = Process(
        args=options.command,
        cwd=options.working_dir or spec.process.cwd,
        user=spec.process.user,
        env=tuple(env.values()),
        terminal=options.tty,
        capabilities=Capabilities(bounding, bounding, bounding),
        no_new_privileges=spec.process.no_new_privileges,
    )
    return enter.Entry(
        target=sharing.process_of(container),
        linux=spec.linux,
        process=process,
        user=record.user if options.user is None else options.user,
        group_add=groups(record),
        cap_add=record.cap_add,
        seccomp=security.seccomp_program(engine, record),
        preserved=descriptors.set_aside(options.preserved),
        cgroup=container.state.cgroup,
        systemd=engine.settings.systemd,
    )


def _detached(entry: enter.Entry, options: ExecOptions) -> int:
    """Start the program with nothing attached; it lives on when we end."""
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    launched = enter.enter(entry, None if options.tty else (null, null, null))
    if launched.terminal >= 0:
        exec_relay.keep_terminal_open(launched)
    return 0


def _stream(number: int, *, interactive: bool) -> tuple[int, int | None]:
    """Return the program's end of a standard stream, and ours where bytes must be relayed.

    A pipe of ours is handed in as it is: it gives no access to anything else. Terminals, files and sockets are not:
    through them a program could reach this terminal, or a folder of the host.
    """
    if number == 0 and not interactive:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), None
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError:
        return os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC), None
    if is_pipe:
        return os.dup(number), None
    reader, writer = os.pipe()
    return (reader, writer) if number == 0 else (writer, reader)
