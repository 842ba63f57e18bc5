"""Help texts, from the definitions: usage, description, options in groups, examples; plain, and at most 80 columns."""

from __future__ import annotations

import inspect
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable

from pod.cli import exitcodes, tree
from pod.cli.definitions import Definition, Parameter, define

_GAP = 2
_WIDEST_LEFT = 30
REFUSED = "Refused"


def show(definition: Definition, name: str) -> int:
    """Print one command's help."""
    print("\n\n".join([f"Usage: {usage(definition, f'pod {name}')}", *_body(definition, name)]))
    return exitcodes.OK


def show_overview() -> int:
    """Print the help of pod itself: commands under their headings, and the global options."""
    root = define(tree.ROOT)
    blocks = [f"Usage: {usage(root, 'pod')}", _description(root)[0]]
    for section in tree.SECTIONS:
        rows = [(name, summary(entry)) for name, entry in tree.section_members(section)]
        rows += [(f"{name} …", group_summary(name)) for name, group in tree.GROUPS.items() if group.section == section]
        blocks.append(_table(section, rows))
    blocks.append(
        *(_table("Global options", _option_rows(rows)) for panel, rows in panels(root).items() if panel != REFUSED)
    )
    blocks.append("`pod COMMAND --help` tells more about a command.")
    print("\n\n".join(blocks))
    return exitcodes.OK


def show_group(group: str) -> int:
    """Print the commands of a group."""
    rows = [(name.removeprefix(f"{group} "), summary(entry)) for name, entry in sorted(tree.members(group))]
    blocks = [f"Usage: pod {group} COMMAND", f"{tree.GROUPS[group].text}.", _table("Commands", rows)]
    print("\n\n".join([*blocks, f"`pod {group} COMMAND --help` tells more about a command."]))
    return exitcodes.OK


def usage(definition: Definition, name: str) -> str:
    """Return the usage line, without the word Usage."""
    words = [name]
    if any(p.is_option and not p.info.hidden for p in definition.parameters):
        words.append("[OPTIONS]")
    for parameter in definition.parameters:
        if not parameter.is_option:
            shown = parameter.metavar
            words.append(shown if parameter.required or shown.startswith("[") else f"[{shown}]")
    return " ".join(words if definition.entry is not tree.ROOT else [*words, "COMMAND"])


def summary(entry: tree.Entry) -> str:
    """Return what a command does, in the first line of its description."""
    return (inspect.getdoc(define(entry).function) or "").partition("\n")[0].rstrip(".")


def group_summary(group: str) -> str:
    """Return what a group is for, with those of its commands that are not commands of their own besides."""
    members = sorted(tree.members(group))
    own = [name.removeprefix(f"{group} ") for name, entry in members if " " in entry.names[0]]
    all_own = len(own) == len(members)
    return f"{tree.GROUPS[group].text}: {'' if all_own else 'as above, and '}{', '.join(own)}"


def _body(definition: Definition, name: str) -> Iterable[str]:
    description, examples = _description(definition)
    yield description
    others = [f"pod {other}" for other in definition.entry.names if other != name]
    if others:
        yield textwrap.fill(f"Aliases: {', '.join(others)}", _width(), subsequent_indent="  ", break_on_hyphens=False)
    arguments = [(p.metavar, p.info.help or "") for p in definition.parameters if not p.is_option and p.info.help]
    if arguments:
        yield _table("Arguments", arguments)
    for panel, parameters in panels(definition).items():
        if panel == REFUSED:
            yield _refused(parameters)
        else:
            yield _table(f"{panel} options" if panel else "Options", _option_rows(parameters))
    if examples:
        yield examples


def panels(definition: Definition) -> dict[str, list[Parameter]]:
    """Return the options that are shown, each panel's sorted; those without one first, those refused last."""
    found: dict[str, list[Parameter]] = {"": []}
    for parameter in sorted(definition.parameters, key=_long_name):
        if parameter.is_option and not parameter.info.hidden:
            panel = REFUSED if parameter.refusal else parameter.info.rich_help_panel or ""
            found.setdefault(panel, []).append(parameter)
    order = {p.info.rich_help_panel: None for p in definition.parameters if p.is_option and p.info.rich_help_panel}
    return {panel: found[panel] for panel in ("", *order, REFUSED) if found.get(panel)}


def spellings(parameter: Parameter) -> tuple[list[str], list[str]]:
    """Return the short spellings of an option, and the long ones."""
    short = [o for o in parameter.typer.opts if not o.startswith("--")]
    return short, [o for o in parameter.typer.opts if o.startswith("--")]


def explanation(parameter: Parameter) -> str:
    """Return what an option does, or why it is refused."""
    return parameter.refusal or parameter.info.help or ""


def _long_name(parameter: Parameter) -> str:
    return str(max(parameter.typer.opts, key=len).lstrip("-")) if parameter.is_option else ""


def _refused(parameters: list[Parameter]) -> str:
    """Return the options that are refused, those of one reason together."""
    reasons: dict[str, list[str]] = {}
    for parameter in parameters:
        reasons.setdefault(parameter.refusal, []).append(_long(parameter))
    lines = [bold("Refused options:")]
    for reason, names in reasons.items():
        lines.append(
            textwrap.fill(
                ", ".join(names), _width(), initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
            )
        )
        lines.append(textwrap.fill(reason, _width(), initial_indent="      ", subsequent_indent="      "))
    return "\n".join(lines)


def _long(parameter: Parameter) -> str:
    short, long = spellings(parameter)
    return "/".join([*short, *long])


def _description(definition: Definition) -> tuple[str, str]:
    """Return the docstring's text, filled, and its examples as they stand."""
    text, _, examples = (inspect.getdoc(definition.function) or "").partition("Examples:")
    paragraphs = [textwrap.fill(paragraph, _width()) for paragraph in text.strip().split("\n\n")]
    return "\n\n".join(paragraphs), f"Examples:{examples.rstrip()}" if examples else ""


def _option_rows(parameters: list[Parameter]) -> list[tuple[str, str]]:
    rows = []
    for parameter in parameters:
        short, long = spellings(parameter)
        left = (", ".join([*short, *long]) if short else "    " + ", ".join(long)).rstrip()
        rows.append((left if parameter.type is bool else f"{left} {parameter.metavar}", explanation(parameter)))
    return rows


def _table(heading: str, rows: list[tuple[str, str]]) -> str:
    """Return two columns under a heading; a left part that is too wide stands on a line of its own."""
    fitting = [len(left) for left, _ in rows if len(left) <= _WIDEST_LEFT]
    column = max(fitting, default=_WIDEST_LEFT) + 2 * _GAP
    lines = [bold(f"{heading}:")]
    for left, right in rows:
        filled = textwrap.wrap(right, _width() - column, break_on_hyphens=False) or [""]
        first = f"{' ' * _GAP}{left}"
        if len(first) + _GAP > column:
            lines.append(first)
            lines += [" " * column + line for line in filled]
        else:
            lines.append((first.ljust(column) + filled[0]).rstrip())
            lines += [" " * column + line for line in filled[1:]]
    return "\n".join(lines)


def bold(text: str) -> str:
    """Return a heading as the terminal shows it; plain in a pipe or where NO_COLOR is set (https://no-color.org)."""
    if sys.stdout is None or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[1m{text}\x1b[0m"


def _width() -> int:
    return min(shutil.get_terminal_size((80, 24)).columns, 100) if sys.stdout.isatty() else 80
