"""The vocabulary of the commands' signatures: Typer's Option and Argument, and the options that several commands share.

Commands write their parameters' annotations with these names, but import them for the type checker only: annotations
stay text until `pod.cli.definitions` reads them here, so that a command that runs never imports Typer.

An option of the peers' that cannot work here has a help of the form `Refused: REASON`: the parser then answers it with
that reason, and the function never sees it.
"""

from __future__ import annotations

from collections.abc import Sequence as Sequence
from typing import Annotated as Annotated
from typing import Literal as Literal

from typer import Argument as Argument
from typer import Option as Option

from pod.cli.context import Context as Context

Containers = Annotated[tuple[str, ...], Argument(metavar="CONTAINER...", help="Names or ids (a unique beginning does)")]
OneContainer = Annotated[str, Argument(metavar="CONTAINER", help="Name or id (a unique beginning does)")]
Images = Annotated[tuple[str, ...], Argument(metavar="IMAGE...", help="Names or ids")]
OneImage = Annotated[str, Argument(metavar="IMAGE", help="Name or id")]

Volumes = Annotated[tuple[str, ...], Argument(metavar="VOLUME...", help="Names (a unique beginning does)")]
OneVolume = Annotated[str, Argument(metavar="VOLUME", help="Name of a volume")]
Secrets = Annotated[tuple[str, ...], Argument(metavar="SECRET...", help="Names or ids")]

Networks = Annotated[tuple[str, ...], Argument(metavar="NETWORK...", help="Names or ids (a unique beginning does)")]
OneNetwork = Annotated[str, Argument(metavar="NETWORK", help="Name or id of a network")]

Pods = Annotated[tuple[str, ...], Argument(metavar="POD...", help="Names or ids (a unique beginning does)")]
OnePod = Annotated[str, Argument(metavar="POD", help="Name or id (a unique beginning does)")]
AllPods = Annotated[bool, Option("--all", "-a", help="All pods")]
LatestPod = Annotated[bool, Option("--latest", "-l", help="The pod that was created last")]
PodIdFiles = Annotated[
    tuple[str, ...], Option("--pod-id-file", metavar="FILE", help="Read the pod's id from a file; repeat for more")
]

All = Annotated[bool, Option("--all", "-a", help="All containers")]
Latest = Annotated[bool, Option("--latest", "-l", help="The container that was created last")]
CidFiles = Annotated[
    tuple[str, ...], Option("--cidfile", metavar="FILE", help="Read the container's id from a file; repeat for more")
]
Filters = Annotated[
    tuple[str, ...], Option("--filter", "-f", metavar="KEY=VALUE", help="Only what fits; repeat for more conditions")
]
LongFilters = Annotated[  # where -f means --force
    tuple[str, ...], Option("--filter", metavar="KEY=VALUE", help="Only what fits; repeat for more conditions")
]
Quiet = Annotated[bool, Option("--quiet", "-q", help="Print ids only")]
NoTrunc = Annotated[bool, Option("--no-trunc", help="Do not shorten ids and texts")]
NoHeading = Annotated[bool, Option("--noheading", help="Leave out the line of headings")]
Format = Annotated[
    str, Option("--format", metavar="TEMPLATE", help="json, table, or a Go template such as '{{.Names}}'")
]
ShortFormat = Annotated[
    str, Option("--format", "-f", metavar="TEMPLATE", help="json, or a Go template such as '{{.Id}}'")
]
DetachKeys = Annotated[
    str | None, Option("--detach-keys", metavar="KEYS", help="Keys that detach (ctrl-p,ctrl-q); empty for none")
]
SigProxy = Annotated[bool, Option("--sig-proxy", help="Pass signals on to the container; on unless =false")]
PreserveFd = Annotated[
    tuple[str, ...],
    Option("--preserve-fd", metavar="NUMBER", help="Hand in these open descriptors, under their numbers"),
]
PreserveFds = Annotated[
    int, Option("--preserve-fds", metavar="COUNT", help="Hand in so many open descriptors from 3 on")
]
StopSignal = Annotated[
    str, Option("--signal", "-s", metavar="SIGNAL", help="Stop with this signal, not the container's own")
]
StopTimeout = Annotated[
    int | None,
    Option("--time", "--timeout", "-t", metavar="SECONDS", help="How long to wait before SIGKILL; -1 for ever"),
]
