"""What `kube generate` does: describe, and print or write."""

from __future__ import annotations

import os
import sys

from pod.errors import PodError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.kube.generate import GenerateOptions

_HEADING = """\
# Made by pod {version}: `pod kube play FILE` or `kubectl create -f FILE` makes it anew.
---
"""


def show_yaml(context: Context, names: Sequence[str], options: GenerateOptions, path: str) -> int:
    """Print the YAML, or write it to a new file."""
    from pod import __version__
    from pod.kube import documents
    from pod.kube.generate import generate

    found = generate(context.engine, names, options)
    text = _HEADING.format(version=__version__) + documents.dump(list(found))
    if not path:
        sys.stdout.write(text)
        return 0
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with open(fd, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as err:
        raise PodError(f"cannot write {path}: {err.strerror}", hint="remove it, or choose another file") from err
    return 0
