"""What `kube down` does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def take_down(context: Context, file: str, *, force: bool = False) -> int:
    """Remove what a file describes, and print what is gone in Podman's words."""
    from pod.kube import documents
    from pod.kube.down import down

    gone = down(context.engine, documents.read(file), force=force)
    show("Pods stopped:", gone.pods)
    show("Pods removed:", gone.pods)
    show("Secrets removed:", gone.secrets)
    show("Volumes removed:", gone.volumes)
    return 0


def show(title: str, names: Sequence[str]) -> None:
    """Print a heading and the names below it; Podman has the heading where there are none, too."""
    print(title, *names, sep="\n")
