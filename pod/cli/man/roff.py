"""Text to roff with the macros of man(7): paragraphs, headings, lists, examples; and the Markdown of the notes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from pod import __version__


def title(name: str, section: int) -> str:
    """Return the first line of a page. It has no date, so that a page changes only when what it says does."""
    return f'.TH "{name.upper()}" "{section}" "" "pod {__version__}" "pod"'


def heading(text: str) -> str:
    return f'.SH "{text.upper()}"'


def subheading(text: str) -> str:
    return f'.SS "{escape(text)}"'


def escape(text: str) -> str:
    """Return text as roff prints it: no character of it is a request, a quotation mark or a soft hyphen."""
    return _no_requests(_characters(text))


def _characters(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return text.replace("^", "\\(ha").replace("~", "\\(ti").replace('"', "\\(dq").replace("…", "\\&...")


def _no_requests(text: str) -> str:
    """Hide the dots at the beginnings of lines: there they call macros."""
    return re.sub(r"(?m)^\.", r"\\&.", text)


def bold(text: str) -> str:
    return f"\\fB{_characters(text)}\\fR"


def italic(text: str) -> str:
    return f"\\fI{_characters(text)}\\fR"


def prose(text: str) -> str:
    """Return a paragraph in which `code` and **words** are bold, and *words* italic."""
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*|(?<![\w*])\*[^*\s][^*]*\*(?![\w*]))", " ".join(text.split()))
    return _lines("".join(_span(part) for part in parts))


def _span(part: str) -> str:
    if part[:1] == "`" or part[:2] == "**":
        return bold(part.strip("`*")) if len(part) > 2 else _characters(part)
    return italic(part.strip("*")) if len(part) > 2 and part[0] == part[-1] == "*" else _characters(part)


def _lines(text: str) -> str:
    """Break a paragraph at the ends of sentences, as roff likes it and as changes are read."""
    broken = "\n".join(re.split(r"(?<=[.:;?!]) (?=[A-Z\\])", text))
    return _no_requests(
        "\n".join(
            line if len(line) < 120 else textwrap.fill(line, 110, break_on_hyphens=False, break_long_words=False)
            for line in broken.split("\n")
        )
    )


def paragraphs(text: str) -> Iterable[str]:
    """Return roff for paragraphs that an empty line separates."""
    for block in filter(None, (part.strip("\n") for part in re.split(r"\n\s*\n", text))):
        yield ".PP"
        yield prose(block)


def item(tag: str, text: str) -> list[str]:
    """Return an entry of a list; the tag is roff already."""
    return [".TP", tag, prose(text) if text else "\\&"]


def example(text: str) -> list[str]:
    """Return lines as they stand."""
    body = "\n".join(escape(line) if line else "\\&" for line in textwrap.dedent(text).strip("\n").split("\n"))
    return [".PP", ".in +4n", ".EX", body, ".EE", ".in"]


def markdown(text: str) -> Iterable[str]:
    """Return roff for the Markdown of the notes: headings, paragraphs, lists and blocks of code."""
    for block in _blocks(text):
        lines = block.split("\n")
        if block.startswith("## "):
            yield heading(lines[0][3:])
            rest = "\n".join(lines[1:])
            if rest.strip():
                yield from markdown(rest)
        elif block.startswith("### "):
            yield subheading(lines[0][4:])
            rest = "\n".join(lines[1:])
            if rest.strip():
                yield from markdown(rest)
        elif block.startswith("    "):
            yield from example(block)
        elif block.startswith("- "):
            yield from _list(block)
        elif block.strip():
            yield from paragraphs(block)


def _blocks(text: str) -> list[str]:
    """Return what empty lines separate; indented blocks in a row are one."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        if found and block.startswith("    ") and found[-1].startswith("    "):
            found[-1] += f"\n\n{block}"
        else:
            found.append(block)
    return found


def _list(block: str) -> Iterable[str]:
    """Return a list: `- **TAG**: text` hangs the text below its tag, other items get a bullet."""
    for entry in re.split(r"(?m)^- ", block)[1:]:
        if tagged := re.match(r"(?s)(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)(.*?): (.*)", entry):
            yield from item("".join(_span(p) for p in re.split(r"(`[^`]+`)", tagged[1] + tagged[2])), tagged[3])
        else:
            yield from [".IP \\(bu 3", prose(entry)]
