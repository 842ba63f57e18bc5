"""Where secrets are kept: in a file of the store, by gpg as pass(1) does, or where a command of the user's puts them.

The drivers and their options are Podman's (podman-secret-create(1), "--driver").
"""

from __future__ import annotations

import os

from pod.errors import StorageError, UsageError
from pod.linux import files, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    class Driver(Protocol):
        """What every driver can do."""

        def store(self, secret_id: str, data: bytes) -> None:
            """Keep a secret."""

        def look_up(self, secret_id: str) -> bytes:
            """Return it."""

        def delete(self, secret_id: str) -> None:
            """Forget it."""


FILE = "file"
_OPTIONS = {FILE: ("path",), "pass": ("root", "key", "gpghomedir"), "shell": ("list", "lookup", "store", "delete")}
_LIMIT = 1 << 20


def check(driver: str, options: Mapping[str, str]) -> None:
    """Raise UsageError for a driver or an option that does not exist, and for options that are missing."""
    if driver not in _OPTIONS:
        raise UsageError(f"there is no secret driver {driver!r}", hint=f"there are {', '.join(_OPTIONS)}")
    for key in options:
        if key not in _OPTIONS[driver]:
            known = ", ".join(_OPTIONS[driver])
            raise UsageError(f"the secret driver {driver} has no option {key!r}", hint=f"it has {known}")
    if driver == "pass" and not options.get("key"):
        raise UsageError("the secret driver pass needs a key", hint="--driver-opts key=ID-OF-YOUR-GPG-KEY")
    if driver == "shell" and (missing := [key for key in _OPTIONS["shell"] if not options.get(key)]):
        raise UsageError(f"the secret driver shell needs the commands {', '.join(missing)}")


def of(driver: str, options: Mapping[str, str], path: str) -> Driver:
    """Return a driver; `path` is where a secret of the driver `file` lies. Raises UsageError."""
    check(driver, options)
    if driver == "pass":
        return _Pass(options)
    if driver == "shell":
        return _Shell(options)
    return _File(path, options.get("path", ""))


class _File:
    """A file of its own in the store, or in a folder that the user names."""

    def __init__(self, path: str, folder: str) -> None:
        self._path = path
        self._folder = folder

    def _place(self, secret_id: str) -> str:
        return f"{self._folder}/{secret_id}" if self._folder else self._path

    def store(self, secret_id: str, data: bytes) -> None:
        if self._folder:
            files.make_folders(self._folder)
        files.write_atomic(self._place(secret_id), data, mode=0o600)

    def look_up(self, secret_id: str) -> bytes:
        try:
            return files.read_bytes(self._place(secret_id), _LIMIT)
        except OSError as err:
            raise StorageError(f"cannot read secret {secret_id}: {err.strerror}") from err

    def delete(self, secret_id: str) -> None:
        if self._folder:
            files.remove_file(self._place(secret_id))


class _Pass:
    """A file for each secret, encrypted by gpg, in the folder of pass(1)."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._root = options.get("root") or os.path.expanduser("~/.password-store")
        self._key = options["key"]
        self._home = options.get("gpghomedir", "")

    def _place(self, secret_id: str) -> str:
        return f"{self._root}/{secret_id}.gpg"

    def store(self, secret_id: str, data: bytes) -> None:
        files.make_folders(self._root)
        _run([*self._gpg(), "--encrypt", "-r", self._key, "-o", self._place(secret_id)], data, {})

    def look_up(self, secret_id: str) -> bytes:
        return _run([*self._gpg(), "--decrypt", self._place(secret_id)], b"", {})

    def delete(self, secret_id: str) -> None:
        files.remove_file(self._place(secret_id))

    def _gpg(self) -> list[str]:
        return ["gpg", "--batch", "--quiet", *(("--homedir", self._home) if self._home else ())]


class _Shell:
    """Commands of the user's, which find the secret's id in SECRET_ID."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._commands = options

    def store(self, secret_id: str, data: bytes) -> None:
        self._run("store", secret_id, data)

    def look_up(self, secret_id: str) -> bytes:
        return self._run("lookup", secret_id)

    def delete(self, secret_id: str) -> None:
        self._run("delete", secret_id)

    def _run(self, verb: str, secret_id: str, data: bytes = b"") -> bytes:
        return _run(["sh", "-c", self._commands[verb]], data, {"SECRET_ID": secret_id})


def _run(argv: list[str], data: bytes, variables: dict[str, str]) -> bytes:
    """Run a program with a secret on its stdin or its stdout. Raises StorageError with what it complained of."""
    what = " ".join(argv[:3])
    try:
        done = process.run(argv, env={**os.environ, **variables}, input=data)
    except OSError as err:
        hint = f"install it: apt-get install {argv[0]}" if argv[0] == "gpg" else ""
        raise StorageError(f"cannot run {argv[0]} for a secret: {err.strerror}", hint=hint) from err
    if done.code != 0:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.code}"
        raise StorageError(f"{what} fails: {said}")
    return done.stdout
