"""A child that enters a namespace and stays there while somebody looks at it or writes its maps."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class HeldChild:
    """Fork a child that calls `enter` and then waits; leaving the `with` block ends it.

    `entered` is False where `enter` raised: then there is no process to look at any more.
    """

    def __init__(self, enter: Callable[[], object]) -> None:
        reader, writer = os.pipe()
        wait, self._go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self._go)
                enter()
                os.write(writer, b"+")
                os.read(wait, 1)
            finally:
                os._exit(0)
        os.close(writer)
        os.close(wait)
        self.entered = os.read(reader, 1) == b"+"
        os.close(reader)

    def __enter__(self) -> HeldChild:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._go)
        os.waitpid(self.pid, 0)
