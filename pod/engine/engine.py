"""The engine: what every use case needs to know, built once by a front door and passed down."""

from __future__ import annotations

import os

from pod.errors import StorageError
from pod.linux import files, locks
from pod.storage import marker
from pod.storage.layout import StorageLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.images.pull import PullProgress
    from pod.registry.short_names import Choose
    from pod.runtime.user_namespace import UserNamespace
    from pod.settings import Settings


class Engine:
    """Settings, the paths of the store, and the user's namespace once it has been joined."""

    def __init__(self, settings: Settings, notify: Callable[[str], None]) -> None:
        self.settings = settings
        self.layout = StorageLayout(settings.root, settings.runroot)
        self.notify = notify  # a sentence that the user should read, on stderr
        self.pull_progress: Callable[[], PullProgress] | None = None  # how the front door shows an image being pulled
        self.choose_image: Choose | None = None  # how it asks what a short name means, where there is somebody to ask
        self._namespace: UserNamespace | None = None
        self._driver: str | None = None
        self._finds_systemd: bool | None = None

    @property
    def driver(self) -> str:
        """The storage driver that the store has chosen, "" before that; looked up once, for what only shows it."""
        if self._driver is None:
            mark = marker.read(self.layout)
            self._driver = mark.driver if mark is not None else ""
        return self._driver

    @property
    def finds_systemd(self) -> bool:
        """True where a systemd of the user's listens; looked up once, for what only shows it."""
        if self._finds_systemd is None:
            self._finds_systemd = any(map(os.path.exists, self.settings.systemd))
        return self._finds_systemd

    def enter(self) -> UserNamespace:
        """Join the user's namespace; every command that touches files of containers or layers does so first.

        Raises KernelRefused, and StorageError where the store cannot be written.
        """
        if self._namespace is None:
            from pod.engine import namespace  # it needs ctypes; listings never enter

            self.prepare()
            self._namespace = namespace.enter(self.settings, self.layout)
            if notice := namespace.single_id_notice(self.layout, self._namespace):
                self.notify(notice)
        return self._namespace

    def prepare(self) -> None:
        """Make the folders of the store. Raises StorageError."""
        path = self.layout.marker
        try:
            if not os.path.exists(path):
                marker.claim(self.layout)
            for path in (self.layout.containers, self.layout.names, self.layout.trash, self.layout.run_containers):
                files.make_folders(path)
        except OSError as err:
            raise StorageError(
                f"cannot write to the store: {err.strerror}: {err.filename or path}",
                hint="choose another folder with --root (and --runroot), or mend this one's owner and mode",
            ) from err

    def lock(self, kind: str, name: str) -> locks.Lock:
        """Return the lock of one object, to be used in a `with` statement."""
        return locks.Lock(self.layout.lock(kind, name))
