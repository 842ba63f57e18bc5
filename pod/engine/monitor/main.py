"""The life of a monitor: from its fork by `start` until the container has ended and is tidied up."""

from __future__ import annotations

import _signal
import _socket
import os
import time

from pod.engine import attach_protocol as protocol
from pod.engine import containers, events, handover, name_files, rootfs, sharing, start_files
from pod.engine.handover import Handover
from pod.engine.monitor import control_group, ending, log_file, streams
from pod.engine.monitor import inherited as inheritance
from pod.engine.monitor.clients import Client, Listener
from pod.engine.monitor.inherited import Inherited
from pod.engine.monitor.streams import Streams
from pod.engine.monitor.supervise import Supervisor
from pod.engine.mounts import plan as mount_plan
from pod.errors import PodError
from pod.linux import files, jsonfile, process, signals, times
from pod.net import attach as network
from pod.record import Record
from pod.runtime import launch
from pod.runtime.init import explain
from pod.storage.container_records import ContainerRecord, ContainerState, Lifecycle, LogConfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.engine.monitor.health import HealthChecks
    from pod.engine.monitor.log_drivers import Log
    from pod.engine.monitor.network import NetworkSide
    from pod.engine.network.preparing import Prepared
    from pod.linux.locks import Lock
    from pod.net.attach import NetworkPlan
    from pod.runtime.bundle import Bundle
    from pod.runtime.launch import Launched

SETTLE_SECONDS = 1.0  # a container that lives longer gets a monitor in a bare interpreter
_NOT_OURS = ("SIGINT", "SIGQUIT", "SIGHUP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGALRM")


class Attachment(Record):
    """What the command that starts a container wants of it, any of the streams i, o and e; and what it hands on."""

    streams: bytes = b""
    handover: Handover = handover.NOTHING


def fork(
    engine: Engine, record: ContainerRecord, lock: Lock, attachment: Attachment, prepared: Prepared
) -> _socket.socket:
    """Fork the monitor and return our end of its first client's socket; STARTED or FAILED comes over it.

    The monitor inherits the container's lock and holds it until the container runs, and what was prepared of its
    network. The caller has entered the user's namespace and has no threads.
    """
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET | _socket.SOCK_CLOEXEC)
    orphan = bool(attachment.handover.notify_socket)  # a manager sends no signals but to a child of its own
    child = os.fork()
    if child != 0:
        if orphan:
            os.waitpid(child, 0)
        theirs.close()
        return ours
    try:
        if orphan and os.fork() != 0:
            os._exit(0)
        ours.close()
        inherited = inheritance.take(record, attachment.handover)
        os._exit(_live(engine, record, lock, Client(theirs, attachment.streams), prepared, inherited))
    finally:
        os._exit(1)


def _live(
    engine: Engine, record: ContainerRecord, lock: Lock, client: Client, prepared: Prepared, inherited: Inherited
) -> int:
    """Return the exit code: the container's own, for a service manager that takes us for its main process."""
    _detach({client.fileno(), lock.fileno(), *prepared.descriptors(), *inherited.fds})
    try:
        supervisor, state = _start(engine, record, client, prepared, inherited)
    except PodError as err:
        return _report_failure(engine, record, client, err)
    except OSError as err:
        error = PodError(f"cannot start container {record.name}: {explain(err)}")
        return _report_failure(engine, record, client, error)
    except Exception as err:
        return _report_failure(engine, record, client, _bug(err, debug=engine.settings.debug))
    events.container(engine.layout, "start", record)
    if client.streams:
        events.container(engine.layout, "attach", record)
    lock.release()
    inheritance.announce(inherited, record)
    client.send(protocol.STARTED + str(supervisor.init).encode())
    code = supervisor.run(time.monotonic() + SETTLE_SECONDS)
    if code is None:
        from pod.engine.monitor import bare

        bare.become(engine.settings, record.id, supervisor)
    return ending.finish(engine, record, state, supervisor, code or 0)


def _detach(keep: set[int]) -> None:
    """Leave the command's session, terminal, folder and descriptors behind."""
    os.setsid()
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    files.close_others({0, 1, 2, *keep})
    for name in _NOT_OURS:
        _signal.signal(getattr(_signal, name), _signal.SIG_IGN)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, ())


