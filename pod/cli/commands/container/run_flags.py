"""The options of `run`: those that it shares with `create`, and its own."""

from __future__ import annotations

from pod.cli.commands.container.create_flags import CreateFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import DetachKeys, Option, PreserveFd, PreserveFds, SigProxy


class RunFlags(CreateFlags):
    """The options of `run`."""

    detach: Annotated[bool, Option("--detach", "-d", help="Run in the background and print the id")] = False
    detach_keys: DetachKeys = None
    preserve_fd: PreserveFd = ()
    preserve_fds: PreserveFds = 0
    rmi: Annotated[bool, Option("--rmi", help="Remove the container and its image when it exits")] = False
    sig_proxy: SigProxy = True
