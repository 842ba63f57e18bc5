"""Patterns for names of images, as in `--filter reference=debian:*`: Go's path.Match, where `*` stops at a slash."""

from __future__ import annotations

from pod.oci.reference import split_tag
from pod.storage.images import familiar


def fits_name(pattern: str, name: str) -> bool:
    """True where the pattern fits a stored name in any form: whole, familiar, without registry, without folders."""
    forms = {name, familiar(name), name.partition("/")[2], name.rpartition("/")[2]}
    bare = {split_tag(form.partition("@")[0])[0] for form in forms}
    return any(fits(pattern, form) for form in forms | bare)


def fits(pattern: str, text: str) -> bool:
    """True where the whole text is as the pattern says."""
    import re

    return re.fullmatch(_expression(pattern), text) is not None


def _expression(pattern: str) -> str:
    import re

    parts = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        end = pattern.find("]", at + 2)
        if character == "*":
            parts.append("[^/]*")
        elif character == "?":
            parts.append("[^/]")
        elif character == "[" and end > 0:
            inside = pattern[at + 1 : end]
            sign, inside = ("^", inside[1:]) if inside[0] in "^!" else ("", inside)
            parts.append(f"[{sign}{re.escape(inside).replace(chr(92) + '-', '-')}]")
            at = end
        elif character == "\\" and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            parts.append(re.escape(character))
        at += 1
    return "".join(parts)
