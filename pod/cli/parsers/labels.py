"""`--label KEY=VALUE`, `--label-file`, `--annotation` and other options that gather pairs."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def parse_labels(values: Iterable[str], label_files: Iterable[str] = ()) -> dict[str, str]:
    """Return the labels of all files and then of all options; a key alone has an empty value."""
    labels: dict[str, str] = {}
    for path in label_files:
        from pod.cli.parsers.line_files import read_lines

        for line in read_lines("--label-file", path):
            key, _, value = line.lstrip().partition("=")
            if not key:
                raise UsageError(f"--label-file {path}: no name before the equals sign in {line!r:.80}")
            labels[key] = value
    return {**labels, **parse_pairs("--label", values)}


def parse_pairs(option: str, values: Iterable[str], *, need_value: bool = False) -> dict[str, str]:
    """Return KEY=VALUE options as a mapping; the last of a key wins."""
    pairs = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not key or (need_value and not equals):
            raise invalid(option, text, "it is written KEY=VALUE")
        pairs[key] = value
    return pairs
