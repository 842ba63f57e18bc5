"""What `secret rm` does."""

from __future__ import annotations

from pod.cli import errors_output, exitcodes
from pod.errors import NoSuchSecret, PodError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def rm(context: Context, names: Sequence[str], *, all: bool, ignore: bool) -> int:
    """Remove secrets and print their ids."""
    from pod.engine import events
    from pod.storage.secrets import SecretStore

    if all and names:
        raise UsageError("names and --all exclude each other")
    if not all and not names:
        raise UsageError("no secret is named", hint="give names or ids, or --all")
    context.engine.enter()
    store = SecretStore(context.engine.layout)
    code = exitcodes.OK
    for name in [record.id for record in store.every()] if all else names:
        try:
            record = store.delete(name)
        except NoSuchSecret as err:
            if not ignore:
                errors_output.show(err, context.debug)
                code = err.exit_code
        except PodError as err:
            errors_output.show(err, context.debug)
            code = err.exit_code
        else:
            events.secret(context.engine.layout, "remove", record.id, record.name)
            print(record.id, flush=True)
    return code
