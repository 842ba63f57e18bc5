"""One setting of a configuration file."""

from __future__ import annotations

from pod.record import Record

BOOL, INT, TEXT, SIZE, LIST, MAP = "true or false", "a whole number", "text", "a size", "a list of texts", "a table"
TABLES = "a list of tables"


class Setting(Record):
    """Its type, the values it may have where they are few, and what it does here, or why it does nothing."""

    kind: str
    effect: str = ""
    reason: str = ""
    choices: tuple[str, ...] = ()

    def problem(self, value: object) -> str:
        """Return what is wrong with a value; "" where it fits."""
        if not _fits(self.kind, value):
            return f"must be {self.kind}, not {_described(value)}"
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(map(repr, self.choices))}, not {value!r:.60}"
        return ""


def _fits(kind: str, value: object) -> bool:
    if kind == BOOL:
        return isinstance(value, bool)
    if kind == INT:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == SIZE:
        return isinstance(value, (str, int)) and not isinstance(value, bool)
    if kind == LIST:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == TABLES:
        return isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return isinstance(value, dict if kind == MAP else str)


def _described(value: object) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    return f"{value!r:.60}" if not isinstance(value, bool) else str(value).lower()
