"""`pod system install-units`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option


def install_units(
    context: Context,
    reload_systemd: Annotated[
        bool, Option("--reload-systemd", help="Let systemd read the units; on unless =false")
    ] = True,
) -> int:
    """Make systemd units of your Quadlet files, and one that starts containers again after a boot.

    They are written to ~/.config/systemd/user, where your systemd finds them: its generators are the
    administrator's. Run it again after a change of a Quadlet file. Units of pod's whose file is gone are removed.
    """
    from pod.cli.actions.quadlet import install_units as write_units

    return write_units(context, reload=reload_systemd)
