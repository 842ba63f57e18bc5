"""`pod search`."""

from __future__ import annotations

from pod.cli.commands.registry.flags import RegistryFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Filters, Format, NoTrunc, Option


class SearchFlags(RegistryFlags):
    """The options of `search`."""

    term: Annotated[str, Argument(metavar="TERM", help="What to look for, behind a registry if you like")] = ""
    compatible: Annotated[bool, Option("--compatible", help="Show stars and official images, too")] = False
    creds: Annotated[str, Option("--creds", metavar="USER[:PASSWORD]", help="Credentials for this time only")] = ""
    filters: Filters = ()
    format: Format = ""
    limit: Annotated[int, Option("--limit", metavar="NUMBER", help="At most so many of each registry; else 25")] = 0
    list_tags: Annotated[bool, Option("--list-tags", help="List the tags of the repository TERM")] = False
    no_trunc: NoTrunc = False


def search(context: Context, flags: SearchFlags) -> int:
    """Look for images on registries.

    Without a registry, those of registries.conf are searched, or docker.io. Filters are stars=NUMBER,
    is-official and is-automated.

    Examples:
      pod search --filter is-official busybox
      pod search localhost:5000/
      pod search --list-tags localhost:5000/app
    """
    from pod.cli.actions.registry.search import search as search_images

    return search_images(context, flags)
