"""Options of `run` and `create`: checks of its health."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Option


class HealthFlags(Record):
    """Options about checks of its health, as typed."""

    health_cmd: Annotated[
        str,
        Option("--health-cmd", metavar="COMMAND|JSON", help="Command that checks the health", rich_help_panel="Health"),
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
            help="Time between checks in the start period (5s)",
            rich_help_panel="Health",
        ),
    ] = ""
    health_start_period: Annotated[
        str,
        Option(
            "--health-start-period",
            metavar="TIME",
            help="How long failures do not count (0s)",
            rich_help_panel="Health",
        ),
    ] = ""
    health_timeout: Annotated[
        str,
        Option(
            "--health-timeout", metavar="TIME", help="A check that takes longer fails (30s)", rich_help_panel="Health"
        ),
    ] = ""
    health_log_destination: Annotated[
        str,
        Option(
            "--health-log-destination",
            metavar="FOLDER",
            help="Where results are kept: local, events_logger or a folder",
            rich_help_panel="Health",
        ),
    ] = ""
    health_max_log_count: Annotated[
        int | None,
        Option(
            "--health-max-log-count",
            metavar="N",
            help="How many results are kept (5); 0 is all",
            rich_help_panel="Health",
        ),
    ] = None
    health_max_log_size: Annotated[
        int | None,
        Option(
            "--health-max-log-size",
            metavar="BYTES",
            help="How much output of a result is kept (4096); 0 is all",
            rich_help_panel="Health",
        ),
    ] = None
    health_on_failure: Annotated[
        Literal["", "none", "kill", "restart", "stop"],
        Option(
            "--health-on-failure",
            metavar="ACTION",
            help="What to do when it is unhealthy: none, kill, restart, stop",
            rich_help_panel="Health",
        ),
    ] = ""
    health_startup_cmd: Annotated[
        str,
        Option(
            "--health-startup-cmd",
            metavar="COMMAND|JSON",
            help="At the start, check with this until it succeeds",
            rich_help_panel="Health",
        ),
    ] = ""
    health_startup_interval: Annotated[
        str,
        Option(
            "--health-startup-interval",
            metavar="TIME",
            help="Time between checks at the start (30s)",
            rich_help_panel="Health",
        ),
    ] = ""
    health_startup_retries: Annotated[
        int | None,
        Option(
            "--health-startup-retries",
            metavar="N",
            help="Failures at the start before it is restarted; 0 is never",
            rich_help_panel="Health",
        ),
    ] = None
    health_startup_success: Annotated[
        int | None,
        Option(
            "--health-startup-success", metavar="N", help="Successes that end the start (1)", rich_help_panel="Health"
        ),
    ] = None
    health_startup_timeout: Annotated[
        str,
        Option(
            "--health-startup-timeout",
            metavar="TIME",
            help="A check at the start that takes longer fails (30s)",
            rich_help_panel="Health",
        ),
    ] = ""
    no_healthcheck: Annotated[
        bool, Option("--no-healthcheck", help="Leave out the image's check", rich_help_panel="Health")
    ] = False
