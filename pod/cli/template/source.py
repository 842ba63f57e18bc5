"""The text of a template as errors see it: problems get a line, a column and the piece at fault."""

from __future__ import annotations

from pod.errors import TemplateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_PIECE = 60


class Complaint(Exception):
    """What is wrong, raised where nobody knows the place in the template; the evaluator adds it."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


class Source:
    """The text of one template."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def error(self, position: int, problem: str, hint: str = "") -> TemplateError:
        """Return the error for a problem at an offset into the text."""
        before = self.text[:position]
        line = before.count("\n") + 1
        column = position - (before.rfind("\n") + 1) + 1
        return TemplateError(f"template {line}:{column}: in {self._piece(position)}: {problem}", hint=hint)

    def _piece(self, position: int) -> str:
        """Return the action around an offset, on one line and cut to what fits an error message."""
        start = max(self.text.rfind("{{", 0, position + 2), 0)
        end = self.text.find("}}", position)
        end = len(self.text) if end < 0 else end + 2
        if end - start > _LONGEST_PIECE:
            start = max(start, position - _LONGEST_PIECE // 2)
            end = min(end, start + _LONGEST_PIECE)
        return " ".join(self.text[start:end].split())


def nearest(name: str, known: Iterable[str], prefix: str = "") -> str:
    """Return a hint that names what the user may have meant, or what there is to choose from."""
    import difflib  # only a failing command pays for it

    names = list(known)
    folded: dict[str, str] = {}
    for candidate in names:
        folded.setdefault(candidate.lower(), candidate)
    close = difflib.get_close_matches(name.lower(), folded, n=2, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(prefix + folded[key] for key in close) + "?"
    if not names:
        return ""
    shown = " ".join(prefix + candidate for candidate in sorted(names)[:25])
    return f"known: {shown}" + (" …" if len(names) > 25 else "")
