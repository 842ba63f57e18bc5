"""The entry of the command line, and the one place where errors become output and exit codes."""

from __future__ import annotations

import io
import os
import sys

from pod.cli import exitcodes
from pod.cli.context import Context
from pod.errors import PodError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_STARTING = {"run", "start", "restart", "exec", "build"}
"""Commands that execute programs of images; a container by that name costs milliseconds at worst."""


def main(argv: Sequence[str]) -> int:
    """Run a command line, the program's name first, and return the exit code."""
    _open_missing_streams()
    context = Context(argv)
    _speak_utf8()
    try:
        code = _dispatch(context)
        _flush()
        return code
    except PodError as err:
        from pod.cli import errors_output

        errors_output.show(err, context.debug)
        _abandon_stdout()
        return err.exit_code
    except KeyboardInterrupt:
        return _die_of_interrupt()
    except BrokenPipeError:
        _abandon_stdout()
        return exitcodes.BROKEN_PIPE
    except Exception as err:
        from pod.cli import errors_output

        _abandon_stdout()
        errors_output.show_unexpected(err, context.debug)
        return exitcodes.ENGINE


def _dispatch(context: Context) -> int:
    if context.words in (("--version",), ("-v",)):
        from pod import __version__

        print(f"pod version {__version__}")
        return exitcodes.OK
    if _STARTING.intersection(context.words):
        from pod.runtime import interpreter

        interpreter.seal()
    from pod.cli import fastpath

    try:
        return fastpath.run(context, context.words)
    except fastpath.Undecided:
        pass
    from pod.cli import slowpath

    return slowpath.run(context, context.words)


def _open_missing_streams() -> None:
    """Put /dev/null where the caller has closed a standard stream: a file of ours must not get its number."""
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale, as the peers do; bytes of names that are no UTF-8 come out as they came in."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def _flush() -> None:
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as err:
        raise PodError(f"standard output: {err.strerror}") from err


def _abandon_stdout() -> None:
    """Point stdout at /dev/null, or the interpreter complains again when it flushes at its end."""
    try:
        _flush()
    except (OSError, PodError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.close(null)


def _die_of_interrupt() -> int:
    """Die of SIGINT, as a shell's loop expects of an interrupted command: an exit code alone would not end the loop."""
    import _signal

    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    from pod.storage import staging

    staging.clear_away(interrupted=True)
    _abandon_stdout()
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    os.kill(os.getpid(), _signal.SIGINT)
    return exitcodes.INTERRUPTED
