"""Options of `run` and `create` that cannot work here, each with the reason that the parser answers it with."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option

_WINDOWS = "Refused: it is for containers of Windows"


class RefusedFlags(Record):
    """Options that are refused: no command ever sees them."""

    cpu_count: Annotated[str, Option("--cpu-count", metavar="NUMBER", help=_WINDOWS)] = ""
    cpu_percent: Annotated[str, Option("--cpu-percent", metavar="NUMBER", help=_WINDOWS)] = ""
    decryption_key: Annotated[
        str, Option("--decryption-key", metavar="KEY", help="Refused: pod cannot decrypt layers")
    ] = ""
    device_cgroup_rule: Annotated[
        str,
        Option(
            "--device-cgroup-rule",
            metavar="RULE",
            help="Refused: which devices exist is decided by a program in the kernel that only root may load",
        ),
    ] = ""
    io_maxbandwidth: Annotated[str, Option("--io-maxbandwidth", metavar="SIZE", help=_WINDOWS)] = ""
    io_maxiops: Annotated[str, Option("--io-maxiops", metavar="NUMBER", help=_WINDOWS)] = ""
    isolation: Annotated[str, Option("--isolation", metavar="NAME", help=_WINDOWS)] = ""
    rdt_class: Annotated[
        str,
        Option(
            "--rdt-class", metavar="NAME", help="Refused: classes of cache and memory bandwidth are handed out by root"
        ),
    ] = ""
    runtime: Annotated[
        str, Option("--runtime", metavar="NAME", help="Refused: pod is its own OCI runtime and starts no other")
    ] = ""
    use_api_socket: Annotated[
        bool, Option("--use-api-socket", help="Refused: pod has no service that listens on a socket")
    ] = False
