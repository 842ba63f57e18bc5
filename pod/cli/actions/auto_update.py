"""What `pod auto-update` prints: a line for each container that wants updates."""

from __future__ import annotations

from pod.cli import errors_output, exitcodes
from pod.cli.tables import PODMAN, format_rows
from pod.cli.template import Row
from pod.engine.auto_update import Update, UpdateOptions, auto_update
from pod.errors import PodError
from pod.registry.options import RegistryOptions
from pod.systemd import manager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context

_COLUMNS = ["Unit", "Container", "Image", "Policy", "Updated"]


def update_all(
    context: Context, *, authfile: str, dry_run: bool, format: str, rollback: bool, tls_verify: bool | None
) -> int:
    """Update and print; the exit code is that of an error where one container could not be updated."""
    registry = RegistryOptions(authfile=authfile, tls_verify=tls_verify)
    updates = auto_update(context.engine, UpdateOptions(registry, dry_run, rollback), manager.restart)
    print(format_rows(format, [_row(u) for u in updates], {}, columns=_COLUMNS, layout=PODMAN, json_array=True), end="")
    for update in updates:
        if update.error:
            errors_output.show(PodError(update.error))
    return exitcodes.ENGINE if any(update.error for update in updates) else exitcodes.OK


def _row(update: Update) -> Row:
    return Row(
        Unit=update.unit,
        Container=f"{update.container_id[:12]} ({update.name})",
        ContainerName=update.name,
        ContainerID=update.container_id,
        Image=update.image,
        Policy=update.policy,
        Updated=update.updated,
    )
