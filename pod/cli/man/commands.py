"""The page of a command, the page of a group of commands, and pod(1)."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pod.cli import help, tree
from pod.cli.definitions import Definition, Parameter, define
from pod.cli.man import roff

ENGINE_CODES = """- **0**: All went well.
- **125**: pod itself failed: what was asked makes no sense, or could not be done. The reason is on stderr."""

CONTAINER_CODES = """- **125**: pod itself failed; no command ran.
- **126**: The command is there and cannot be executed.
- **127**: The container has no such command.
- **128 + n**: The command ended by signal n.
- any other: The command's own exit code."""

_RUNNING = frozenset(("container.run:run", "container.exec:exec_", "container.start:start", "container.attach:attach"))


def page_name(command: str) -> str:
    """Return the name of a command's page: `pod-image-ls`."""
    return "-".join(["pod", *command.split()])


def command_page(entry: tree.Entry, notes: Path) -> str:
    """Return the page of a command."""
    definition = define(entry)
    name = entry.names[0]
    description, examples = _docstring(definition)
    lines = [roff.title(page_name(name), 1), roff.heading("Name"), f"{page_name(name)} \\- {_summary(entry)}"]
    lines += [roff.heading("Synopsis"), *_synopsis(definition, entry.names)]
    lines += [roff.heading("Description"), *roff.paragraphs(description)]
    lines += _arguments(definition)
    lines += _options(definition)
    note = notes / f"{page_name(name)}.md"
    if note.exists():
        lines += roff.markdown(note.read_text())
    if examples:
        lines += [roff.heading("Examples"), *roff.example(examples)]
    codes = CONTAINER_CODES if entry.target in _RUNNING else ENGINE_CODES
    lines += [roff.heading("Exit status"), *roff.markdown(codes)]
    lines += [roff.heading("See also"), _see_also(entry)]
    return "\n".join(lines) + "\n"


def alias_page(entry: tree.Entry) -> str:
    """Return the page of another name of a command: it includes the page of the first."""
    return f".so man1/{page_name(entry.names[0])}.1\n"


def group_page(group: str) -> str:
    """Return the page of a group of commands."""
    lines = [roff.title(page_name(group), 1), roff.heading("Name")]
    lines += [f"{page_name(group)} \\- {roff.escape(_lower(tree.GROUPS[group].text))}"]
    lines += [roff.heading("Synopsis"), f"{roff.bold(f'pod {group}')} {roff.italic('COMMAND')} ..."]
    lines += [roff.heading("Commands")]
    for name, entry in sorted(tree.members(group)):
        lines += roff.item(_reference(entry, name), help.summary(entry))
    lines += [roff.heading("See also"), "\\fBpod\\fR(1)"]
    return "\n".join(lines) + "\n"


def main_page(notes: Path) -> str:
    """Return pod(1)."""
    root = define(tree.ROOT)
    lines = [roff.title("pod", 1), roff.heading("Name"), "pod \\- run containers without root and without a daemon"]
    lines += [roff.heading("Synopsis"), f"{roff.bold('pod')} [{roff.italic('OPTIONS')}] {roff.italic('COMMAND')} ..."]
    before, _, after = (notes / "pod.md").read_text().partition("## Exit status")
    lines += roff.markdown(before)
    lines += _options(root)
    lines += [roff.heading("Commands")]
    for section in tree.SECTIONS:
        lines.append(roff.subheading(section))
        for name, entry in tree.section_members(section):
            lines += roff.item(_reference(entry, name), help.summary(entry))
        for name, group in tree.GROUPS.items():
            if group.section == section:
                lines += roff.item(f"{roff.bold(page_name(name))}(1)", help.group_summary(name))
    lines += roff.markdown(f"## Exit status{after}")
    return "\n".join(lines) + "\n"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _summary(entry: tree.Entry) -> str:
    return roff.escape(_lower(help.summary(entry)))


def _docstring(definition: Definition) -> tuple[str, str]:
    """Return the description and the examples of a command."""
    text, _, examples = (inspect.getdoc(definition.function) or "").partition("Examples:")
    return text.strip(), textwrap.dedent(examples.strip("\n")).rstrip()


def _synopsis(definition: Definition, names: tuple[str, ...]) -> Iterator[str]:
    for position, name in enumerate(names):
        words = help.usage(definition, "").split(" ")[1:]
        tail = " ".join(roff.italic(word) for word in words) if words else ""
        yield from ([".br"] if position else []) + [f"{roff.bold(f'pod {name}')} {tail}".rstrip()]


def _arguments(definition: Definition) -> Iterator[str]:
    shown = [p for p in definition.parameters if not p.is_option and p.info.help]
    if shown:
        yield roff.heading("Arguments")
        for parameter in shown:
            yield from roff.item(roff.italic(parameter.metavar), _sentence(parameter.info.help))


def _options(definition: Definition) -> Iterator[str]:
    """Return the options under the headings of their panels; those that are refused in the end, with the reasons."""
    panels = help.panels(definition)
    for panel, parameters in panels.items():
        if panel == help.REFUSED:
            yield roff.heading("Refused options")
            yield from _refused(parameters)
            continue
        yield roff.heading(f"{panel} options" if panel else "Options")
        for parameter in parameters:
            yield from roff.item(_spellings(parameter), _sentence(help.explanation(parameter)) + _extras(parameter))


def _refused(parameters: list[Parameter]) -> Iterator[str]:
    """Return the options that are refused, those of one reason together."""
    yield from roff.paragraphs("pod knows these options of its peers' and answers them with the reason:")
    reasons: dict[str, list[str]] = {}
    for parameter in parameters:
        reasons.setdefault(parameter.refusal, []).append(_spellings(parameter))
    for reason, tags in reasons.items():
        yield from roff.item("\n.TQ\n".join(tags), _sentence(reason[:1].upper() + reason[1:]))


def _spellings(parameter: Parameter) -> str:
    short, long = help.spellings(parameter)
    shown = ", ".join(roff.bold(name) for name in [*short, *long])
    return shown if parameter.type is bool else f"{shown} {roff.italic(parameter.metavar)}"


def _extras(parameter: Parameter) -> str:
    """Return what the type says: choices that the value's name does not list, and whether it may be repeated."""
    text = ""
    if (
        parameter.choices
        and parameter.info.metavar
        and any(c not in (parameter.info.help or "") for c in parameter.choices)
    ):
        text += f" One of {', '.join(parameter.choices)}."
    if parameter.type == list[str] and "repeat" not in (parameter.info.help or "") and not parameter.refusal:
        text += " May be repeated."
    return text


def _sentence(text: str) -> str:
    return text if text.endswith((".", "…", "!")) else f"{text}."


def _reference(entry: tree.Entry, name: str) -> str:
    return f"{roff.bold(page_name(name if name in entry.names else entry.names[0]))}(1)"


def _see_also(entry: tree.Entry) -> str:
    """Return references: pod(1), the pages of the command's groups, and its neighbours of the same verb."""
    groups = {name.partition(" ")[0] for name in entry.names if " " in name} & tree.GROUPS.keys()
    verb = entry.names[0].split()[-1]
    related = [
        page_name(other.names[0])
        for other in tree.COMMANDS
        if other is not entry and not other.hidden and other.names[0].split()[-1] == verb
    ]
    names = ["pod", *(page_name(group) for group in sorted(groups)), *sorted(related)]
    return ", ".join(f"{roff.bold(name)}(1)" for name in names) + ", \\fBpod.conf\\fR(5)"
