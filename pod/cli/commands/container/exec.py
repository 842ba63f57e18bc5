"""`pod exec`."""

from __future__ import annotations

from pod.cli.parsers import Later, invalid
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, DetachKeys, Latest, Option, PreserveFd, PreserveFds
    from pod.cli.parsers import environment, handover, run_options
else:
    environment, handover, run_options = map(Later, ("environment", "handover", "run_options"))


def exec_(
    context: Context,
    words: Annotated[tuple[str, ...], Argument(metavar="CONTAINER COMMAND [ARG...]")],
    detach: Annotated[bool, Option("--detach", "-d", help="Run in the background")] = False,
    detach_keys: DetachKeys = None,
    env: Annotated[
        tuple[str, ...],
        Option("--env", "-e", metavar="KEY[=VALUE]", help="Set a variable; a bare KEY or KEY* is taken from here"),
    ] = (),
    env_file: Annotated[
        tuple[str, ...], Option("--env-file", metavar="FILE", help="Set the variables that a file lists")
    ] = (),
    interactive: Annotated[bool, Option("--interactive", "-i", help="Keep stdin open")] = False,
    latest: Latest = False,
    preserve_fd: PreserveFd = (),
    preserve_fds: PreserveFds = 0,
    privileged: Annotated[bool, Option("--privileged", help="Give the command all that you may do")] = False,
    tty: Annotated[bool, Option("--tty", "-t", help="Give the command a terminal")] = False,
    user: Annotated[str | None, Option("--user", "-u", metavar="USER[:GROUP]", help="Run as this user")] = None,
    workdir: Annotated[str | None, Option("--workdir", "-w", metavar="FOLDER", help="Working directory")] = None,
) -> int:
    """Run a command in a running container.

    pod exits with the command's code. With --latest the first word is already the command.

    Examples:
      pod exec -it web sh
      pod exec -u root -w /srv web ls -l
    """
    from pod.cli.actions.selection import one
    from pod.engine.exec import ExecOptions
    from pod.engine.exec import exec_ as exec_in_container

    if workdir is not None and not workdir.startswith("/"):
        raise invalid("--workdir", workdir, "it is an absolute path in the container")
    names, command = ((), words) if latest else (words[:1], words[1:])
    if not command:
        raise UsageError("no command is given", hint="usage: pod exec [OPTIONS] CONTAINER COMMAND [ARG...]")
    options = ExecOptions(
        command=command,
        env=environment.parse_environment(env, env_file, context.environ) if env or env_file else (),
        user=user,
        working_dir=workdir,
        tty=tty,
        interactive=interactive,
        detach=detach,
        privileged=privileged,
        detach_keys=detach_keys and run_options.parse_detach_keys(detach_keys),
        preserved=handover.parse_preserved(preserve_fds, preserve_fd) if preserve_fds or preserve_fd else (),
    )
    return exec_in_container(context.engine, one(context, names, latest), options)
