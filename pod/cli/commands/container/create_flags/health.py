"""Options of `run` and `create`: checks of its health."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class HealthFlags(Record):
    """Options about checks of its health, as typed."""

    health_cmd: Annotated[
        str, Option("--health-cmd", metavar="COMMAND|JSON", help="Check the health with this", rich_help_panel="Health")
    ] = ""
    health_interval: Annotated[
        str, Option("--health-interval", metavar="TIME", help="Time between checks (30s)", rich_help_panel="Health")
    ] = ""
    health_retries: Annotated[
        int | None,
        Option("--health-retries", metavar="N", help="Failures in a row for unhealthy (3)", rich_help_panel="Health"),
    ] = None
    health_start_interval: Annotated[
        str,
        Option(
            "--health-start-interval",
            metavar="TIME",
            help="The same in the start period (5s)",
            rich_help_panel="Health",
        ),
    ] = ""
    health_start_period: Annotated[
        str,
        Option("--health-start-period", metavar="TIME", help="Failures do not count so long", rich_help_panel="Health"),
    ] = ""
    health_timeout: Annotated[
        str,
        Option(
            "--health-timeout", metavar="TIME", help="A check that takes longer fails (30s)", rich_help_panel="Health"
        ),
    ] = ""
    no_healthcheck: Annotated[
        bool, Option("--no-healthcheck", help="Leave out the image's check", rich_help_panel="Health")
    ] = False
