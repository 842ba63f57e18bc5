"""`pod auto-update`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Format, Option


def auto_update(
    context: Context,
    authfile: Annotated[str, Option("--authfile", metavar="FILE", help="File with the credentials")] = "",
    dry_run: Annotated[bool, Option("--dry-run", help="Only say what there is to update")] = False,
    format: Format = "",
    rollback: Annotated[
        bool, Option("--rollback", help="Back to the old image where a unit fails with the new; on unless =false")
    ] = True,
    tls_verify: Annotated[
        bool | None, Option("--tls-verify", help="Insist on TLS with a trusted certificate; =false does without")
    ] = None,
) -> int:
    """Start containers of systemd units anew whose image has changed.

    Those with the label io.containers.autoupdate=registry are compared with their registry, those with =local with
    the images here; in a Quadlet file that is AutoUpdate=. A unit that fails with the new image gets the old one back.

    Examples:
      pod auto-update --dry-run
      systemctl --user enable --now pod-auto-update.timer
    """
    from pod.cli.actions.auto_update import update_all

    return update_all(
        context, authfile=authfile, dry_run=dry_run, format=format, rollback=rollback, tls_verify=tls_verify
    )
