"""Exit codes of the command line (docker-run(1), "Exit Status"); a container's own code passes through unchanged."""

from __future__ import annotations

OK = 0
FAILED = 1  # the question was answered with no, or one of several objects could not be handled
RUNNING = 2  # `rm` of a container that runs (podman-rm(1), "Exit Status")
ENGINE = 125  # the command line or the engine failed
CANNOT_EXECUTE = 126
COMMAND_NOT_FOUND = 127
INTERRUPTED = 130  # 128 + SIGINT
BROKEN_PIPE = 141  # 128 + SIGPIPE
