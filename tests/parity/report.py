"""The comparison as text: a table for a terminal, and one for the README."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.parity.comparison import Row

BEGIN = "<!-- python -m tests.parity --readme writes from here -->"
END = "<!-- to here -->"


def plain(rows: list[Row], *, name_missing: bool) -> str:
    """Return the table for a terminal, with the names of missing options where they are asked for."""
    lines = [f"{'COMMAND':32}{'PEER':14}{'OPTIONS':>8}{'ACCEPTED':>10}{'REFUSED':>9}{'MISSING':>9}"]
    for row in rows:
        start = f"{row.command or '(before the command)':32}{'+'.join(row.peers):14}{len(row.options):8}"
        if not row.known:
            lines.append(f"{start}{'has no place here' if row.elsewhere else 'not there':>28}")
            continue
        lines.append(f"{start}{len(row.accepted):10}{len(row.refused):9}{len(row.missing):9}")
        if name_missing and row.missing:
            lines.append(f"    {' '.join(row.missing)}")
    return "\n".join([*lines, "", summary(rows), ""])


def markdown(rows: list[Row], first_names: Mapping[str, str]) -> str:
    """Return the part of the README: the totals, and below them the table, each command by one name."""
    listed = [row for row in rows if row.known and first_names.get(row.command, row.command) == row.command]
    lines = ["| command | of | options | accepted | refused | missing |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for row in listed:
        numbers = (len(row.options), len(row.accepted), len(row.refused), len(row.missing))
        name = f"`pod {row.command}`" if row.command else "`pod` itself"
        lines.append("| " + " | ".join(map(str, (name, " ".join(row.peers), *numbers))) + " |")
    groups = frozenset(row.command.partition(" ")[0] for row in rows if row.known)
    names = _names((row.command for row in rows if not row.known and not row.elsewhere), groups)
    elsewhere = _names((row.command for row in rows if row.elsewhere), groups)
    return "\n".join(
        [
            BEGIN,
            f"Counted from lists of all commands and options of Docker and Podman: {summary(rows)}",
            f"Not there: {names}. With no place here, and answered with what to use instead: {elsewhere}.",
            "",
            "<details><summary>Every command</summary>",
            "",
            *lines,
            "",
            "</details>",
            END,
        ]
    )


def put_into(page: str, part: str) -> str:
    """Return the page with the part in the place of the former one. Raises ValueError where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no lines {BEGIN} and {END}")
    return before + part + after


def summary(rows: list[Row]) -> str:
    """Return the totals in a sentence."""
    known = [row for row in rows if row.known]
    options = sum(len(row.options) for row in known)
    accepted, refused = sum(len(row.accepted) for row in known), sum(len(row.refused) for row in known)
    return (
        f"{len(known)} of {len(rows)} commands are there; of their {options} options {accepted} are accepted, "
        f"{refused} refused with a reason, {options - accepted - refused} missing."
    )


def _names(commands: Iterable[str], known: frozenset[str]) -> str:
    """Return commands for a sentence; groups of which pod has nothing are named as such."""
    shown = []
    for command in commands:
        group, _, verb = command.partition(" ")
        shown.append(f"`{group} …`" if verb and group not in known else f"`{command}`")
    return ", ".join(dict.fromkeys(shown)) or "nothing"
