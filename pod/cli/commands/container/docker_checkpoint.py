"""`docker checkpoint create`, `ls` and `rm`: Docker's words for what Podman calls `container checkpoint`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneContainer, Option


def create(
    context: Context,
    container: OneContainer,
    checkpoint: Annotated[str, Argument(metavar="CHECKPOINT", help="Name of the checkpoint")],
    checkpoint_dir: Annotated[str, Option("--checkpoint-dir", metavar="FOLDER", help="Where to keep it")] = "",
    leave_running: Annotated[bool, Option("--leave-running", help="Do not end the container")] = False,
) -> int:
    """Write a running container to disk, where CRIU can do that.

    Without root it cannot: what is said is what is missing.
    """
    from pod.engine.checkpoint import checkpoint as checkpoint_container

    checkpoint_container(context.engine, container)
    return 0


def ls(
    context: Context,
    container: OneContainer,
    checkpoint_dir: Annotated[str, Option("--checkpoint-dir", metavar="FOLDER", help="Where they are kept")] = "",
) -> int:
    """List the checkpoints of a container.

    There are none, as none can be made.
    """
    from pod.engine import containers

    containers.find_id(context.engine.layout, container)
    print("CHECKPOINT NAME")
    return 0


def rm(
    context: Context,
    container: OneContainer,
    checkpoint: Annotated[str, Argument(metavar="CHECKPOINT", help="Name of the checkpoint")],
    checkpoint_dir: Annotated[str, Option("--checkpoint-dir", metavar="FOLDER", help="Where it is kept")] = "",
) -> int:
    """Remove a checkpoint of a container.

    There is none, as none can be made.
    """
    from pod.engine import containers
    from pod.errors import NotFound

    containers.find_id(context.engine.layout, container)
    raise NotFound(f"container {container} has no checkpoint {checkpoint}")
