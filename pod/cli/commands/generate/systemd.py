"""`pod generate systemd`."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class SystemdFlags(Record):
    """The options of `generate systemd`."""

    container: Annotated[str, Argument(metavar="CONTAINER", help="Name or id (a unique beginning does)")]
    new: Annotated[bool, Option("--new", help="The unit makes the container anew at every start")] = False
    name: Annotated[bool, Option("--name", "-n", help="Call container and unit by the name, not the id")] = False
    files: Annotated[bool, Option("--files", "-f", help="Write the unit to a file in this folder")] = False
    format: Annotated[str, Option("--format", metavar="json", help="Print JSON")] = ""
    no_header: Annotated[bool, Option("--no-header", help="Leave out who made the unit and when")] = False
    template: Annotated[bool, Option("--template", help="A template unit, NAME@.service; needs --new")] = False
    container_prefix: Annotated[
        str, Option("--container-prefix", metavar="TEXT", help="What the unit's name begins with")
    ] = "container"
    pod_prefix: Annotated[
        str, Option("--pod-prefix", metavar="TEXT", help="Refused: this version of pod has no pods")
    ] = ""
    separator: Annotated[str, Option("--separator", metavar="TEXT", help="What stands behind the prefix")] = "-"
    restart_policy: Annotated[
        Literal["", "no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"],
        Option("--restart-policy", metavar="POLICY", help="When systemd starts it again (on-failure)"),
    ] = ""
    restart_sec: Annotated[int | None, Option("--restart-sec", metavar="SECONDS", help="How long it waits then")] = None
    start_timeout: Annotated[
        int | None, Option("--start-timeout", metavar="SECONDS", help="How long a start may take")
    ] = None
    stop_timeout: Annotated[
        int | None, Option("--stop-timeout", "-t", metavar="SECONDS", help="How long the container has to stop")
    ] = None
    wants: Annotated[tuple[str, ...], Option("--wants", metavar="UNIT", help="Start this unit too")] = ()
    after: Annotated[tuple[str, ...], Option("--after", metavar="UNIT", help="Start after this unit")] = ()
    requires: Annotated[tuple[str, ...], Option("--requires", metavar="UNIT", help="Start with this unit only")] = ()
    env: Annotated[tuple[str, ...], Option("--env", "-e", metavar="KEY=VALUE", help="Variable of the service")] = ()


def systemd(context: Context, flags: SystemdFlags) -> int:
    """Print a systemd unit for a container.

    For something new a Quadlet file is shorter and lasts longer: `pod quadlet --help`.

    Examples:
      pod generate systemd --new --name web > ~/.config/systemd/user/web.service
      systemctl --user daemon-reload && systemctl --user enable --now web
    """
    from pod.cli.actions.generate_systemd import generate

    return generate(context, flags)
