"""--env-merge: variables that are made of the image's own, such as PATH=${PATH}:/opt/bin."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME = re.compile(r"\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


def merge(items: Iterable[str], image: Mapping[str, str]) -> list[str]:
    """Return KEY=VALUE with ${NAME} and $NAME replaced by the image's variables; those that it has not are empty."""
    return [_NAME.sub(lambda match: image.get(match[1] or match[2], ""), item) for item in items]
