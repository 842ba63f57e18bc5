"""What a build tells while it works; displays make lines or a live view of it."""

from __future__ import annotations

from pod.record import Record


class Event(Record):
    """Something about a step; steps are numbered by whoever shows them."""

    step: str  # stage and place in it, such as base:3


class Started(Event):
    """A step begins. `shown` is what names it: [base 2/5] RUN make."""

    shown: str


class Output(Event):
    """A step's command wrote something."""

    data: bytes
    error: bool = False  # to its stderr


class Cached(Event):
    """A step need not be done: its result is known."""


class Done(Event):
    """A step is done."""

    seconds: float = 0.0


class Failed(Event):
    """A step failed."""

    message: str


class Note(Record):
    """A sentence for the user that belongs to no step."""

    text: str


class Display:
    """What a front door gives a build to show its progress with; this one shows nothing."""

    def hear(self, event: Record) -> None:
        """Take an event."""

    def tick(self) -> None:
        """Time has passed: called several times a second while steps run, so that no display needs a thread."""

    def close(self) -> None:
        """The build is over, well or not."""
