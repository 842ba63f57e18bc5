"""What every command is handed: the words that were typed; settings and engine, made when first asked for."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence
    from typing import Any

    from pod.engine.engine import Engine
    from pod.engine.images.pull import PullProgress
    from pod.settings import Settings


_SETTINGS_FLAGS = ("root", "runroot", "storage_driver", "storage_opt", "modules", "cgroup_manager")
"""The global options that pod.settings.load takes."""


class Context:
    """The surroundings of one command."""

    def __init__(self, argv: Sequence[str], environ: MutableMapping[str, str] | None = None) -> None:
        self.program = os.path.basename(argv[0])
        self.words = tuple(argv[1:])  # as typed
        self.environ = os.environ if environ is None else environ
        self.options: dict[str, Any] = {}  # the global ones that were given: root, runroot, storage_driver …
        self._settings: Settings | None = None
        self._engine: Engine | None = None

    @property
    def debug(self) -> bool:
        """True where tracebacks and debug lines are wanted."""
        return bool(self.options.get("debug")) or self.options.get("log_level") in ("debug", "trace")

    @property
    def as_docker(self) -> bool:
        """True where pod is called `docker`: where the two peers' formats differ, it then speaks Docker's."""
        return self.program == "docker"

    @property
    def on_terminal(self) -> bool:
        """True where output goes to a terminal that may be coloured (https://no-color.org)."""
        return sys.stdout is not None and sys.stdout.isatty() and not self.environ.get("NO_COLOR")

    @property
    def settings(self) -> Settings:
        """The settings, from the global options, the environment and the configuration files."""
        if self._settings is None:
            from pod.settings import load

            if "config" in self.options:  # the files on registries are sought by the environment
                self.environ["DOCKER_CONFIG"] = self.options["config"]
            flags = {name: self.options[name] for name in _SETTINGS_FLAGS if name in self.options}
            self._settings = load(self.environ, debug=self.debug, **flags)
            if self.options.get("cgroup_manager") == "systemd" and not any(map(os.path.exists, self._settings.systemd)):
                _notice("no systemd of yours runs: control groups are made without it, if any are yours to make")
            if self._settings.config.fresh:
                for warning in self._settings.config.warnings:
                    _notice(f"warning: {warning}")
        return self._settings

    @property
    def engine(self) -> Engine:
        """The engine on these settings."""
        if self._engine is None:
            from pod.engine.engine import Engine
            from pod.linux import locks

            locks.on_wait(_tell_of_wait)
            self._engine = Engine(self.settings, _notice)
            self._engine.pull_progress = _pull_progress
            if all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
                self._engine.choose_image = _choose_image
        return self._engine


def _notice(text: str) -> None:
    from pod.cli import errors_output

    errors_output.notice(text)


def _tell_of_wait(lock: str) -> None:
    """Say on a terminal what a command waits for: nobody shall wonder why nothing happens."""
    if os.isatty(2):
        from pod.linux.lock_holders import holder

        _notice(f"waiting for {holder(lock)} to finish")


def _choose_image(name: str, candidates: list[str]) -> int:
    """Ask on the terminal what a short name means."""
    from pod.cli.actions.registry.choice import choose

    return choose(name, candidates)


def _pull_progress() -> PullProgress:
    """Show on stderr how the image of a container is pulled: stdout is the container's."""
    from pod.cli.actions.registry.progress import choose

    return choose(sys.stderr)
