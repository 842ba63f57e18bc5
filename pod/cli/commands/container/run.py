"""`pod run`."""

from __future__ import annotations

from pod.cli.parsers import Later
from pod.cli.parsers.create_options import parse_create_options
from pod.cli.parsers.handover import parse_handover
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.run_flags import RunFlags
    from pod.cli.context import Context
    from pod.cli.parsers import run_options
    from pod.engine.attach import AttachOptions
else:
    run_options = Later("run_options")


def run(context: Context, flags: RunFlags) -> int:
    """Run a command in a new container.

    The container gets the image's command, or the words after the image. Its output comes here and pod exits with its
    exit code; with -d it goes on in the background. Codes of pod's own: 125 where the container could not be made,
    126 where the command cannot be executed, 127 where it does not exist.

    Examples:
      pod run --rm -it debian bash
      pod run -d --name web -v "$PWD":/srv:ro nginx
      pod run --rm -v "$PWD":/w -w /w -u "$(id -u)" gcc make
    """
    from pod.engine.run import run as run_container

    if flags.rmi:
        flags = flags.replace(rm=True)
    options = parse_create_options(context, flags)
    if flags.rmi:
        options = options.replace(lifecycle=options.lifecycle.replace(remove_image=True))
    handover = parse_handover(context.environ, flags.preserve_fds, flags.preserve_fd)
    attachment = _attachment(flags, options.attach)
    if flags.replace_existing:
        from pod.cli.actions.replace import remove_existing

        remove_existing(context, flags.name)
    shows_output = attachment is not None and (attachment.stdout or attachment.stderr)
    told = None if shows_output else _print_id
    return run_container(context.engine, options, attachment, told, handover).exit_code


def _attachment(flags: RunFlags, streams: tuple[str, ...]) -> AttachOptions | None:
    """Return how to be attached; None in the background."""
    from pod.engine.attach import AttachOptions

    keys = flags.detach_keys and run_options.parse_detach_keys(flags.detach_keys)
    if flags.detach:
        if streams:
            raise UsageError("--detach and --attach exclude each other")
        return None
    return AttachOptions(
        stdin="stdin" in streams if streams else flags.interactive,
        stdout="stdout" in streams or not streams,
        stderr="stderr" in streams or not streams,
        sig_proxy=flags.sig_proxy,
        detach_keys=keys,
    )


def _print_id(container_id: str) -> None:
    print(container_id, flush=True)
