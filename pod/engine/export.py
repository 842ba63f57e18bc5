"""`export`: everything in a container's file system as one archive, without its volumes."""

from __future__ import annotations

from pod.engine import containers
from pod.engine.commit import ids_in_archives
from pod.engine.container_view import open_view
from pod.linux import workers
from pod.storage.pack import TreePacker
from pod.storage.tar.writer import TarWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


def export(engine: Engine, name: str, fd: int) -> None:
    """Write a container's files, running or not, to a descriptor. Raises NoSuchContainer, OSError."""
    container = containers.find(engine.layout, name)
    ids = ids_in_archives(container.record)
    with open_view(engine, container, volumes=False) as view:

        def work(_report: object) -> None:
            writer = TarWriter.to(fd)
            view.enter(root_only=True)
            packer = TreePacker(b"/", writer)
            packer.ids = ids
            packer.add_tree()
            writer.finish()

        workers.run_all([work], 1)
