"""Amounts as Kubernetes writes them: 64Mi, 1.5G, 500m (the API's resource.Quantity)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.kube.documents import Node

_UNITS = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    **{letter: Decimal(1000) ** power for power, letter in enumerate("kMGTPE", 1)},
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}


def quantity(node: Node, key: str) -> Decimal:
    """Return the amount under a key, 0 where there is none. Raises UsageError."""
    text = node.text(key)
    if not text:
        return Decimal(0)
    unit = next((unit for unit in sorted(_UNITS, key=len, reverse=True) if unit and text.endswith(unit)), "")
    try:
        value = Decimal(text.removesuffix(unit)) * _UNITS[unit]
    except InvalidOperation:
        raise node.error(f"{text!r:.40} is no amount", key, hint="amounts are written 64Mi, 1.5G or 500m") from None
    if not value.is_finite() or value < 0 or value > Decimal(2) ** 63:
        raise node.error(f"{text!r:.40} is no amount", key)
    return value
