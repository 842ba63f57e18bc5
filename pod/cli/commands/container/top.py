"""`pod top`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Latest


def top(
    context: Context,
    words: Annotated[
        tuple[str, ...],
        Argument(metavar="CONTAINER [COLUMNS|PS-OPTIONS]...", help="Name or id, and what to show"),
    ] = (),
    latest: Latest = False,
) -> int:
    """Show the processes of a running container.

    The columns are user, pid, ppid, pcpu, etime, tty, time and args, unless
    others are named: capamb, capbnd, capeff, capinh, capprm, comm, group,
    groups, hgroup, hgroups, hpid, huser, label, nice, pgid, rgroup, rss,
    ruser, seccomp, state, stime, vsz. Those with h are what the host sees.

    Anything else goes to the host's ps, whose lines on the container are
    shown.

    Examples:
      pod top web
      pod top web pid,hpid,user,args
      pod top web -eo pid,pcpu,comm
    """
    from pod.cli.actions.top import show_top

    return show_top(context, words, latest=latest)
