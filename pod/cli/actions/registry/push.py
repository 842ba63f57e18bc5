"""What `push` does."""

from __future__ import annotations

import os

from pod.cli.actions.registry.progress import PlainPushLines
from pod.cli.parsers.registry_options import parse_transfer
from pod.engine.images import push as engine
from pod.errors import UsageError
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.image.push import PushFlags
    from pod.cli.context import Context


def push(context: Context, flags: PushFlags) -> int:
    """Push an image, or all tags of a repository, and print what happens."""
    if not flags.image:
        raise UsageError("push needs the name of an image", hint="pod push localhost:5000/app")
    options = parse_transfer(flags)
    progress = engine.PushProgress() if flags.quiet else PlainPushLines()
    if flags.all_tags:
        if flags.destination:
            raise UsageError("--all-tags takes a single name: that of the repository")
        pushed = engine.push_all_tags(context.engine, flags.image, options, progress)
    else:
        pushed = [
            engine.push(context.engine, flags.image, flags.destination, options, format=flags.format, progress=progress)
        ]
    if flags.digestfile:
        files.write_atomic(os.path.abspath(flags.digestfile), str(pushed[-1].digest).encode(), mode=0o644)
    if flags.quiet:
        for one in pushed:
            print(one.reference)
    return 0
