"""What `top` does: columns of our own, or the host's ps."""

from __future__ import annotations

import sys

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def show_top(context: Context, words: Sequence[str], *, latest: bool) -> int:
    """Print a container's processes. Words behind its name are descriptors, or else the arguments of ps."""
    from pod.cli.actions.selection import select
    from pod.engine.top import ps

    if latest:
        words = (*select(context, (), latest=True), *words)
    if not words:
        raise UsageError("no container is named", hint="give a name or an id, or --latest")
    name, *rest = words
    if _is_for_ps(context, rest):
        print(*ps(context.engine, name, rest or ["-ef"]), sep="\n")
        return 0
    show_columns(context, [name], [part for word in rest for part in word.split(",") if part])
    return 0


def _is_for_ps(context: Context, words: Sequence[str]) -> bool:
    """True for `-ef` and `aux`; and for nothing at all where pod is called `docker`, which knows nothing but ps."""
    from pod.cli.actions.top_columns import is_descriptor

    if not words:
        return context.as_docker
    return words[0].startswith("-") or (len(words) == 1 and "," not in words[0] and not is_descriptor(words[0]))


def show_columns(context: Context, names: Sequence[str], descriptors: Sequence[str]) -> None:
    """Print what the columns say of the processes of containers."""
    from pod.cli import tables
    from pod.cli.actions.top_columns import DEFAULT, column
    from pod.engine.top import top

    columns = [column(word) for word in descriptors or DEFAULT]
    seen = [top(context.engine, name) for name in names]
    rows = [[text(process, one) for _title, text in columns] for one in seen for process in one.processes]
    titles = [title for title, _text in columns]
    sys.stdout.write(tables.render_table(titles, rows, layout=tables.PODMAN, bold=context.on_terminal))
