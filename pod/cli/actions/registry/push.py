"""What `push` does."""

from __future__ import annotations

import os
import sys

from pod.cli.actions.registry.push_progress import choose
from pod.cli.parsers.push_form import parse_push_form
from pod.cli.parsers.registry_options import parse_transfer
from pod.engine.images import push as engine
from pod.engine.images.signing import Signer
from pod.errors import StorageError, UsageError
from pod.linux import files
from pod.oci import transports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.image.push import PushFlags
    from pod.cli.context import Context
    from pod.oci.transports import Place
    from pod.registry.options import RegistryOptions


def push(context: Context, flags: PushFlags) -> int:
    """Push an image, or all tags of a repository, and print what happens."""
    if not flags.image:
        raise UsageError("push needs the name of an image", hint="pod push localhost:5000/app")
    if flags.all_tags and flags.destination:
        raise UsageError("--all-tags takes a single name: that of the repository")
    options = parse_transfer(flags)
    place = transports.parse(flags.destination)
    if place is not None and place.transport != transports.DOCKER:
        return _to_place(context, place, flags, options)
    form = parse_push_form(flags).replace(platform=flags.platform)
    signer = Signer(flags.sign_by, flags.sign_passphrase_file) if flags.sign_by else None
    with choose(quiet=flags.quiet, stream=sys.stdout) as progress:
        if flags.all_tags:
            pushed = engine.push_all_tags(context.engine, flags.image, options, form, progress, signer)
        else:
            one = engine.push(
                context.engine, flags.image, flags.destination, options, form=form, progress=progress, signer=signer
            )
            pushed = [one]
    if flags.digestfile:
        write_digest(flags.digestfile, str(pushed[-1].digest))
    if flags.quiet:
        for one in pushed:
            print(one.reference)
    return 0


def _to_place(context: Context, place: Place, flags: PushFlags, options: RegistryOptions) -> int:
    """Write an image to an archive or a folder."""
    from pod.engine.images import copy

    source = transports.Place(transports.STORAGE, name=flags.image)
    copied = copy.copy(context.engine, source, place, copy.CopyOptions(target=options))
    if flags.digestfile:
        write_digest(flags.digestfile, str(copied.digest))
    if not flags.quiet:
        print(copied.digest)
    return 0


def write_digest(path: str, digest: str) -> None:
    """Write the digest of what was pushed to the file of --digestfile. Raises StorageError."""
    try:
        files.write_atomic(os.path.abspath(path), digest.encode(), mode=0o644)
    except OSError as err:
        raise StorageError(
            f"cannot write the digest to {path}: {err.strerror}", hint=f"the image was pushed: {digest}"
        ) from err
