"""A program in a window of tmux: what its user sees, line by line, as a real terminal emulator draws it."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self


class Window:
    """Run a program in a tmux of its own; use it in a `with` statement, which ends both."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], socket: str, *, columns: int = 80, rows: int = 24):
        self._tmux = ["tmux", "-S", socket, "-f", "/dev/null"]
        self._env = {**env, "TERM": "xterm"}
        size = ["-x", str(columns), "-y", str(rows)]
        self._call("new-session", "-d", *size, shlex.join(argv), ";", "set", "-g", "status", "off")
        self.resize(columns, rows)

    def _call(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], env=self._env, capture_output=True, text=True, timeout=20)
        if done.returncode != 0:
            raise AssertionError(f"tmux {words}: {done.stderr}")
        return done.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        subprocess.run([*self._tmux, "kill-server"], env=self._env, capture_output=True, timeout=20)

    def type(self, text: str) -> None:
        """Type text as it stands."""
        self._call("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys by their names: Enter, C-c, Up."""
        self._call("send-keys", *keys)

    def paste(self, text: str) -> None:
        """Paste text in one go."""
        subprocess.run([*self._tmux, "load-buffer", "-"], env=self._env, input=text.encode(), timeout=20, check=True)
        self._call("paste-buffer", "-r")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self._call("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self) -> list[str]:
        """Return the lines that are shown, without the empty ones at the end."""
        return self._call("capture-pane", "-p").rstrip("\n").split("\n")

    def wait_for(self, text: str, timeout: float = 20.0) -> list[str]:
        """Wait until a line of the screen begins with the text; return the screen."""
        return self._wait(lambda shown: any(line.startswith(text) for line in shown), text, timeout)

    def wait_for_line(self, text: str, timeout: float = 20.0) -> list[str]:
        """Wait until the text is a line of the screen; return the screen."""
        return self._wait(lambda shown: text in shown, text, timeout)

    def wait_for_last(self, text: str, timeout: float = 20.0) -> list[str]:
        """Wait until the last line of the screen is the text; return the screen."""
        return self._wait(lambda shown: shown[-1] == text, text, timeout)

    def wait_for_only(self, text: str, timeout: float = 20.0) -> list[str]:
        """Wait until the text is all that the screen shows; return the screen."""
        return self._wait(lambda shown: shown == [text], text, timeout)

    def _wait(self, right: Callable[[list[str]], bool], text: str, timeout: float) -> list[str]:
        deadline = time.monotonic() + timeout
        while not right(shown := self.screen()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited for {text!r}; the screen is\n" + "\n".join(shown))
            time.sleep(0.02)
        return shown
