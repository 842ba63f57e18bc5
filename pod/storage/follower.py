"""Who reads a blob while it is being written."""

from __future__ import annotations


class Follower:
    """Hears how far a blob is, to read it meanwhile; this one does not."""

    def begin(self, path: str, size: int) -> None:
        """The blob, of that size in the end, is being written there; some of it may be there already."""

    def more(self) -> None:
        """There is more of it."""

    def lost(self) -> None:
        """What is there proved wrong: it will be written anew."""

    def whole(self) -> None:
        """All of it is there, and its digest is right."""
