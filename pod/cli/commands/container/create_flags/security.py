"""Options of `run` and `create`: users, capabilities and what a process may do."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Option


class SecurityFlags(Record):
    """Options about users, capabilities and what a process may do, as typed."""

    cap_add: Annotated[
        tuple[str, ...],
        Option("--cap-add", metavar="CAP", help="Add a capability, or ALL", rich_help_panel="Security"),
    ] = ()
    cap_drop: Annotated[
        tuple[str, ...],
        Option("--cap-drop", metavar="CAP", help="Take a capability away, or ALL", rich_help_panel="Security"),
    ] = ()
    group_add: Annotated[
        tuple[str, ...],
        Option("--group-add", metavar="GROUP", help="Join one more group", rich_help_panel="Security"),
    ] = ()
    group_entry: Annotated[
        str,
        Option("--group-entry", metavar="LINE", help="Template for /etc/group", rich_help_panel="Security"),
    ] = ""
    passwd: Annotated[
        bool,
        Option(
            "--passwd", help="Add the container's user to /etc/passwd; on unless =false", rich_help_panel="Security"
        ),
    ] = True
    passwd_entry: Annotated[
        str,
        Option("--passwd-entry", metavar="LINE", help="Template for /etc/passwd", rich_help_panel="Security"),
    ] = ""
    personality: Annotated[
        str,
        Option(
            "--personality",
            metavar="NAME",
            help="Kernel that programs see: LINUX or LINUX32",
            rich_help_panel="Security",
        ),
    ] = ""
    privileged: Annotated[
        bool, Option("--privileged", help="Give the container all that you may do", rich_help_panel="Security")
    ] = False
    security_opt: Annotated[
        tuple[str, ...],
        Option(
            "--security-opt",
            metavar="OPTION",
            help="no-new-privileges, seccomp=…, mask=…, unmask=…",
            rich_help_panel="Security",
        ),
    ] = ()
    seccomp_policy: Annotated[
        Literal["default", "image"],
        Option(
            "--seccomp-policy",
            metavar="POLICY",
            help="default, or image for the profile that the image brings",
            rich_help_panel="Security",
        ),
    ] = "default"
    umask: Annotated[
        str | None,
        Option("--umask", metavar="OCTAL", help="Modes that new files do not get (0022)", rich_help_panel="Security"),
    ] = None
    user: Annotated[
        str | None,
        Option("--user", "-u", metavar="USER[:GROUP]", help="Run as this user", rich_help_panel="Security"),
    ] = None
