"""What `export` does: an archive to a file, which a failure takes away again, or to stdout."""

from __future__ import annotations

import os
import sys

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.cli.context import Context

_STDOUT = 1


def export(context: Context, container: str, output: str) -> int:
    """Write the files of a container to the file `output`, or to stdout, which must not be a terminal."""
    from pod.engine import containers
    from pod.engine.export import export as export_container

    containers.find(context.engine.layout, container)  # before a file is made for nothing
    return to_output(output, lambda fd: export_container(context.engine, container, fd))


def to_output(output: str, write: Callable[[int], None]) -> int:
    """Let `write` write an archive to the descriptor of a file, or of stdout, which must not be a terminal."""
    if not output:
        refuse_terminal()
        write(_STDOUT)
        return 0
    try:
        fd = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    except OSError as err:
        raise UsageError(f"cannot write to {output}: {err.strerror}") from err
    path = os.path.abspath(output)
    try:
        write(fd)
    except BaseException:
        os.unlink(path)
        raise
    finally:
        os.close(fd)
    return 0


def refuse_terminal() -> None:
    """Raise UsageError where an archive would be written to a terminal."""
    if sys.stdout is None or sys.stdout.isatty():
        raise UsageError("refusing to write an archive to a terminal", hint="name a file, or redirect: > FILE")
