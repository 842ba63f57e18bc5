"""`pod build`."""

from __future__ import annotations

from pod.cli.commands.build.flags import BuildFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context


def build(context: Context, flags: BuildFlags) -> int:
    """Build an image from a Dockerfile.

    The context is a folder, a tarball on standard input (-), the URL of a git repository or of a tarball; it has the
    files that COPY may take. Steps that were done before are not done again. Progress goes to stderr.

    Examples:
      pod build -t web .
      pod build -t web --build-arg VERSION=2 --target release -f docker/Dockerfile .
      pod build --secret id=token,src=token.txt -o dist .
      pod build --check .
    """
    from pod.cli.actions.build.build import build as build_image

    return build_image(context, flags)
