"""--output: the files of the last stage as a folder or a tarball, or the image as an archive."""

from __future__ import annotations

import os

from pod.build.options import Output
from pod.build.step_root import own_mounts
from pod.build.steps.placing import Manner, Placer
from pod.build.tree import Tree
from pod.engine.images import save
from pod.errors import BuildError
from pod.linux import files, workers
from pod.storage import rootfs
from pod.storage.drivers import choice
from pod.storage.pack import TreePacker
from pod.storage.staging import Staging
from pod.storage.tar.writer import TarWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.build.session import Session
    from pod.build.state import StageState
    from pod.oci.digest import Digest

_ARCHIVES = {"oci": save.OCI_ARCHIVE, "docker": save.DOCKER_ARCHIVE}


def write_files(session: Session, state: StageState, output: Output) -> None:
    """Write the files of a stage into a folder (type local) or as a tarball. Raises BuildError."""
    try:
        if output.type == "local":
            target = os.path.abspath(output.target)
            files.make_folders(target, 0o755)
            _with_tree(session, state, lambda root: _copy(root, target))
        elif output.target == "-":
            _with_tree(session, state, lambda root: _pack(root, 1))
        else:
            fd = os.open(output.target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            try:
                _with_tree(session, state, lambda root: _pack(root, fd))
            finally:
                os.close(fd)
    except OSError as err:
        raise BuildError(f"cannot write to {output.target}: {err.strerror}: {err.filename}") from err


def _with_tree(session: Session, state: StageState, job: Callable[[str], None]) -> None:
    """Do a job in a child that sees the files of a stage."""
    engine = session.engine
    layers = [session.layers.path(diff_id) for diff_id in state.diff_ids]
    driver = choice.choose(engine.layout, engine.settings.storage_driver, engine.settings.mount_program)
    with Staging(engine.layout, "build-output") as staging:
        view = f"{staging.folder}/view"
        os.mkdir(view)
        plan = rootfs.prepare_view(engine.layout, driver, staging.folder, layers, engine.settings.mount_program)

        def mounted(_report: object) -> None:
            own_mounts()
            rootfs.mount_root(plan, view)
            job(view)

        workers.run_all([mounted], 1)


def _copy(root: str, target: str) -> None:
    """Copy everything; it then belongs to the user, as the caller's files do."""
    placer = Placer(target, Manner((0, 0)))
    tree = Tree(root)
    placer.put_folder(tree.walk("."), "/")


def _pack(root: str, fd: int) -> None:
    os.chroot(root)
    os.chdir("/")
    writer = TarWriter.to(fd)
    TreePacker(b".", writer).add_tree()
    writer.finish()


def write_archive(session: Session, image: Digest, output: Output) -> None:
    """Write an image that is in the store as an archive, or with tar=false as a folder."""
    names = session.options.image.names or (image.hex,)
    target: str | int = 1 if output.target == "-" else output.target
    if output.type == "oci" and output.attributes.get("tar") == "false":
        save.save(session.engine, names, target, format=save.OCI_DIR)
    else:
        save.save(session.engine, names, target, format=_ARCHIVES[output.type])
