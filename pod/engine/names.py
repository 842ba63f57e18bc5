"""Names of containers: what one may look like, and two random words for those that nobody named."""

from __future__ import annotations

import os

from pod.engine import containers
from pod.errors import NameTaken, NoSuchContainer, StorageError, UsageError
from pod.linux import files
from pod.storage.layout import StorageLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_ALLOWED = _LETTERS | frozenset("_.-")

_QUALITIES = """
able amber brave brisk calm clever cosy crisp daring deep eager early fair fond free fresh gentle glad golden
grand happy honest humble jolly keen kind lively loyal lucky lunar mellow merry mild neat noble novel open
patient plain polite proud quick quiet rapid ready rosy rustic serene sharp shiny silent silver simple smooth
snug solar solid spry steady still sturdy sunny sweet swift tidy trusty vivid warm wise witty young zesty
""".split()
_THINGS = """
acorn alder anchor apple aspen badger barley basin beacon beaver birch bison breeze brook cedar cherry cliff
clover comet coral crane creek dolphin eagle ember falcon fern finch fjord forest fox garden glacier grove
harbor hazel heron hill island ivy jasper kite lagoon lake lantern lark laurel lily lotus lynx maple marble
meadow mesa moss oak ocean olive orca orchid osprey otter owl panda pebble pine planet plum pond poplar
prairie quartz raven reef ridge river robin sage salmon seal sparrow spruce star stone storm summit swan
thistle tiger trout tulip valley walnut willow wren zebra
""".split()


def check(name: str) -> None:
    """Raise UsageError unless the name is one that Podman would take; Docker wants two letters or more."""
    if not name or name[0] not in _LETTERS or not _ALLOWED.issuperset(name) or len(name) > 253:
        raise UsageError(
            f"invalid container name {name!r:.80}",
            hint="a name has letters, digits, `_`, `.` or `-`, and starts with a letter or a digit",
        )


def take(layout: StorageLayout, name: str, container_id: str) -> None:
    """Point the name at the container; a name whose container is gone is free. The caller holds the lock on names.

    Raises NameTaken.
    """
    owner = containers.owner_of_name(layout, name)
    if owner and owner != container_id:
        raise NameTaken(
            f'the container name "{name}" is already in use by container {owner[:12]}',
            hint=f"remove or rename that one (pod rm {name}), or choose another name",
        )
    if os.path.islink(layout.pod_name(name)):
        _refuse_name_of_pod(layout, name)
    files.remove_file(layout.name(name))
    os.symlink(f"../containers/{container_id}", layout.name(name))


def _refuse_name_of_pod(layout: StorageLayout, name: str) -> None:
    from pod.engine.pods import store

    if pod_id := store.owner_of_name(layout, name):
        raise NameTaken(
            f'the name "{name}" is already in use by pod {pod_id[:12]}',
            hint="containers and pods share their names: choose another one",
        )


def settle_owner(engine: Engine, name: str) -> None:
    """Put right what a crash left of the container that bears the name: it may be free after that."""
    if not containers.owner_of_name(engine.layout, name):
        return
    try:
        containers.find_settled(engine, name)
    except (NoSuchContainer, StorageError):
        pass


def unused(layout: StorageLayout) -> str:
    """Return a random name that no container bears now."""
    while True:
        number = int.from_bytes(os.urandom(8), "little")
        number, first = divmod(number, len(_QUALITIES))
        number, second = divmod(number, len(_THINGS))
        name = f"{_QUALITIES[first]}_{_THINGS[second]}"
        if not containers.owner_of_name(layout, name):
            return name
        name = f"{name}{number % 1000}"
        if not containers.owner_of_name(layout, name):
            return name
