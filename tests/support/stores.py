"""What tests do to a store of pod's when they are done with it: no container stays, and no process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.support.commands import CommandLine, clean_environment


def remove_containers(pod: CommandLine) -> None:
    """Remove every container of a store, running or not, and every pod."""
    if pod("pod", "ps", "-q").lines:
        pod("pod", "rm", "--force", "--all", "--time", "0")
    listed = pod("ps", "-aq", "--no-trunc")
    if listed.code == 0 and listed.lines:
        pod("rm", "-f", *listed.lines)


def end_namespace(runroot: Path, acting_as: Sequence[str] = ()) -> None:
    """End the process that holds the user's namespace open: by itself it would sleep for an hour.

    `acting_as` are the words that run a command as another user, to whom the store belongs.
    """
    as_owner = CommandLine(acting_as, clean_environment())
    document = as_owner("cat", runroot / "namespace.json")
    if document.code == 0:
        pid = str(json.loads(document.stdout)["holder"]["pid"])
        as_owner("sh", "-c", 'kill -9 "$1"', "sh", pid)  # a minimal system has no program kill(1)
