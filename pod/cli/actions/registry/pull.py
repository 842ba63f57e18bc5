"""What `pull` does."""

from __future__ import annotations

import sys

from pod.cli.actions.registry.progress import choose
from pod.cli.parsers.image_source import parse_platform
from pod.cli.parsers.registry_options import parse_transfer
from pod.engine.images import pull as engine
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.image.pull import PullFlags
    from pod.cli.context import Context


def pull(context: Context, flags: PullFlags) -> int:
    """Pull images one after the other; print what happens, or with --quiet the ids."""
    if not flags.images:
        raise UsageError("pull needs the name of an image", hint="pod pull debian:12")
    options = parse_transfer(flags)
    platform = parse_platform(flags.platform, flags.arch, flags.os, flags.variant)
    for name in flags.images:
        with engine.PullProgress() if flags.quiet else choose(sys.stdout) as progress:
            if flags.all_tags:
                if ":" in name.rpartition("/")[2] or "@" in name:
                    raise UsageError(f"--all-tags excludes a tag or digest, as in {name}")
                pulled = engine.pull_all_tags(context.engine, name, options, progress)
            else:
                policy = flags.policy
                pulled = [
                    engine.pull(context.engine, name, options, policy=policy, platform=platform, progress=progress)
                ]
        for image in pulled:
            print(image.id.hex if flags.quiet else image.name)
    return 0
