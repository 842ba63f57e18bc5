"""What `system prune` does: stopped containers first, then images, what builds keep, and whatever crashes left."""

from __future__ import annotations

from pod.cli import units
from pod.cli.filters import parse_pairs
from pod.errors import PodError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.storage.images import Image

_FILTERS = ("label", "label!", "until")


def prune(context: Context, *, all: bool, filters: Sequence[str], force: bool, volumes: bool) -> int:
    """Remove what is not in use after asking; print it, and how much space that freed."""
    from pod.cli.actions import container_filters, container_prune
    from pod.cli.actions.confirm import agreed
    from pod.cli.actions.images import filters as image_filters
    from pod.cli.actions.images.rm import show
    from pod.cli.actions.networks.filters import parse_filters as parse_network_filters
    from pod.engine import sweep
    from pod.engine.images.remove_image import prune_images
    from pod.engine.network.remove import prune_networks
    from pod.engine.pods.remove import prune as prune_pods
    from pod.engine.prune import prune_containers

    parse_pairs(filters, _FILTERS)  # those that both kinds have
    container_fits = container_filters.parse_filters(context, filters)
    image_fits = image_filters.parse_filters(context, filters)
    if not force and not agreed(_warning(all, volumes)):
        return 0

    def fits(image: Image) -> bool:
        return (all or not image.names) and image_fits(image)

    sweep.leftovers(context.engine)
    if not filters and (pods := prune_pods(context.engine)):
        print("Deleted Pods:", *pods, "", sep="\n")
    containers, freed = prune_containers(context.engine, container_fits)
    container_prune.show(containers)
    networks = prune_networks(context.engine, parse_network_filters(context, filters))
    if networks:
        print("Deleted Networks:", *networks, "", sep="\n")
    volumes_freed = _prune_volumes(context, filters) if volumes else 0
    images, images_freed = prune_images(context.engine, fits)
    if images:
        print("Deleted Images:")
        for image in images:
            show(image)
        print()
    if not filters:  # they are about labels and ages of objects
        from pod.build import prune as builder

        freed += builder.prune(context.engine, everything=all).freed
    print(f"Total reclaimed space: {units.decimal_size(freed + volumes_freed + images_freed)}")
    return 0


def prune_external(context: Context, *, all: bool, filters: Sequence[str], volumes: bool) -> int:
    """Remove what crashes left, and nothing else. Raises PodError beside what asks for more, as Podman does."""
    from pod.engine import sweep

    if all or filters or volumes:
        raise PodError("--external goes with none of --all, --filter and --volumes", hint="run `system prune` twice")
    sweep.leftovers(context.engine)
    print(f"Total reclaimed space: {units.decimal_size(0)}")
    return 0


def _prune_volumes(context: Context, filters: Sequence[str]) -> int:
    """Remove unused volumes, with Docker's words nameless ones only; return the bytes that were freed."""
    from pod.cli.actions.volumes.filters import parse_filters
    from pod.cli.actions.volumes.prune import show_as_docker
    from pod.engine.volumes.remove import prune_volumes

    fits = parse_filters(context, filters)
    named = not context.as_docker
    removed, freed = prune_volumes(context.engine, lambda record: (named or record.anonymous) and fits(record))
    show_as_docker(removed)
    return freed


def _warning(all: bool, volumes: bool) -> str:
    lines = ["all stopped pods", "all stopped containers", "all networks not used by at least one container"]
    lines += ["all images without at least one container" if all else "all dangling images"]
    lines += ["all build cache" if all else "all dangling build cache"]
    if volumes:
        lines.append("all volumes not used by at least one container")
    return "This will remove:" + "".join(f"\n  - {line}" for line in lines) + "\n"
