"""Which log a container's monitor writes: a file in one of two formats, the journal, or none."""

from __future__ import annotations

from pod.engine.monitor.log_file import LogFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.monitor.journal_log import JournalLog
    from pod.storage.container_records import ContainerRecord
    from pod.storage.layout import StorageLayout

    Log = LogFile | JournalLog


def open_log(layout: StorageLayout, record: ContainerRecord) -> Log | None:
    """Open the log of a container that starts; None where it has none. Raises OSError."""
    from pod.engine import log_options

    if record.log.driver not in log_options.READABLE:
        return None
    if record.log.driver == "journald":
        return resume({"driver": "journald", "fields": log_options.journal_fields(record)})
    maximum, kept = log_options.rotation(record.log)
    how = {"driver": record.log.driver, "path": log_options.path(layout, record), "maximum": maximum, "kept": kept}
    return resume(how)


def resume(how: dict[str, Any]) -> Log:
    """Open a log from what its `describe` has told."""
    driver, arguments = how["driver"], {name: value for name, value in how.items() if name != "driver"}
    if driver == "journald":
        from pod.engine.monitor.journal_log import JournalLog

        return JournalLog(**arguments)
    if driver == "json-file":
        from pod.engine.monitor.json_log import JsonLog

        return JsonLog(**arguments)
    return LogFile(**arguments)
