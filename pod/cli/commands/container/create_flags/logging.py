"""Options of `run` and `create`: what becomes of the output."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class LoggingFlags(Record):
    """Options about what becomes of the output, as typed."""

    log_driver: Annotated[
        str, Option("--log-driver", metavar="DRIVER", help="How output is kept", rich_help_panel="Logging")
    ] = ""
    log_opt: Annotated[
        tuple[str, ...],
        Option("--log-opt", metavar="KEY=VALUE", help="Option of the log driver", rich_help_panel="Logging"),
    ] = ()
