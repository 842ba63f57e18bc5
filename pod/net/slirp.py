"""slirp4netns: a way out for one network namespace, in user mode (slirp4netns(1)).

It ends with the process that started it (PDEATHSIG): the monitor of a container, or the keeper of the networks. That
one holds the write end of its exit pipe, too.
"""

from __future__ import annotations

import os
import select

from pod.errors import NetworkError, UsageError
from pod.linux import files, process
from pod.linux import syscalls as sc
from pod.record import Record

NAME = "slirp4netns"
MTU = 65520  # one packet per large write: the tap device never leaves the machine
READY_SECONDS = 10.0
API_SOCKET = "slirp4netns.sock"
_SIGKILL = 9
_CHATTER = ("sent tapfd", "received tapfd", "WARNING", "Starting slirp", "* ")
_HANDLERS = ("rootlesskit", NAME)
_OPTIONS = "allow_host_loopback, mtu, cidr, enable_ipv6, outbound_addr, outbound_addr6 and port_handler"


class SlirpOptions(Record):
    """What can be said behind `slirp4netns:`, as podman-run(1) has it."""

    allow_host_loopback: bool = False
    mtu: int = MTU
    cidr: str = "10.0.2.0/24"
    enable_ipv6: bool = True
    outbound_addr: str = ""
    outbound_addr6: str = ""
    port_handler: str = "rootlesskit"  # Podman's word for a forwarder beside slirp4netns

    def host(self, number: int) -> str:
        """Return an address of the subnet: 2 is the host, 3 the name server, 100 the container."""
        if self.cidr == "10.0.2.0/24":
            return f"10.0.2.{number}"
        from pod.net.addresses import Subnet

        return Subnet.parse(self.cidr).address(number)

    @property
    def container_address(self) -> str:
        return self.host(100)


DEFAULTS = SlirpOptions()


def parse(text: str) -> SlirpOptions:
    """Read `mtu=1500,cidr=10.0.3.0/24`. Raises UsageError for the first word that makes no sense."""
    if not text:
        return DEFAULTS
    found: dict[str, object] = {}
    for word in text.split(","):
        name, _, value = word.partition("=")
        if name not in SlirpOptions._fields:
            raise UsageError(f"unknown option {name!r:.40} of slirp4netns", hint=f"there are {_OPTIONS}")
        found[name] = _value(name, value)
    return SlirpOptions(**found)  # type: ignore[arg-type]


def _value(name: str, value: str) -> object:
    if name in ("allow_host_loopback", "enable_ipv6"):
        if value in ("true", "false"):
            return value == "true"
        raise UsageError(f"slirp4netns option {name}={value:.40}: it is true or false")
    if name == "mtu":
        if value.isascii() and value.isdigit() and 68 <= int(value) <= 65521:
            return int(value)
        raise UsageError(f"slirp4netns option mtu={value:.40}: it is a number from 68 to 65521")
    if name == "port_handler" and value not in _HANDLERS:
        raise UsageError(f"slirp4netns option port_handler={value:.40}: it is {' or '.join(_HANDLERS)}")
    if name == "cidr":
        _check_cidr(value)
    if name.startswith("outbound") and not value:
        raise UsageError(f"slirp4netns option {name} needs an address or the name of an interface")
    return value


def _check_cidr(value: str) -> None:
    from pod.net.addresses import Subnet

    try:
        subnet = Subnet.parse(value)
    except ValueError as err:
        raise UsageError(f"slirp4netns option cidr={value:.40}: {err}") from err
    if subnet.version != 4 or not 0 < subnet.prefix <= 25:  # slirp4netns takes .100 for the container
        raise UsageError(f"slirp4netns option cidr={value:.40}: it is an IPv4 subnet with a prefix of at most 25")


class Helper(Record):
    """A slirp4netns that was started: its pid, the pipe on which it says that it is ready, and what it has to say."""

    pid: int
    ready: int
    log: str

    def wait_until_ready(self) -> None:
        """Return when the namespace is connected. Raises NetworkError with slirp4netns's first words."""
        poll = select.poll()
        poll.register(self.ready, select.POLLIN)
        try:
            if poll.poll(READY_SECONDS * 1000) and os.read(self.ready, 1) == b"1":
                return
        finally:
            os.close(self.ready)
        said = files.read_bytes(self.log, 1 << 20).decode(errors="replace").strip().splitlines()
        words = [line for line in said if not line.startswith(_CHATTER)] or ["it said nothing"]
        raise NetworkError(
            f"slirp4netns did not start ({words[0]}): the container cannot have a network of its own",
            hint="is /dev/net/tun there and writable? --network none and --network host work without it",
        )


def start(namespace: int, log: str, options: SlirpOptions = DEFAULTS, api_folder: str = "") -> Helper:
    """Start giving a network namespace (a descriptor) a tap device with a way out.

    `log` is the file for what the helper has to say, `api_folder` where its API socket is to be, if it is to have one.
    Raises NetworkError where it is not installed.
    """
    ready_read, ready_write = os.pipe()
    exit_read, exit_write = os.pipe()
    argv = [*_argv(options), f"--ready-fd={ready_write}", f"--exit-fd={exit_read}"]
    argv += ["--netns-type=path", f"/proc/self/fd/{namespace}", "tap0"]
    folder = os.open(api_folder or "/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    if api_folder:  # by a name that fits into the 107 bytes of a unix address (unix(7))
        argv.insert(1, f"--api-socket=/proc/self/fd/{folder}/{API_SOCKET}")
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        passed = (ready_write, exit_read, namespace, folder)
        pid = process.spawn(argv, stdout=output, stderr=output, pass_fds=passed, before_exec=_die_with_parent)
    except FileNotFoundError as err:
        raise NetworkError(
            "slirp4netns is not installed: the container cannot have a network of its own",
            hint="install the package slirp4netns, or use --network none, or --network host to share this machine's",
        ) from err
    finally:
        os.close(ready_write)
        os.close(exit_read)
        os.close(output)
        os.close(folder)
    os.set_inheritable(exit_write, True)  # the monitor's bare interpreter inherits it
    return Helper(pid, ready_read, log)


def _argv(options: SlirpOptions) -> list[str]:
    argv = [NAME, "--configure", f"--mtu={options.mtu}", "--enable-sandbox", "--enable-seccomp"]
    if not options.allow_host_loopback:
        argv.append("--disable-host-loopback")
    if options.enable_ipv6:
        argv.append("--enable-ipv6")
    if options.cidr != DEFAULTS.cidr:
        argv.append(f"--cidr={options.cidr}")
    if options.outbound_addr:
        argv.append(f"--outbound-addr={options.outbound_addr}")
    if options.outbound_addr6:
        argv.append(f"--outbound-addr6={options.outbound_addr6}")
    return argv


def _die_with_parent() -> None:
    sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)
