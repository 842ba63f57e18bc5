"""What `secret create` does."""

from __future__ import annotations

import sys

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context

_STDIN = 0


def create(
    context: Context,
    name: str,
    source: str,
    *,
    driver: str,
    options: Sequence[str],
    from_variable: bool,
    labels: Sequence[str],
    replace: bool,
) -> int:
    """Read a secret, keep it, and print its id."""
    from pod.cli.parsers.labels import parse_labels, parse_pairs
    from pod.engine import events
    from pod.storage.secrets import SecretStore

    configured = context.settings.config
    given = parse_pairs("--driver-opts", [part for text in options for part in text.split(",")])
    chosen = driver or configured.text("secrets.driver") or "file"
    if not given and chosen == configured.text("secrets.driver"):
        given = dict(configured.values.get("secrets.opts", {}))
    data = _from_variable(context, source) if from_variable else _from_file(source)
    context.engine.enter()
    store = SecretStore(context.engine.layout)
    record = store.create(name, data, driver=chosen, options=given, labels=parse_labels(labels), replace=replace)
    events.secret(context.engine.layout, "create", record.id, record.name)
    print(record.id)
    return 0


def _from_variable(context: Context, name: str) -> bytes:
    value = context.environ.get(name)
    if value is None:
        raise UsageError(f"there is no variable {name!r} in the environment", hint="export it, or give a file")
    return value.encode("utf-8", "surrogateescape")


def _from_file(source: str) -> bytes:
    from pod.linux import files
    from pod.storage.secrets import LARGEST

    if source == "-" and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("refusing to read a secret from a terminal", hint="name a file, or redirect: < FILE")
    try:
        return files.read_all(_STDIN, LARGEST + 1) if source == "-" else files.read_bytes(source, LARGEST + 1)
    except OSError as err:
        raise UsageError(f"cannot read {source}: {err.strerror}") from err
