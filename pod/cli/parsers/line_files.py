"""Files of `--env-file` and `--label-file`: one item on a line; empty lines and those that begin with # are skipped."""

from __future__ import annotations

from pod.errors import UsageError
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def read_lines(option: str, path: str) -> Iterator[str]:
    """Yield the lines with something in them. Raises UsageError that names the option and the file."""
    try:
        text = files.read_bytes(path, 16 << 20).decode().removeprefix("\ufeff")
    except OSError as err:
        raise UsageError(f"cannot read {option} {path}: {err.strerror}") from err
    except UnicodeDecodeError as err:
        number = err.object[: err.start].count(b"\n") + 1
        raise UsageError(f"{option} {path}: line {number} is not UTF-8 text") from err
    for item in text.split("\n"):
        if item.strip() and not item.lstrip().startswith("#"):
            yield item.removesuffix("\r")
