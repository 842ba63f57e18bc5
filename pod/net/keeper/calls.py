"""Calling drivers without waiting for them: each call is a process of its own, one after the other per network."""

from __future__ import annotations

import os
import select

from pod.errors import PluginError, PodError
from pod.linux import files, jsonfile, process
from pod.linux import syscalls as sc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_SIGKILL = 9


class Call:
    """A function that is being called in a child, begun when the call `after` has ended."""

    def __init__(self, function: Callable[[], dict[str, Any]], keep: set[int], after: Call | None = None) -> None:
        """Start the child, which keeps the descriptors that the function needs, and ends with this process."""
        self.answer, write = os.pipe2(os.O_CLOEXEC)
        before: int = after.process if after else -1
        self._pid = os.fork()
        if self._pid == 0:
            try:
                sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)
                files.close_others({0, 1, 2, write, *keep, *({before} - {-1})})
                process.set_title("pod: network driver")
                _wait_for_end(before)
                files.write_all(write, jsonfile.dumps(_outcome(function)))
            finally:
                os._exit(0)
        os.close(write)
        self.process: int = os.pidfd_open(self._pid)

    def result(self) -> dict[str, Any]:
        """Return what the function has returned, once `answer` is readable. Raises PluginError."""
        said = files.read_all(self.answer)
        os.close(self.answer)
        os.waitpid(self._pid, 0)
        outcome: dict[str, Any] = {"error": "the process that asked the network driver was killed"}
        if said:
            outcome = jsonfile.loads(said)
        if "error" in outcome:
            raise PluginError(outcome["error"], hint=outcome.get("hint", ""))
        answer: dict[str, Any] = outcome["answer"]
        return answer

    def close(self) -> None:
        """Let go of the process; no call comes after this one."""
        os.close(self.process)


def _outcome(function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"answer": function()}
    except PodError as err:
        return {"error": err.message, "hint": err.hint}


def _wait_for_end(process_fd: int) -> None:
    if process_fd >= 0:
        poll = select.poll()
        poll.register(process_fd, select.POLLIN)
        poll.poll()
