"""`unshare`: another program in the user's namespace, in place of pod."""

from __future__ import annotations

import os

from pod.errors import CannotExecute, CommandNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def run_inside(context: Context, command: Sequence[str], *, networks: bool = False) -> int:
    """Become the program; with `networks` beside the bridges of the networks. Returns only by an exception."""
    from pod.linux.process import restore_signals

    words = list(command) or [context.environ.get("SHELL") or "/bin/sh"]
    context.engine.enter()
    if networks:
        from pod.engine.network.connect import enter_shared

        enter_shared(context.engine)
    restore_signals()
    try:
        os.execvp(words[0], words)
    except FileNotFoundError as err:
        raise CommandNotFound(f"no such program: {words[0]}") from err
    except OSError as err:
        raise CannotExecute(f"cannot execute {words[0]}: {err.strerror}") from err
