"""What `build` does: the options that are files, the display, the id."""

from __future__ import annotations

import sys

from pod.cli.actions.build.plain import PlainLines
from pod.cli.parsers.build import parse_build_options
from pod.errors import NoSuchImage
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from pod.build.events import Display
    from pod.cli.commands.build.flags import BuildFlags
    from pod.cli.context import Context
    from pod.oci.digest import Digest


def build(context: Context, flags: BuildFlags) -> int:
    """Build an image and print its id where that is asked for, or usual."""
    from pod.build.build import build as build_image

    options = parse_build_options(context, flags)
    if flags.check or flags.call not in ("", "build"):
        from pod.cli.actions.build.check import check

        return check(context, options, flags.call or "check")
    display = choose(flags)
    built = build_image(context.engine, options, display)
    if built.id is None:
        return 0
    if flags.iidfile:
        files.write_atomic(flags.iidfile, str(built.id).encode(), mode=0o644, durable=False)
    if flags.metadata_file:
        _write_metadata(context, flags.metadata_file, built.id, options.image.names)
    if flags.quiet:
        print(str(built.id) if context.as_docker else built.id.hex)
    elif not context.as_docker:
        print(built.id.hex)
    return 0


def _write_metadata(context: Context, path: str, image_id: Digest, names: tuple[str, ...]) -> None:
    """Write what Docker's plugin writes of a result."""
    from pod.linux import jsonfile
    from pod.storage.images import ImageStore

    document = {"image.name": ",".join(names)}
    try:
        image = ImageStore(context.engine.layout).get(image_id.hex)
        document |= {"containerimage.config.digest": str(image_id), "containerimage.digest": str(image.digest)}
    except NoSuchImage:  # it is a list of images
        document["containerimage.digest"] = str(image_id)
    files.write_atomic(path, jsonfile.dumps(document), mode=0o644, durable=False)


def choose(flags: BuildFlags) -> Display:
    """Return how to show what happens: a live view where people look on, plain lines elsewhere."""
    if flags.quiet or flags.progress == "quiet":
        from pod.cli.actions.build.failures import Failures

        return Failures(sys.stderr)
    stream: TextIO = open(flags.logfile, "w", encoding="utf-8") if flags.logfile else sys.stderr
    if flags.progress == "rawjson":
        from pod.cli.actions.build.raw_json import RawJson

        return RawJson(stream)
    shell = flags.debug_shell or not flags.rm  # it needs the terminal for itself
    if flags.progress == "tty" or (flags.progress == "auto" and stream.isatty() and not shell):
        from pod.cli.actions.build.live import LiveView

        return LiveView(stream)
    return PlainLines(stream)
