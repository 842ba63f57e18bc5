"""`rmi`: take names away, and with the last name the image.

As for Docker, a name that is not the only one is simply taken away. An image that a container was made from stays
until it is forced; then its names go, and its data stay as long as a container needs them.
"""

from __future__ import annotations

from pod.engine import events, uses
from pod.engine.images import garbage, mount_image
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
    from pod.oci.digest import Digest
    from pod.storage.images import Entry, Image

EXIT_IN_USE = 2  # podman-rmi(1), "Exit Status"


class _Users:
    """What holds on to images: containers made from them, and mounts."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._mounted = {mounted.id for mounted in mount_image.mounted_images(engine)}

    def containers(self, image_id: Digest) -> list[Container]:
        noted = uses.of(self.engine.layout, uses.IMAGES, image_id.hex)
        return [container for container in noted if container.record.image == str(image_id)]

    def is_mounted(self, image_id: Digest) -> bool:
        return image_id in self._mounted

    def any(self, image_id: Digest) -> bool:
        return self.is_mounted(image_id) or bool(self.containers(image_id))


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
    store = ImageStore(engine.layout)
    store.list_embedded(words)
    sweep(engine.layout)  # what killed commands left may have to be collected, too
    with ImageChanges(store) as changes:
        used = _Users(engine)
        for word in words:
            try:
                removed.append(_remove(changes, word, used, force))
            except PodError as err:
                removed.append(Removed(word, error=err))
        collected = garbage.collect_leftovers(engine, changes)
    garbage.delete(engine, collected)
    _tell(engine, removed)
    return removed


def prune_images(engine: Engine, fits: Callable[[Image], bool]) -> tuple[list[Removed], int]:
    """Remove the images that fit and have no container; return them, and the bytes that this and all garbage freed."""
    engine.enter()
    store = ImageStore(engine.layout)
    removed = []
    with ImageChanges(store) as changes:
        used = _Users(engine)
        for entry in {entry.id: entry for entry in changes.entries}.values():
            if not used.any(entry.id) and fits(store.image(entry, changes.entries)):
                removed.append(_delete(changes, entry, str(entry.id)))
        collected = garbage.collect_locked(engine, changes)
    garbage.delete(engine, collected)
    _tell(engine, removed)
    return removed, collected.freed


def _tell(engine: Engine, removed: Sequence[Removed]) -> None:
    for each in removed:
        for name in each.untagged:
            events.image(engine.layout, "untag", each.deleted, name)
        if each.deleted:
            events.image(engine.layout, "remove", each.deleted, each.word)


def _remove(changes: ImageChanges, word: str, used: _Users, force: bool) -> Removed:
    entry = changes.find(word)
    own = changes.of_image(entry.id)
    using = used.containers(entry.id)
    if _is_name(word, own):
        if using and len(own) == 1 and not force:
            raise _in_use(word, using, "remove the container first, or take the name away all the same with --force")
        if using or len(own) > 1:
            changes.untag(entry)
            return Removed(word, (familiar(entry.name),))
    else:
        _check_id(word, own, using, force)
    if used.is_mounted(entry.id):
        if not force:
            raise InUse(
                f"cannot remove image {word}: it is mounted",
                hint=f"unmount it first: pod image unmount {word}",
                exit_code=EXIT_IN_USE,
            )
        mount_image.unmount(used.engine, entry.id, force=True)
    return _delete(changes, entry, word)


def _check_id(word: str, own: list[Entry], using: list[Container], force: bool) -> None:
    """Raise InUse where an image that was named by its id is not to be removed."""
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


def _is_name(word: str, own: list[Entry]) -> bool:
    """True where a word that means an image is one of its names, and not its id."""
    try:
        return find_name(word, tuple(own)) is not None
    except PodError:
        return False


def _delete(changes: ImageChanges, entry: Entry, word: str) -> Removed:
    names = tuple(familiar(other.name) for other in changes.of_image(entry.id) if other.name)
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
