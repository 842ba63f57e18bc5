"""`pod pod ps`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Filters, Format, LatestPod, NoTrunc, Option, Quiet


def ps(
    context: Context,
    ctr_ids: Annotated[bool, Option("--ctr-ids", help="Show the ids of the containers")] = False,
    ctr_names: Annotated[bool, Option("--ctr-names", help="Show the names of the containers")] = False,
    ctr_status: Annotated[bool, Option("--ctr-status", help="Show the states of the containers")] = False,
    filters: Filters = (),
    format: Format = "",
    latest: LatestPod = False,
    no_trunc: NoTrunc = False,
    noheading: Annotated[bool, Option("--noheading", "-n", help="Leave out the line of headings")] = False,
    ns: Annotated[bool, Option("--ns", help="Show which namespaces are shared")] = False,
    quiet: Quiet = False,
    sort: Annotated[str, Option("--sort", metavar="COLUMN", help="created, id, name, number or status")] = "created",
) -> int:
    """List pods.

    Filters: ctr-ids, ctr-names, ctr-number, ctr-status, id, label, label!, name, network, status, until.

    Examples:
      pod pod ps --filter status=running
      pod pod ps --format '{{.Name}} {{.Status}}'
    """
    from pod.cli.actions.pods.ps import PodListing, show_pods

    listing = PodListing(
        ctr_ids=ctr_ids,
        ctr_names=ctr_names,
        ctr_status=ctr_status,
        filters=filters,
        format=format,
        heading=not noheading,
        latest=latest,
        namespaces=ns,
        no_trunc=no_trunc,
        quiet=quiet,
        sort=sort,
    )
    return show_pods(context, listing)
