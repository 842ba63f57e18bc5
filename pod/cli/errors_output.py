"""How an error looks: `Error:` and one sentence on stderr, then an indented hint; a traceback only at debug level."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.errors import PodError


def show(err: PodError, debug: bool = False) -> None:
    """Print an error that pod raised on purpose."""
    if debug:
        _traceback(err)
    _print(err.message, err.hint)


def show_unexpected(err: Exception, debug: bool = False) -> None:
    """Print an error that nobody meant: of the operating system, or a mistake in pod."""
    if debug:
        _traceback(err)
    hint = "" if debug else "run it again as `pod --log-level=debug …` for the traceback"
    if isinstance(err, OSError):
        names = [str(name) for name in (err.filename, err.filename2) if name is not None]
        _print(f"{' and '.join(names) or 'operating system'}: {err.strerror or err}", hint)
    else:
        _print(f"this is a bug in pod: {type(err).__name__}: {err}", hint)


def _print(message: str, hint: str) -> None:
    lines = [f"Error: {message}", *(f"  {line}" for line in hint.splitlines())]
    try:
        print("\n".join(lines), file=sys.stderr, flush=True)
    except (OSError, AttributeError):
        pass  # stderr is closed: the exit code has to do


def _traceback(err: BaseException) -> None:
    import traceback

    try:
        traceback.print_exception(err)
    except OSError:
        pass


def notice(text: str) -> None:
    """Print a sentence that the user should read, and that is no error."""
    try:
        print(text, file=sys.stderr, flush=True)
    except (OSError, AttributeError):
        pass
