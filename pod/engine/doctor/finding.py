"""One thing that `doctor` looked at."""

from __future__ import annotations

from pod.record import Record

OK, WARN, FAIL = "ok", "warn", "fail"


class Finding(Record):
    """What was looked at, how it is, why that matters, and the line that changes it."""

    area: str  # users, storage, network, session, trial
    subject: str
    status: str  # ok; warn: something works less well; fail: something does not work
    detail: str
    remedy: str = ""  # a command line
    by: str = ""  # "you" or "administrator": who can run it
