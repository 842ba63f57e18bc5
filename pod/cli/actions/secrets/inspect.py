"""What `secret inspect` does."""

from __future__ import annotations

import sys

from pod.cli import errors_output
from pod.errors import PodError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def inspect(context: Context, names: Sequence[str], *, format: str, pretty: bool, show_secret: bool) -> int:
    """Print the documents of secrets; those that do not exist are told of afterwards, and give the exit code."""
    from pod.cli.actions.secrets.documents import document
    from pod.cli.actions.secrets.documents import pretty as pretty_text
    from pod.cli.tables import format_documents
    from pod.storage.secrets import SecretStore

    if not names:
        raise UsageError("no secret is named", hint="`pod secret ls` lists the secrets there are")
    if pretty and format:
        raise UsageError("--pretty and --format exclude each other")
    store = SecretStore(context.engine.layout)
    found, errors = [], []
    for name in names:
        try:
            record = store.find(name)
            found.append((record, store.data(record) if show_secret else None))
        except PodError as err:
            errors.append(err)
    if pretty:
        print("\n\n".join(pretty_text(record) for record, _data in found))
    elif found or not format:
        sys.stdout.write(format_documents(format, [document(record, data) for record, data in found]))
    sys.stdout.flush()
    for error in errors:
        errors_output.show(error, context.debug)
    return max((error.exit_code for error in errors), default=0)
