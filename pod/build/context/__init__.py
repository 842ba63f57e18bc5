"""What COPY and ADD read: a folder, and what of it a build does not see. See `opening` for where it comes from."""

from __future__ import annotations

from pod.build.ignore import Ignore


class Context:
    """A folder of files; `key` tells it from others where it is to be recognised next time, "" where it is new."""

    def __init__(self, path: str, ignore: Ignore | None = None, key: str = "") -> None:
        self.path = path
        self.ignore = ignore or Ignore()
        self.key = key
