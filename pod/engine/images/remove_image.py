"""`rmi`: take names away, and with the last name the image.

As for Docker, a name that is not the only one is simply taken away. An image that a container was made from stays
until it is forced; then its names go, and its data stay as long as a container needs them.
"""

from __future__ import annotations

from pod.engine.images import garbage, users
from pod.errors import InUse, NoSuchImage, PodError
from pod.record import Record
from pod.storage.image_changes import ImageChanges
from pod.storage.images import ImageStore, familiar, find_name
from pod.storage.staging import sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.images import Entry, Image

EXIT_IN_USE = 2  # podman-rmi(1), "Exit Status"


class Removed(Record):
    """What became of one word of the command."""

    word: str
    untagged: tuple[str, ...] = ()  # familiar names
    deleted: str = ""  # the image's id, sha256:…
    error: PodError | None = None


def remove_images(engine: Engine, words: Sequence[str], *, force: bool = False) -> list[Removed]:
    """Remove images by name or id; one that cannot be removed does not keep the others from it."""
    engine.enter()
    removed = []
    with ImageChanges(ImageStore(engine.layout)) as changes:
        containers = users.by_image(engine.layout)
        for word in words:
            try:
                removed.append(_remove(changes, word, containers, force))
            except PodError as err:
                removed.append(Removed(word, error=err))
        garbage.collect_locked(engine, changes)
    sweep(engine.layout)
    return removed


def prune_images(engine: Engine, fits: Callable[[Image], bool]) -> tuple[list[Removed], int]:
    """Remove the images that fit and have no container; return them, and the bytes that this and all garbage freed."""
    engine.enter()
    store = ImageStore(engine.layout)
    removed = []
    with ImageChanges(store) as changes:
        containers = users.by_image(engine.layout)
        for entry in {entry.id: entry for entry in changes.entries}.values():
            if str(entry.id) not in containers and fits(store.image(entry, changes.entries)):
                removed.append(_delete(changes, entry, str(entry.id)))
        freed = garbage.collect_locked(engine, changes)
    sweep(engine.layout)
    return removed, freed


def _remove(changes: ImageChanges, word: str, containers: dict[str, list[Container]], force: bool) -> Removed:
    entries = tuple(changes.entries)
    entry = changes.store.find(word, entries)
    own = [other for other in entries if other.id == entry.id]
    using = containers.get(str(entry.id), [])
    if _is_name(word, entries):
        if len(own) > 1:
            changes.untag(entry)
            return Removed(word, (familiar(entry.name),))
        if using and not force:
            raise _in_use(word, using, "remove the container first, or take the name away all the same with --force")
        if using:
            changes.untag(entry)
            return Removed(word, (familiar(entry.name),))
        return _delete(changes, entry, word)
    names = [familiar(other.name) for other in own if other.name]
    if len(names) > 1 and not force:
        raise InUse(
            f"cannot remove image {word} by its id: it has several names: {', '.join(names)}",
            hint="remove the names you mean, or all of them with --force",
        )
    running = [container for container in using if container.running]
    if running:
        raise _in_use(word, running, "stop and remove the container first")
    if using and not force:
        raise _in_use(word, using, "remove the container first, or the image all the same with --force")
    return _delete(changes, entry, word)


def _is_name(word: str, entries: tuple[Entry, ...]) -> bool:
    try:
        return find_name(word, entries) is not None
    except PodError:
        return False


def _delete(changes: ImageChanges, entry: Entry, word: str) -> Removed:
    names = tuple(familiar(other.name) for other in changes.entries if other.id == entry.id and other.name)
    changes.remove(entry.id)
    return Removed(word, names, str(entry.id))


def _in_use(word: str, using: list[Container], hint: str) -> InUse:
    first = using[0]
    others = f" and {len(using) - 1} more" if len(using) > 1 else ""
    state = "running " if first.running else ""
    return InUse(
        f"cannot remove image {word}: {state}container {first.name} ({first.id[:12]}){others} uses it",
        hint=hint,
        exit_code=EXIT_IN_USE,
    )


def every_name(engine: Engine) -> list[str]:
    """Return all names, and the ids of images without one, for `rmi --all`."""
    return [entry.name or str(entry.id) for entry in ImageStore(engine.layout).entries()]


def is_missing(removed: Removed) -> bool:
    """True where the only trouble is that there is no such image."""
    return isinstance(removed.error, NoSuchImage)
