"""What `system reset` does: tell what would go, ask, and do it."""

from __future__ import annotations

from pod.cli import units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.engine.reset import Inventory


def reset_store(context: Context, *, force: bool, volumes: bool) -> int:
    """Remove the whole store after asking."""
    from pod.cli.actions.confirm import agreed
    from pod.engine.reset import inventory, reset

    found = inventory(context.engine)
    root = context.engine.layout.root
    if found is None:
        print(f"There is nothing to remove in {root}")
        return 0
    if not force and not agreed(_warning(found, root, volumes)):
        return 0
    reset(context.engine, volumes=volumes)
    print(f"Removed everything in {root}" + (f" but {_kept(found, volumes)}" if _kept(found, volumes) else ""))
    return 0


def _warning(found: Inventory, root: str, volumes: bool) -> str:
    running = f", {found.running} of them running" if found.running else ""
    lines = [
        f"{_number(found.containers, 'container')}{running} ({units.decimal_size(found.containers_size)})",
        f"{_number(found.images, 'image')} ({units.decimal_size(found.images_size)})",
        f"events and unfinished work ({units.decimal_size(found.others_size)})",
    ]
    if volumes and found.volumes:
        lines.append(f"{_number(found.volumes, 'volume')} ({units.decimal_size(found.volumes_size)})")
    text = f"This will remove from {root}:" + "".join(f"\n  - {line}" for line in lines)
    kept = _kept(found, volumes)
    return f"{text}\nIt will not touch {kept}." if kept else text


def _kept(found: Inventory, volumes: bool) -> str:
    """Return what stays: volumes unless they are meant, and what pod did not put there."""
    kept = list(found.strangers)
    if found.volumes and not volumes:
        size = units.decimal_size(found.volumes_size)
        kept.insert(0, f"{_number(found.volumes, 'volume')} ({size}; --volumes removes them, too)")
    return ", ".join(kept)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
