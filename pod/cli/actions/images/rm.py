"""What `rmi` does."""

from __future__ import annotations

from pod.cli import errors_output, exitcodes
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.engine.images.remove_image import Removed


def rm(context: Context, *, images: Sequence[str], all: bool, force: bool, ignore: bool, no_prune: bool) -> int:
    """Remove images; print what was untagged and deleted, then what could not be."""
    from pod.engine.images.remove_image import every_name, is_missing, remove_images

    del no_prune
    if all and images:
        raise UsageError("names and --all exclude each other")
    if not all and not images:
        raise UsageError("no image is named", hint="give names or ids, or --all")
    chosen = every_name(context.engine) if all else images
    code = exitcodes.OK
    for removed in remove_images(context.engine, chosen, force=force):
        show(removed)
        if removed.error is None or (is_missing(removed) and (ignore or force)):
            continue
        errors_output.show(removed.error, context.debug)
        failed = is_missing(removed) or context.as_docker
        code = max(code, exitcodes.FAILED if failed else removed.error.exit_code)
    return code


def show(removed: Removed) -> None:
    """Print one outcome, in the words of Docker."""
    for name in removed.untagged:
        print(f"Untagged: {name}")
    if removed.deleted:
        print(f"Deleted: {removed.deleted}", flush=True)
