"""Containers that a test needs to be there: started in the background, ready, and gone with the test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.commands import CommandLine, Result

NO_NETWORK = ("--network", "none")


def run(pod: CommandLine, *words: str | Path, **how: Any) -> Result:
    """`run --rm` without a network, which few tests need and which costs a third of the time."""
    return pod("run", "--rm", *NO_NETWORK, *words, **how)


def shell(pod: CommandLine, script: str, *options: str | Path, **how: Any) -> Result:
    """Run a script in a busybox container with these options."""
    return run(pod, *options, "busybox", "sh", "-c", script, **how)


@contextmanager
def background(pod: CommandLine, *words: str | Path) -> Iterator[str]:
    """Run a container with -d and give its id; it is removed in the end."""
    container = pod("run", "-d", *NO_NETWORK, *words).ok().stdout.strip()
    try:
        yield container
    finally:
        pod("rm", "-f", container).ok()


@contextmanager
def sleeping(pod: CommandLine, *options: str | Path) -> Iterator[str]:
    """Run a busybox container that does nothing until it is removed."""
    with background(pod, *options, "busybox", "sleep", "1000") as container:
        yield container


def eventually(condition: Callable[[], object], what: str, timeout: float = 15.0) -> None:
    """Wait until a condition holds; fail with `what` was waited for when it does not."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s in vain: {what}")
        time.sleep(0.01)
