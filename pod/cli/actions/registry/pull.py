"""What `pull` does."""

from __future__ import annotations

import sys

from pod.cli.actions.registry.progress import choose
from pod.cli.parsers.image_source import parse_platform
from pod.cli.parsers.registry_options import parse_transfer
from pod.engine.images import pull as engine
from pod.errors import UsageError
from pod.oci import transports
from pod.storage.images import familiar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.image.pull import PullFlags
    from pod.cli.context import Context
    from pod.oci.digest import Digest
    from pod.oci.transports import Place


def pull(context: Context, flags: PullFlags) -> int:
    """Pull images one after the other; print what happens, or with --quiet the ids."""
    if not flags.images:
        raise UsageError("pull needs the name of an image", hint="pod pull debian:12")
    options = parse_transfer(flags)
    platform = parse_platform(flags.platform, flags.arch, flags.os, flags.variant)
    for name in flags.images:
        place = transports.parse(name)
        if place is not None and place.transport != transports.DOCKER:
            _print(_from_place(context, place, flags, platform), flags)
            continue
        name = place.name if place is not None else name
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
        _print([(image.id, image.name) for image in pulled], flags)
    return 0


def _from_place(context: Context, place: Place, flags: PullFlags, platform: str) -> list[tuple[Digest, str]]:
    """Bring the images of an archive or a folder into the store; return their ids and names."""
    from pod.engine.images import copy

    if flags.all_tags:
        raise UsageError(f"--all-tags is for registries, not for {place}")
    loaded = copy.into_store(context.engine, place, copy.CopyOptions(parse_transfer(flags), platform=platform))
    return [(image.id, familiar(name)) for image in loaded for name in image.names or (str(image.id),)]


def _print(images: list[tuple[Digest, str]], flags: PullFlags) -> None:
    for image_id, name in images:
        print(image_id.hex if flags.quiet else name)
