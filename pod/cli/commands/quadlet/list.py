"""`pod quadlet list`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.cli.options import Filters, Format, NoHeading


def list_(context: Context, filter: Filters = (), format: Format = "", noheading: NoHeading = False) -> int:
    """List your Quadlet files, the units they become, and what these do.

    What is wrong with a file is said below, with its line. The filter is name=PATTERN.
    """
    from pod.cli.actions.quadlet import list_files

    return list_files(context, format=format, filter=filter, heading=not noheading)
