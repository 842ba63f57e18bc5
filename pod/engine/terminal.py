"""The user's terminal while a container has it: raw mode, window size, and the keys to get away."""

from __future__ import annotations

import fcntl

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TIOCGWINSZ = 0x5413


class Terminal:
    """The terminal behind a descriptor."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._saved: list[Any] | None = None

    @classmethod
    def of_stdin(cls) -> Terminal:
        return cls(0)

    def window(self) -> bytes:
        """Return the terminal's struct winsize (ioctl_tty(2))."""
        return fcntl.ioctl(self.fd, _TIOCGWINSZ, bytes(8))

    def make_raw(self) -> None:
        """Pass every key on untouched, as cfmakeraw(3) does, but for output: the container's terminal has done that."""
        import termios

        self._saved = termios.tcgetattr(self.fd)
        mode = termios.tcgetattr(self.fd)
        mode[0] &= ~(
            termios.IGNBRK | termios.BRKINT | termios.PARMRK | termios.ISTRIP
            | termios.INLCR | termios.IGNCR | termios.ICRNL | termios.IXON
        )  # fmt: skip
        mode[1] &= ~termios.OPOST
        mode[2] = mode[2] & ~(termios.CSIZE | termios.PARENB) | termios.CS8
        mode[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self.fd, termios.TCSADRAIN, mode)

    def restore(self) -> None:
        """Give the terminal back as it was found."""
        if self._saved is not None:
            import termios

            try:
                termios.tcsetattr(self.fd, termios.TCSADRAIN, self._saved)
            except (OSError, termios.error):  # termios.error is no OSError
                pass  # the terminal has been closed meanwhile
            self._saved = None


class DetachKeys:
    """The key sequence that detaches, and how much of it has been typed so far."""

    def __init__(self, sequence: bytes) -> None:
        self.sequence = sequence
        self._matched = 0

    @classmethod
    def parse(cls, text: str) -> DetachKeys:
        """Read `ctrl-p,ctrl-q`: characters, or ctrl- and one of a-z @ [ \\ ] ^ _; empty for none. Raises UsageError."""
        return cls(bytes(_key(word) for word in text.split(",")) if text else b"")

    def filter(self, data: bytes) -> tuple[bytes, bool]:
        """Return the bytes to pass on, and whether the sequence is complete. A begun sequence is held back."""
        if not self.sequence:
            return data, False
        passed = bytearray()
        held = bytearray(self.sequence[: self._matched])
        for byte in data:
            held.append(byte)
            while not self.sequence.startswith(held):
                passed.append(held.pop(0))
            if len(held) == len(self.sequence):
                return bytes(passed), True
        self._matched = len(held)
        return bytes(passed), False


def _key(word: str) -> int:
    if len(word) == 1 and word.isascii():
        return ord(word)
    letter = word.removeprefix("ctrl-")
    if word.startswith("ctrl-") and len(letter) == 1:
        code = ord(letter.upper()) - 64
        if 0 <= code < 32:
            return code
    raise UsageError(
        f"invalid detach key {word!r}",
        hint="a sequence is written ctrl-p,ctrl-q: letters, or ctrl- and a letter or @[\\]^_",
    )
