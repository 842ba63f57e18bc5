"""What the options of --log-opt mean: where a log is, when it is rotated, what the journal is told of the container."""

from __future__ import annotations

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.container_records import ContainerRecord, LogConfig
    from pod.storage.layout import StorageLayout

FILES = ("k8s-file", "json-file")
READABLE = (*FILES, "journald")  # the drivers whose output `logs` can show


def path(layout: StorageLayout, record: ContainerRecord) -> str:
    """Return where a container's log file is, "" where it has none."""
    if record.log.driver not in FILES:
        return ""
    return record.log.options.get("path") or layout.container_log(record.id)


def rotation(log: LogConfig) -> tuple[int, int]:
    """Return the size in bytes at which a log is rotated, 0 for never, and how many rotated files are kept.

    `max-file` counts the one that is written, as for Docker; without it there is one more.
    """
    maximum = int(log.options.get("max-size", "0"))
    return max(0, maximum), int(log.options.get("max-file", "2")) - 1


def extra(record: ContainerRecord) -> dict[str, str]:
    """Return the labels and variables that the options labels= and env= name."""
    options = record.log.options
    variables = dict(item.split("=", 1) for item in record.env if "=" in item)
    found = {key: record.labels[key] for key in options.get("labels", "").split(",") if key in record.labels}
    return {**found, **{key: variables[key] for key in options.get("env", "").split(",") if key in variables}}


def journal_fields(record: ContainerRecord) -> dict[str, str]:
    """Return what every entry in the journal says of its container: Podman's fields and Docker's."""
    name = tag(record)
    fields = {
        "SYSLOG_IDENTIFIER": name or record.id[:12],
        "CONTAINER_ID": record.id[:12],
        "CONTAINER_ID_FULL": record.id,
        "CONTAINER_NAME": record.name,
        "CONTAINER_TAG": name,
        "IMAGE_NAME": record.image_name,
    }
    return {**fields, **{_journal_name(key): value for key, value in extra(record).items()}}


def _journal_name(key: str) -> str:
    """Return a name that the journal takes for a field: capitals, digits and underscores."""
    plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in key).upper()
    return plain.lstrip("_0123456789") or "X"


def tag(record: ContainerRecord) -> str:
    """Return the tag with what it says in `{{.Name}}` and the like put in. Raises UsageError for an unknown field."""
    text = record.log.options.get("tag", "")
    image_id = record.image.removeprefix("sha256:")
    fields = {
        "ID": record.id[:12],
        "FullID": record.id,
        "Name": record.name,
        "ImageID": image_id[:12],
        "ImageFullID": image_id,
        "ImageName": record.image_name,
        "DaemonName": "pod",
    }
    made = ""
    while text:
        before, opening, text = text.partition("{{")
        made += before
        if opening:
            inner, closing, text = text.partition("}}")
            field = inner.strip(" -").removeprefix(".")
            if not closing or field not in fields:
                known = " ".join(f"{{{{.{name}}}}}" for name in fields)
                raise UsageError(f"the log tag has no field {{{{{inner}}}}}", hint=f"there are {known}")
            made += fields[field]
    return made


def check_streams(record: ContainerRecord) -> None:
    """Raise UsageError where a program would get a terminal of ours: through it, it could type into our shell."""
    import os

    if record.log.driver == "passthrough" and any(map(os.isatty, (0, 1, 2))):
        raise UsageError(
            "--log-driver passthrough is for pipes and files: a standard stream here is a terminal",
            hint="--log-driver passthrough-tty hands in even that; -it gives the container a terminal of its own",
        )


def check(record: ContainerRecord) -> None:
    """Raise UsageError where a container to be could not log as it was asked to."""
    import os

    from pod.engine.monitor.journal_log import SOCKET

    if record.log.driver == "journald" and not os.path.exists(SOCKET):
        raise UsageError(
            f"cannot log to the journal: there is no {SOCKET}, as systemd-journald does not run here",
            hint="--log-driver k8s-file keeps the output in a file",
        )
    if record.log.driver == "passthrough" and record.tty:
        raise UsageError(
            "--log-driver passthrough and --tty exclude each other: the terminal would not be the caller's"
        )
    folder = os.path.dirname(record.log.options.get("path", "")) or "/"
    if not os.path.isdir(folder):
        raise UsageError(f"cannot keep the log in {folder}: there is no such folder")
    tag(record)
