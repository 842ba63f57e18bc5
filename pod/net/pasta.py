"""pasta: the host's own address and routes in a container, in user mode (pasta(1), of passt).

It runs in the foreground as the monitor's child and ends with it. It drops to the user `nobody` unless it is told
whom to run as; as our root, which is the user, it can still tell us through a pipe with a name that it is ready.
"""

from __future__ import annotations

import os
import select

from pod.errors import NetworkError
from pod.linux import files, process
from pod.linux import syscalls as sc
from pod.net import attach
from pod.net.attach import NetworkPlan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.network_values import PortMapping

READY_SECONDS = 10.0
_NAME_SERVER = "169.254.1.1"  # forwarded to the host's own, for those that listen on its loopback only
_SIGKILL = 9


def plan(options: str) -> NetworkPlan:
    """Return the plan for `pasta[:OPTION,…]`."""
    return NetworkPlan(attach.PASTA, attach.own_address(), "", (_NAME_SERVER,), options=options)


def arguments(options: str, ports: Sequence[PortMapping]) -> list[str]:
    """Return pasta's own options for `pasta:-T,5432,--mtu,1500` and published ports; what is not said is closed."""
    words = [word for word in options.split(",") if word]
    given = {word.partition("=")[0] for word in words if word.startswith("-")}
    for short, long, protocol in (("-t", "--tcp-ports", "tcp"), ("-u", "--udp-ports", "udp")):
        specs = [_spec(port) for port in ports if port.protocol == protocol]
        words += [word for spec in specs for word in (short, spec)]
        if not specs and not given & {short, long}:
            words += [short, "none"]
    for short, long in (("-T", "--tcp-ns"), ("-U", "--udp-ns")):
        if not given & {short, long}:
            words += [short, "none"]  # else the container reaches what listens on the host's loopback
    if "--map-gw" in words:
        words.remove("--map-gw")
    elif "--no-map-gw" not in words:
        words.append("--no-map-gw")
    if "--dns-forward" not in given:
        words += ["--dns-forward", _NAME_SERVER]
    return words


def _spec(port: PortMapping) -> str:
    address = f"{port.host_ip}/" if port.host_ip else ""
    return f"{address}{port.host_port}:{port.container_port}"


def start(namespace: int, log: str, options: str, ports: Sequence[PortMapping]) -> int:
    """Connect a network namespace (a descriptor) and return pasta's pid. Raises NetworkError with its first words."""
    pipe = f"{os.path.dirname(log)}/pasta.ready"
    files.remove_file(pipe)
    os.mkfifo(pipe, 0o600)
    ready = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    argv = ["pasta", "--foreground", "--quiet", "--stderr", "--config-net", "--runas", "0:0", "--pid", pipe]
    # As its stdin: newer ones close every other descriptor that they inherit before they look at their options.
    argv += [*arguments(options, ports), "--netns", "/proc/self/fd/0", "--no-netns-quit"]
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        pid = process.spawn(argv, stdin=namespace, stdout=output, stderr=output, before_exec=_die_with_parent)
        _wait_until_ready(pid, ready, log)
    except FileNotFoundError as err:
        raise NetworkError(
            "pasta is not installed: the container cannot have that network",
            hint="install the package passt, or use --network slirp4netns",
        ) from err
    finally:
        os.close(ready)
        os.close(output)
        files.remove_file(pipe)
    return pid


def _die_with_parent() -> None:
    sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)


def _wait_until_ready(pid: int, ready: int, log: str) -> None:
    ended = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(ready, select.POLLIN)
    poll.register(ended, select.POLLIN)
    try:
        events = dict(poll.poll(READY_SECONDS * 1000))
        if events.get(ready, 0) & select.POLLIN and os.read(ready, 16):  # it opens the pipe even where it fails later
            return
    finally:
        os.close(ended)
    said = files.read_bytes(log, 1 << 16).decode(errors="replace").strip().splitlines()
    words = [line for line in said if not line.startswith(("Failed to send", "--stderr"))] or ["it said nothing"]
    raise NetworkError(f"pasta did not start: {words[0]}", hint="`pasta --help` lists what can be said behind pasta:")
