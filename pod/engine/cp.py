"""`cp`: files and folders between containers and the host, or as an archive through stdin and stdout."""

from __future__ import annotations

import contextlib
import fcntl
import os

from pod.engine import containers, copy_ends
from pod.engine.container_view import open_view
from pod.engine.copy_ends import Place, Receiving
from pod.errors import UsageError
from pod.linux import workers
from pod.record import Record
from pod.storage.compression import Decompressed
from pod.storage.tar.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.engine import Engine

STREAM = "-"
_PIPE_SIZE = 1 << 20
_STDIN, _STDOUT = 0, 1


class End(Record):
    """A source or a target as it was written: a path of the container, or with "" of the host; "-" is a stream."""

    container: str
    path: str

    @property
    def is_stream(self) -> bool:
        return not self.container and self.path == STREAM


class CopyOptions(Record):
    """How to copy."""

    keep_owners: bool = False  # into a container; else its files belong to the user that it runs as
    follow: bool = False  # a link that is the source
    overwrite: bool = False  # folders by files and the other way round
    from_root: bool = False  # relative paths of containers begin at their root, not at their working folder


def copy(engine: Engine, source: End, target: End, options: CopyOptions) -> None:
    """Copy. Raises NotFound, UsageError, PodError with the place at fault."""
    if not source.container and not target.container:
        raise UsageError("neither of the two is in a container", hint="write it as CONTAINER:PATH")
    here = os.getcwd()
    single_id = engine.enter().single
    how = Receiving(single_id, options.keep_owners, options.overwrite)
    with _places(engine, (source, target), here, options) as (origin, goal):
        if target.is_stream:
            workers.run_all([lambda _: copy_ends.send(origin, _STDOUT, follow=options.follow, stream=True)], 1)
        elif source.is_stream:
            workers.run_all([lambda _: _receive_stdin(goal, how)], 1)
        else:
            _pump(origin, goal, how, follow=options.follow)


@contextlib.contextmanager
def _places(engine: Engine, ends: tuple[End, End], here: str, options: CopyOptions) -> Iterator[tuple[Place, Place]]:
    """Give the block the two places. Of two stopped containers, the one whose id comes first is locked first."""
    found = {end.container: containers.find(engine.layout, end.container) for end in ends if end.container}
    with contextlib.ExitStack() as stack:
        views = {}
        for container in sorted(found.values(), key=lambda one: one.id):
            if container.id not in views:
                views[container.id] = stack.enter_context(open_view(engine, container))
        places = []
        for end in ends:
            if not end.container:
                places.append(Place.of(end.path, "the host", working_dir=here))
                continue
            container = found[end.container]
            folder = "/" if options.from_root else container.record.working_dir or "/"
            where, view = f"container {end.container}", views[container.id]
            places.append(Place.of(end.path, where, working_dir=folder, view=view, user=container.record.user))
        yield places[0], places[1]


def _pump(source: Place, target: Place, how: Receiving, *, follow: bool) -> None:
    """Run both ends at once, with a pipe between them; the first error ends the other one."""
    reader, writer = os.pipe()
    with contextlib.suppress(OSError):  # the user has many pipes already
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    try:
        workers.run_all(
            [
                lambda _: copy_ends.send(source, writer, follow=follow, stream=False),
                lambda _: copy_ends.receive(target, reader, how),
            ],
            2,
        )
    finally:
        os.close(reader)
        os.close(writer)


def _receive_stdin(target: Place, how: Receiving) -> None:
    with open(_STDIN, "rb", buffering=0, closefd=False) as stream:
        copy_ends.receive_stream(target, Source(Decompressed(stream).read), how)
