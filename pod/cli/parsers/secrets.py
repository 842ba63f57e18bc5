"""`--secret NAME[,type=mount|env,target=…,uid=…,gid=…,mode=…]`."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.storage.container_records import SecretUse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_FIELDS = ("source", "type", "target", "uid", "gid", "mode")
_OF_FILES = ("uid", "gid", "mode")


def parse_secrets(texts: Iterable[str]) -> tuple[SecretUse, ...]:
    """Return the secrets that a container is to have. Raises UsageError."""
    return tuple(map(_parse, texts))


def _parse(text: str) -> SecretUse:
    first, *rest = text.split(",")
    fields = {} if "=" in first else {"source": first}
    for item in rest if fields else text.split(","):
        key, equals, value = item.partition("=")
        if key not in _FIELDS or not equals:
            raise invalid("--secret", text, f"there is no field {item!r}", hint=f"there are {', '.join(_FIELDS)}")
        if key in fields:
            raise invalid("--secret", text, f"{key} is given twice")
        fields[key] = value
    if not fields.get("source"):
        raise invalid("--secret", text, "it does not say which secret")
    kind = fields.get("type", "mount")
    if kind not in ("mount", "env"):
        raise invalid("--secret", text, "type is mount or env")
    if kind == "env" and (given := [key for key in _OF_FILES if key in fields]):
        raise invalid("--secret", text, f"a variable has no {given[0]}")
    target = fields.get("target", "")
    if kind == "env" and ("=" in target or "\0" in target):
        raise invalid("--secret", text, f"{target!r} is no name of a variable")
    return SecretUse(
        fields["source"],
        is_variable=kind == "env",
        target=target,
        uid=_number(text, fields.get("uid", "0"), 10),
        gid=_number(text, fields.get("gid", "0"), 10),
        mode=_number(text, fields.get("mode", "444"), 8),
    )


def _number(text: str, value: str, base: int) -> int:
    digits = "01234567" if base == 8 else "0123456789"
    if not value or not set(value) <= set(digits) or len(value) > 10 or (base == 8 and int(value, 8) > 0o7777):
        raise invalid("--secret", text, f"{value!r} is no {'octal ' if base == 8 else ''}number")
    return int(value, base)
