"""`pod commit`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, OneContainer, Option


def commit(
    context: Context,
    container: OneContainer,
    image: Annotated[str, Argument(metavar="[NAME[:TAG]]", help="Name of the new image")] = "",
    author: Annotated[str, Option("--author", "-a", metavar="NAME", help="Who made it")] = "",
    change: Annotated[
        tuple[str, ...],
        Option("--change", "-c", metavar="INSTRUCTION", help="Apply a Dockerfile instruction: CMD, ENV, USER …"),
    ] = (),
    config: Annotated[str, Option("--config", metavar="FILE", help="JSON with defaults that replace the others")] = "",
    format: Annotated[
        Literal["oci", "docker"], Option("--format", "-f", metavar="FORMAT", help="oci or docker")
    ] = "oci",
    iidfile: Annotated[str, Option("--iidfile", metavar="FILE", help="Write the image's id to a file")] = "",
    include_volumes: Annotated[bool, Option("--include-volumes", help="Take in what is in volumes")] = False,
    message: Annotated[str, Option("--message", "-m", metavar="TEXT", help="Comment in the image's history")] = "",
    pause: Annotated[bool, Option("--pause", "-p", help="Pause the container meanwhile")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Say nothing but the id, as always")] = False,
    squash: Annotated[bool, Option("--squash", "-s", help="Make one layer of everything")] = False,
) -> int:
    """Make an image of a container.

    Its files become one more layer on those of its image, its options the defaults of the new one. The id is printed.

    Examples:
      pod commit web web:patched
      pod commit -c 'CMD ["nginx", "-g", "daemon off;"]' -m "configured" web web:2
    """
    from pod.cli.actions.commit import commit as commit_container
    from pod.engine.commit import CommitOptions

    options = CommitOptions(
        name=image,
        author=author,
        message=message,
        changes=change,
        squash=squash,
        volumes=include_volumes,
        docker_types=format == "docker",
        pause=pause,
    )
    return commit_container(context, container, options, config=config, iidfile=iidfile)
