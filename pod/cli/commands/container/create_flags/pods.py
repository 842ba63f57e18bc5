"""Options of `run` and `create`: the pod that the container is to be in."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Option


class PodFlags(Record):
    """Options about the container's pod, as typed."""

    init_ctr: Annotated[
        Literal["", "always", "once"],
        Option("--init-ctr", metavar="WHEN", help="Run to its end before its pod's others: always, or once"),
    ] = ""
    pod: Annotated[str, Option("--pod", metavar="NAME", help="Be in this pod; new:NAME makes one")] = ""
    pod_id_file: Annotated[
        str, Option("--pod-id-file", metavar="FILE", help="Be in the pod whose id this file holds")
    ] = ""
