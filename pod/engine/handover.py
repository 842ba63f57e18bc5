"""What the command that starts a container hands on to it: open descriptors, and the service manager's socket."""

from __future__ import annotations

from pod.record import Record


class Handover(Record):
    """Descriptors under the caller's numbers, which the program gets under the same ones."""

    descriptors: tuple[int, ...] = ()
    env: tuple[str, ...] = ()  # KEY=VALUE that go with them: LISTEN_FDS … (sd_listen_fds(3))
    notify_socket: str = ""  # the service manager's (sd_notify(3))


NOTHING = Handover()
