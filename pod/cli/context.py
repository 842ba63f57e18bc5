"""What every command is handed: the words that were typed; settings and engine, made when first asked for."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from pod.engine.engine import Engine
    from pod.settings import Settings


class Context:
    """The surroundings of one command."""

    def __init__(self, words: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        self.words = tuple(words)  # as typed, without the program's name
        self.environ = os.environ if environ is None else environ
        self.options: dict[str, Any] = {}  # the global ones that were given: root, runroot, storage_driver …
        self._settings: Settings | None = None
        self._engine: Engine | None = None

    @property
    def debug(self) -> bool:
        """True where tracebacks and debug lines are wanted."""
        return bool(self.options.get("debug")) or self.options.get("log_level") in ("debug", "trace")

    @property
    def settings(self) -> Settings:
        """The settings, from the global options, the environment and the configuration files."""
        if self._settings is None:
            from pod.settings import load

            flags = {name: self.options[name] for name in ("root", "runroot", "storage_driver") if name in self.options}
            self._settings = load(self.environ, debug=self.debug, **flags)
        return self._settings

    @property
    def engine(self) -> Engine:
        """The engine on these settings."""
        if self._engine is None:
            from pod.engine.engine import Engine

            self._engine = Engine(self.settings, _notice)
        return self._engine


def _notice(text: str) -> None:
    from pod.cli import errors_output

    errors_output.notice(text)
