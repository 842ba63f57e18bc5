"""What `manifest push` does."""

from __future__ import annotations

import sys

from pod.cli import exitcodes
from pod.cli.actions.registry.push import write_digest
from pod.cli.actions.registry.push_progress import choose
from pod.cli.parsers.push_form import parse_push_form
from pod.cli.parsers.registry_options import parse_transfer
from pod.engine.manifests import lists
from pod.engine.manifests import push as engine
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.manifest.push import ManifestPushFlags
    from pod.cli.context import Context


def push(context: Context, flags: ManifestPushFlags) -> int:
    """Push a list, print its digest, and remove it with --rm."""
    also = tuple(word for text in flags.add_compression for word in text.split(",") if word)
    unknown = [kind for kind in also if kind not in ("gzip", "zstd", "zstd:chunked")]
    if unknown:
        raise UsageError(f"invalid --add-compression {unknown[0]!r:.40}: it is gzip, zstd or zstd:chunked")
    options = parse_transfer(flags)
    if flags.insecure:
        options = options.replace(tls_verify=False)
    form = parse_push_form(flags)
    with choose(quiet=flags.quiet, stream=sys.stderr) as progress:
        pushed = engine.push(
            context.engine,
            flags.name,
            flags.destination,
            options,
            form=form,
            images=flags.all,
            also=also,
            progress=progress,
        )
    if flags.digestfile:
        write_digest(flags.digestfile, str(pushed.digest))
    print(pushed.digest)
    if flags.rm:
        lists.remove(context.engine, flags.name)
    return exitcodes.OK
