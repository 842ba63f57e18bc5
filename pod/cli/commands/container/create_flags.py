"""The options that `run` and `create` share. A field is an option: its annotation for Typer, its default here."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Argument, Option


class CreateFlags(Record):
    """What `run` and `create` are given, as typed; pod.cli.parsers.create_options makes it the engine's."""

    image: Annotated[str, Argument(metavar="IMAGE", help="Name or id of the image")]
    command: Annotated[
        tuple[str, ...], Argument(metavar="[COMMAND [ARG...]]", help="What to run instead of the image's command")
    ] = ()

    add_host: Annotated[
        tuple[str, ...],
        Option("--add-host", metavar="NAME:IP", help="Add a line to /etc/hosts", rich_help_panel="Network"),
    ] = ()
    annotation: Annotated[
        tuple[str, ...], Option("--annotation", metavar="KEY=VALUE", help="Add an annotation for the runtime")
    ] = ()
    attach: Annotated[
        tuple[str, ...], Option("--attach", "-a", metavar="STREAM", help="Attach to stdin, stdout or stderr only")
    ] = ()
    cap_add: Annotated[
        tuple[str, ...],
        Option("--cap-add", metavar="CAP", help="Add a capability, or ALL", rich_help_panel="Security"),
    ] = ()
    cap_drop: Annotated[
        tuple[str, ...],
        Option("--cap-drop", metavar="CAP", help="Take a capability away, or ALL", rich_help_panel="Security"),
    ] = ()
    cidfile: Annotated[str, Option("--cidfile", metavar="FILE", help="Write the container's id to this new file")] = ""
    device: Annotated[
        tuple[str, ...],
        Option("--device", metavar="PATH[:PATH]", help="Hand in a device of this machine", rich_help_panel="Storage"),
    ] = ()
    dns: Annotated[
        tuple[str, ...],
        Option("--dns", metavar="IP", help="Name server; none keeps the image's file", rich_help_panel="Network"),
    ] = ()
    dns_option: Annotated[
        tuple[str, ...],
        Option("--dns-option", "--dns-opt", metavar="OPTION", help="Option of the resolver", rich_help_panel="Network"),
    ] = ()
    dns_search: Annotated[
        tuple[str, ...],
        Option("--dns-search", metavar="DOMAIN", help="Domain to search for names", rich_help_panel="Network"),
    ] = ()
    domainname: Annotated[
        str, Option("--domainname", metavar="NAME", help="NIS domain name", rich_help_panel="Network")
    ] = ""
    entrypoint: Annotated[
        str | None,
        Option("--entrypoint", metavar="WORD|JSON", help="Replace the image's entrypoint; empty takes it away"),
    ] = None
    env: Annotated[
        tuple[str, ...],
        Option("--env", "-e", metavar="KEY[=VALUE]", help="Set a variable; a bare KEY or KEY* is taken from here"),
    ] = ()
    env_file: Annotated[
        tuple[str, ...], Option("--env-file", metavar="FILE", help="Set the variables that a file lists")
    ] = ()
    env_host: Annotated[bool, Option("--env-host", help="Hand in all variables of here, below the image's")] = False
    group_add: Annotated[
        tuple[str, ...],
        Option("--group-add", metavar="GROUP", help="Join one more group", rich_help_panel="Security"),
    ] = ()
    health_cmd: Annotated[
        str, Option("--health-cmd", metavar="COMMAND|JSON", help="Check the health with this", rich_help_panel="Health")
    ] = ""
    health_interval: Annotated[
        str, Option("--health-interval", metavar="TIME", help="Time between checks (30s)", rich_help_panel="Health")
    ] = ""
    health_retries: Annotated[
        int | None,
        Option("--health-retries", metavar="N", help="Failures in a row for unhealthy (3)", rich_help_panel="Health"),
    ] = None
    health_start_interval: Annotated[
        str,
        Option(
            "--health-start-interval",
            metavar="TIME",
            help="The same in the start period (5s)",
            rich_help_panel="Health",
        ),
    ] = ""
    health_start_period: Annotated[
        str,
        Option("--health-start-period", metavar="TIME", help="Failures do not count so long", rich_help_panel="Health"),
    ] = ""
    health_timeout: Annotated[
        str,
        Option(
            "--health-timeout", metavar="TIME", help="A check that takes longer fails (30s)", rich_help_panel="Health"
        ),
    ] = ""
    hostname: Annotated[
        str, Option("--hostname", "-h", metavar="NAME", help="Host name inside", rich_help_panel="Network")
    ] = ""
    http_proxy: Annotated[
        bool,
        Option("--http-proxy", help="Hand in the proxy variables of here; on unless =false", rich_help_panel="Network"),
    ] = True
    init: Annotated[bool, Option("--init", help="Run an init that reaps processes and passes signals on")] = False
    interactive: Annotated[bool, Option("--interactive", "-i", help="Keep stdin open")] = False
    ipc: Annotated[
        str,
        Option("--ipc", metavar="MODE", help="private, host, container:NAME, ns:PATH", rich_help_panel="Namespace"),
    ] = ""
    label: Annotated[tuple[str, ...], Option("--label", "-l", metavar="KEY=VALUE", help="Set a label")] = ()
    label_file: Annotated[
        tuple[str, ...], Option("--label-file", metavar="FILE", help="Set the labels that a file lists")
    ] = ()
    log_driver: Annotated[
        str, Option("--log-driver", metavar="DRIVER", help="How output is kept", rich_help_panel="Logging")
    ] = ""
    log_opt: Annotated[
        tuple[str, ...],
        Option("--log-opt", metavar="KEY=VALUE", help="Option of the log driver", rich_help_panel="Logging"),
    ] = ()
    mount: Annotated[
        tuple[str, ...],
        Option(
            "--mount",
            metavar="FIELDS",
            help="Mount type=bind|volume|tmpfs,source=…,target=…",
            rich_help_panel="Storage",
        ),
    ] = ()
    name: Annotated[str, Option("--name", metavar="NAME", help="Name of the container")] = ""
    network: Annotated[
        tuple[str, ...],
        Option(
            "--network",
            "--net",
            metavar="MODE",
            help="none, host, slirp4netns, container:NAME, ns:PATH",
            rich_help_panel="Network",
        ),
    ] = ()
    no_healthcheck: Annotated[
        bool, Option("--no-healthcheck", help="Leave out the image's check", rich_help_panel="Health")
    ] = False
    no_hostname: Annotated[
        bool, Option("--no-hostname", help="Leave the image's /etc/hostname alone", rich_help_panel="Network")
    ] = False
    no_hosts: Annotated[
        bool, Option("--no-hosts", help="Leave the image's /etc/hosts alone", rich_help_panel="Network")
    ] = False
    oom_score_adj: Annotated[
        int | None,
        Option(
            "--oom-score-adj",
            metavar="NUMBER",
            help="Die sooner (1000) or later of a full memory",
            rich_help_panel="Limit",
        ),
    ] = None
    pid: Annotated[
        str,
        Option("--pid", metavar="MODE", help="private, host, container:NAME, ns:PATH", rich_help_panel="Namespace"),
    ] = ""
    platform: Annotated[str, Option("--platform", metavar="OS/ARCH", help="Take the image for this platform")] = ""
    privileged: Annotated[
        bool, Option("--privileged", help="Give the container all that you may do", rich_help_panel="Security")
    ] = False
    pull: Annotated[
        Literal["missing", "always", "never", "newer"],
        Option("--pull", metavar="WHEN", help="Fetch the image: missing, always, never, newer"),
    ] = "missing"
    read_only: Annotated[
        bool, Option("--read-only", help="Make the root filesystem read-only", rich_help_panel="Storage")
    ] = False
    read_only_tmpfs: Annotated[
        bool,
        Option(
            "--read-only-tmpfs",
            help="With --read-only, /run, /tmp and /var/tmp are writable",
            rich_help_panel="Storage",
        ),
    ] = True
    replace_existing: Annotated[bool, Option("--replace", help="Remove the container that has the name now")] = False
    restart: Annotated[
        str,
        Option("--restart", metavar="POLICY", help="Start again at the end: always, unless-stopped, on-failure[:N]"),
    ] = ""
    rm: Annotated[bool, Option("--rm", help="Remove the container when it exits")] = False
    rootfs: Annotated[
        bool,
        Option("--rootfs", help="IMAGE is a folder with a root filesystem; with :O behind it changes go elsewhere"),
    ] = False
    security_opt: Annotated[
        tuple[str, ...],
        Option(
            "--security-opt",
            metavar="OPTION",
            help="no-new-privileges, seccomp=…, mask=…, unmask=…",
            rich_help_panel="Security",
        ),
    ] = ()
    shm_size: Annotated[
        str | None, Option("--shm-size", metavar="SIZE", help="Size of /dev/shm (64m)", rich_help_panel="Limit")
    ] = None
    stop_signal: Annotated[
        str | None, Option("--stop-signal", metavar="SIGNAL", help="Signal that stops the container (TERM)")
    ] = None
    stop_timeout: Annotated[
        int | None, Option("--stop-timeout", metavar="SECONDS", help="Wait before SIGKILL (10)")
    ] = None
    sysctl: Annotated[
        tuple[str, ...],
        Option("--sysctl", metavar="KEY=VALUE", help="Set a parameter of the kernel's", rich_help_panel="Limit"),
    ] = ()
    tmpfs: Annotated[
        tuple[str, ...],
        Option("--tmpfs", metavar="TARGET[:OPTIONS]", help="Mount a tmpfs", rich_help_panel="Storage"),
    ] = ()
    tty: Annotated[bool, Option("--tty", "-t", help="Give the container a terminal")] = False
    tz: Annotated[str, Option("--tz", metavar="ZONE", help="Time zone, or local for the one of here")] = ""
    ulimit: Annotated[
        tuple[str, ...],
        Option("--ulimit", metavar="NAME=SOFT[:HARD]", help="Set a resource limit", rich_help_panel="Limit"),
    ] = ()
    umask: Annotated[
        str | None,
        Option("--umask", metavar="OCTAL", help="Modes that new files do not get (0022)", rich_help_panel="Security"),
    ] = None
    unsetenv: Annotated[
        tuple[str, ...], Option("--unsetenv", metavar="KEY", help="Leave out a variable of the image's")
    ] = ()
    unsetenv_all: Annotated[bool, Option("--unsetenv-all", help="Leave out all variables of the image's")] = False
    user: Annotated[
        str | None,
        Option("--user", "-u", metavar="USER[:GROUP]", help="Run as this user", rich_help_panel="Security"),
    ] = None
    uts: Annotated[
        str,
        Option("--uts", metavar="MODE", help="private, host, container:NAME, ns:PATH", rich_help_panel="Namespace"),
    ] = ""
    volume: Annotated[
        tuple[str, ...],
        Option(
            "--volume",
            "-v",
            metavar="SOURCE:TARGET[:OPTIONS]",
            help="Mount a folder or a volume",
            rich_help_panel="Storage",
        ),
    ] = ()
    workdir: Annotated[str | None, Option("--workdir", "-w", metavar="FOLDER", help="Working directory")] = None
