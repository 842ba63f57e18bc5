"""Running the programs under test as a person in a shell does: arguments in; code, stdout and stderr out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

TIMEOUT = 60.0


@dataclass(frozen=True)
class Result:
    """What a finished command left. `raw` is its standard output as bytes."""

    argv: Sequence[str]
    code: int
    stdout: str
    stderr: str
    raw: bytes = b""

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.stdout.splitlines()

    def ok(self) -> Result:
        """Return the result itself, or fail the test with everything that the command said."""
        assert self.code == 0, str(self)
        return self

    def __str__(self) -> str:
        words = ["…" if "\n" in word else word for word in self.argv]
        return f"{' '.join(words)}\nexit code {self.code}\nstdout: {self.stdout}\nstderr: {self.stderr}"


@dataclass(frozen=True)
class CommandLine:
    """A program with its first words fixed, e.g. `pod --root R`, called as `pod("run", "--rm", "busybox")`.

    One that takes longer than `patience` is killed and fails the test; a call may have another `timeout`.
    """

    prefix: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    patience: float = TIMEOUT

    def __call__(
        self,
        *args: str | Path,
        input: str | bytes | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = 0,
    ) -> Result:
        """Run the command to its end."""
        timeout = timeout or self.patience
        data = input.encode() if isinstance(input, str) else input
        process = self.start(
            *args,
            stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd=cwd,
        )
        try:
            stdout, stderr = process.communicate(data, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = _rest(process)
            raise AssertionError(f"took longer than {timeout} s: {self._result(process, stdout, stderr)}") from None
        return self._result(process, stdout, stderr)

    def start(
        self,
        *args: str | Path,
        stdin: int | IO[bytes] | None = subprocess.DEVNULL,
        stdout: int | IO[bytes] | None = None,
        stderr: int | IO[bytes] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        new_session: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start the command and return the running process: for tests that talk to it or kill it."""
        return subprocess.Popen(
            self.argv(*args),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env={**self.env, **(env or {})},
            cwd=cwd or self.cwd,
            start_new_session=new_session,
        )

    def argv(self, *args: str | Path) -> list[str]:
        """Return the whole command."""
        return [*self.prefix, *map(str, args)]

    def with_options(self, *options: str | Path) -> CommandLine:
        """Return the same program with more global options."""
        return CommandLine(self.argv(*options), self.env, self.cwd, self.patience)

    def with_env(self, **changes: str) -> CommandLine:
        """Return the same program with other environment variables."""
        return CommandLine(self.prefix, {**self.env, **changes}, self.cwd, self.patience)

    def _result(self, process: subprocess.Popen[bytes], stdout: bytes, stderr: bytes) -> Result:
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        argv = process.args if isinstance(process.args, list) else [str(process.args)]
        return Result(
            [str(word) for word in argv],
            code,
            stdout.decode(errors="surrogateescape"),
            stderr.decode(errors="surrogateescape"),
            stdout,
        )


def _rest(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """Return what a killed command had written; a descendant of its may still hold the pipes open."""
    try:
        return process.communicate(timeout=2)
    except subprocess.TimeoutExpired as late:
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.wait()
        return late.stdout or b"", late.stderr or b""


def clean_environment() -> dict[str, str]:
    """Return the environment of a fresh session of this user: nothing of the test's own leaks into commands."""
    kept = ("HOME", "USER", "LOGNAME", "XDG_RUNTIME_DIR")
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PATH": path, "LANG": "C.UTF-8"}
