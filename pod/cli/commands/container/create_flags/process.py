"""Options of `run` and `create`: the command, and how the container is called, started and ended."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Argument, Option


class ProcessFlags(Record):
    """Options about the image, the command, and how the container is called, started and ended, as typed."""

    image: Annotated[str, Argument(metavar="IMAGE", help="Name or id of the image")]
    command: Annotated[
        tuple[str, ...], Argument(metavar="[COMMAND [ARG...]]", help="What to run instead of the image's command")
    ] = ()

    annotation: Annotated[
        tuple[str, ...], Option("--annotation", metavar="KEY=VALUE", help="Add an annotation for the runtime")
    ] = ()
    attach: Annotated[
        tuple[str, ...], Option("--attach", "-a", metavar="STREAM", help="Attach to stdin, stdout or stderr only")
    ] = ()
    cidfile: Annotated[str, Option("--cidfile", metavar="FILE", help="Write the container's id to this new file")] = ""
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
    env_merge: Annotated[
        tuple[str, ...],
        Option("--env-merge", metavar="KEY=VALUE", help="Set a variable made of the image's: PATH=${PATH}:/opt/bin"),
    ] = ()
    init: Annotated[bool, Option("--init", help="Run an init that reaps processes and passes signals on")] = False
    init_path: Annotated[
        str, Option("--init-path", metavar="FILE", help="With --init: this program of here, instead of pod's own")
    ] = ""
    interactive: Annotated[bool, Option("--interactive", "-i", help="Keep stdin open")] = False
    label: Annotated[tuple[str, ...], Option("--label", "-l", metavar="KEY=VALUE", help="Set a label")] = ()
    label_file: Annotated[
        tuple[str, ...], Option("--label-file", metavar="FILE", help="Set the labels that a file lists")
    ] = ()
    name: Annotated[str, Option("--name", metavar="NAME", help="Name of the container")] = ""
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
    stop_signal: Annotated[
        str | None, Option("--stop-signal", metavar="SIGNAL", help="Signal that stops the container (TERM)")
    ] = None
    stop_timeout: Annotated[
        int | None, Option("--stop-timeout", metavar="SECONDS", help="Wait before SIGKILL (10)")
    ] = None
    systemd: Annotated[
        str,
        Option("--systemd", metavar="WHEN", help="Prepare it for systemd: true (if it runs an init), always, false"),
    ] = "true"
    tty: Annotated[bool, Option("--tty", "-t", help="Give the container a terminal")] = False
    tz: Annotated[str, Option("--tz", metavar="ZONE", help="Time zone, or local for the one of here")] = ""
    unsetenv: Annotated[
        tuple[str, ...], Option("--unsetenv", metavar="KEY", help="Leave out a variable of the image's")
    ] = ()
    unsetenv_all: Annotated[bool, Option("--unsetenv-all", help="Leave out all variables of the image's")] = False
    workdir: Annotated[str | None, Option("--workdir", "-w", metavar="FOLDER", help="Working directory")] = None