def _start(
    engine: Engine, record: ContainerRecord, client: Client, prepared: Prepared, inherited: Inherited
) -> tuple[Supervisor, ContainerState]:
    """Start the program; return its supervisor and the state that was written."""
    run_folder = engine.layout.run_container(record.id)
    listener = Listener(run_folder)
    plan = sharing.network_plan(engine, record)
    mounts = mount_plan.plan(engine, record)
    bundle = inheritance.hand_in(start_files.write_bundle(engine, record, plan, mounts), inherited, record)
    bundle = rootfs.attach(engine, record, bundle, mounts)

    side: NetworkSide | None = None

    def connect(namespace: int) -> None:
        nonlocal side
        if record.publish or plan.mode == network.BRIDGE:
            side = _connect(engine, record, plan, prepared, namespace)
        else:
            network.connect(plan, namespace, run_folder)

    bundle = bundle.replace(cgroup=control_group.of(engine, record), systemd=engine.settings.systemd)
    if record.shares_processes:
        from pod.engine.monitor import strays

        strays.adopt()
    try:
        launched, ends = _launch(bundle, record, inherited, connect)
    except BaseException:
        control_group.drop(bundle.cgroup)
        raise
    mounts.release()
    inherited.close()
    checks = _health_checks(engine, record, inherited)
    try:
        state = _write_state(engine, record, launched.pid, checks, side, bundle.cgroup)
        log = _open_log(engine, record)
        if record.lifecycle != Lifecycle():
            from pod.engine.monitor import pid_files

            pid_files.write(record.lifecycle, launched.pid)
    except (OSError, PodError):
        os.kill(launched.pid, _signal.SIGKILL)
        os.waitpid(launched.pid, 0)
        raise
    supervisor = Supervisor(launched.pid, ends, listener, [client], log)
    supervisor.close_stdin_with_client = record.stdin_once
    if record.shares_processes:
        supervisor.mount_namespace = strays.namespace_of(launched.pid)
    supervisor.health = checks
    supervisor.network = side
    supervisor.stop_signal = signals.number(record.stop_signal)
    supervisor.stop_timeout = record.stop_timeout
    if record.lifecycle.timeout:
        supervisor.kill_at = time.monotonic() + record.lifecycle.timeout
    return supervisor, state


def _open_log(engine: Engine, record: ContainerRecord) -> Log | None:
    if record.log == LogConfig():  # on the path of `run`
        return log_file.LogFile(engine.layout.container_log(record.id))
    from pod.engine.monitor import log_drivers

    return log_drivers.open_log(engine.layout, record)


def _connect(
    engine: Engine, record: ContainerRecord, plan: NetworkPlan, prepared: Prepared, namespace: int
) -> NetworkSide:
    """Connect a container whose network the monitor has to look after, and tell its files of what that gave."""
    from pod.engine.monitor import network as looked_after

    side = looked_after.connect(engine, record, plan, prepared, namespace)
    if side.attachments:
        name_files.write_names(engine, record, network.plan_of(side.attachments))
    return side


def _launch(
    bundle: Bundle, record: ContainerRecord, inherited: Inherited, connect: Callable[[int], None]
) -> tuple[Launched, Streams]:
    """Start the program with its streams; return our ends of these."""
    if inherited.streams:
        streams_of_caller = (inherited.streams[0], inherited.streams[1], inherited.streams[2])
        return launch.launch(bundle, streams_of_caller, connect), Streams(-1, {})
    if record.tty:
        launched = launch.launch(bundle, None, connect)
        return launched, Streams.of_terminal(launched.terminal)
    pipes = streams.make_pipes(record.open_stdin)
    return launch.launch(bundle, pipes.theirs, connect), Streams.of_pipes(pipes)


def _health_checks(engine: Engine, record: ContainerRecord, inherited: Inherited) -> HealthChecks | None:
    if record.healthcheck is None:
        return None
    from pod.engine.monitor import health

    return health.of(engine, record, inherited.notify_socket if record.lifecycle.notify == "healthy" else "")


def _write_state(
    engine: Engine,
    record: ContainerRecord,
    pid: int,
    checks: HealthChecks | None,
    side: NetworkSide | None,
    cgroup: str,
) -> ContainerState:
    before = containers.load(engine.layout, record.id).state
    restarts = before.restart_count + 1 if before.status == "restarting" else 0
    state = ContainerState(
        status="running",
        init=process.identify(pid),
        monitor=process.identify(os.getpid()),
        boot_id=process.boot_id(),
        host=os.uname().nodename,
        started_at=times.now(),
        restart_count=restarts,
        health="" if checks is None else "starting",
        attachments=() if side is None else side.attachments,
        cgroup=cgroup,
    )
    containers.save_state(engine.layout, record.id, state)
    return state


def _bug(err: Exception, *, debug: bool) -> PodError:
    """Return an error for what should not have happened, with the way here where the user debugs."""
    import traceback

    hint = "".join(traceback.format_exception(err)) if debug else "this is a bug in pod; --log-level=debug shows where"
    return PodError(f"the container's monitor failed: {type(err).__name__}: {err}", hint=hint)


def _report_failure(engine: Engine, record: ContainerRecord, client: Client, err: PodError) -> int:
    """Write down why the container did not start, tidy up, and tell the command that waits; return the exit code."""
    before = containers.load(engine.layout, record.id).state
    state = before.replace(exit_code=err.exit_code, error=err.message, finished_at=times.now())
    try:
        ending.write_down(engine, record, state)
        ending.tidy_up(engine, record)
    except OSError:
        pass  # the first error is the one to tell; a sweep does the rest
    finally:
        report = {"message": err.message, "hint": err.hint, "exit_code": err.exit_code}
        client.send(protocol.FAILED + jsonfile.dumps(report))
        client.flush_slowly()
    files.remove_file(f"{engine.layout.run_container(record.id)}/{protocol.SOCKET_NAME}")
    return err.exit_code
