"""The options of `build`, by subject. A field is an option: its annotation for Typer, its default here."""

from __future__ import annotations

from pod.cli.commands.build.flags.accepted import AcceptedFlags
from pod.cli.commands.build.flags.image import ImageFlags
from pod.cli.commands.build.flags.limits import LimitFlags
from pod.cli.commands.build.flags.source import SourceFlags
from pod.cli.commands.build.flags.steps import StepFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Argument


class BuildFlags(AcceptedFlags, LimitFlags, StepFlags, ImageFlags, SourceFlags):
    """What `build` is given, as typed; pod.cli.parsers.build makes it the builder's."""

    context: Annotated[
        tuple[str, ...],
        Argument(metavar="[CONTEXT]", help="A folder, - for a tarball on standard input, or the URL of a repository"),
    ] = ()
