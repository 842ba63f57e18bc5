"""Where the table cannot decide: the same parse on Typer's own definitions, with help and with good messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from pod.cli import argv, elsewhere, fastpath, help, tree
from pod.cli.context import Context
from pod.cli.definitions import Definition, define
from pod.errors import UsageError


def run(context: Context, words: Sequence[str]) -> int:
    """Parse a command line on the live definitions and call the command, or print the help that was asked for."""
    root = define(tree.ROOT)
    try:
        taken = argv.split(root.spec, words)
        argv.check_refused(root.spec, taken.own)
        context.options = argv.convert(taken.own)
    except argv.HelpWanted:
        return help.show_overview()
    except argv.BadWords as err:
        raise _explained(err, root, "pod") from err
    if not taken.positionals:
        return fastpath.call(context, root.spec, context.options)
    return _run_command(context, root, taken.positionals)


def _run_command(context: Context, root: Definition, words: Sequence[str]) -> int:
    found = tree.find(list(words))
    if found is None:
        return _not_a_command(words)
    entry, name, length = found
    definition = define(entry)
    try:
        values, taken = argv.parse(definition.spec, words[length:], root.spec.options)
        argv.check_refused(define(tree.ROOT).spec, taken.outer)
        context.options = {**context.options, **argv.convert(taken.outer)}
    except argv.HelpWanted:
        return help.show(definition, name)
    except argv.BadWords as err:
        raise _explained(err, definition, f"pod {name}") from err
    return fastpath.call(context, definition.spec, values)


def show_help(words: Sequence[str]) -> int:
    """Print the help of the command that the words name; of pod itself where there are none."""
    if not words:
        return help.show_overview()
    found = tree.find(list(words))
    return help.show(define(found[0]), found[1]) if found else _not_a_command([*words, "--help"])


def _explained(err: argv.BadWords, definition: Definition, name: str) -> UsageError:
    """Return the error with the nearest option, or the usage line, and where to read more."""
    lines = []
    if err.refused:
        parameters = (*definition.parameters, *define(tree.ROOT).parameters)
        reason = next(p.refusal for p in parameters if err.refused in p.typer.opts and p.refusal)
        return UsageError(f"`{name}` refuses {err.refused}: {reason}")
    if err.unknown:
        near = _nearest(err.unknown, definition.spec.options)
        lines += [f"did you mean {' or '.join(near)}?"] if near else []
    else:
        lines.append(f"usage: {help.usage(definition, name)}")
    return UsageError(err.message, hint="\n".join([*lines, f"`{name} --help` lists the options"]))


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return what a mistyped word may have been meant to be: what it begins, or else the most similar."""
    bare = word.lstrip("-")
    names = {name.lstrip("-"): name for name in known}
    if len(bare) < 2:
        return []
    near = [name for name in names if name.startswith(bare)][:3] or get_close_matches(bare, names, n=1, cutoff=0.65)
    return [names[name] for name in near]


def _not_a_command(words: Sequence[str]) -> int:
    """Answer what is no command: a group alone, or its help, is shown; anything else is an error."""
    if instead := elsewhere.answer(list(words)):
        raise UsageError(instead)
    group = words[0] if words[0] in tree.GROUPS else ""
    rest = list(words[1:]) if group else list(words)
    if group and (not rest or rest[0] in ("--help", "-h")):
        return help.show_group(group)
    where = f"pod {group}" if group else "pod"
    if rest[0] in tree.NOT_YET:
        raise UsageError(f"this version of pod has no `{where} {rest[0]}`; `{where} --help` lists what it has")
    prefix = f"{group} " if group else ""
    known = [name for entry in tree.COMMANDS if not entry.hidden for name in entry.names if name.startswith(prefix)]
    known += [] if group else list(tree.GROUPS)
    deeper = len(rest) > 1 and any(name.startswith(f"{prefix}{rest[0]} ") for name in known)  # image trust …
    typed = " ".join(rest[: 1 + deeper])
    near = _nearest(prefix + typed, known)
    hint = f"did you mean {' or '.join(f'`pod {name}`' for name in near)}?\n" if near else ""
    raise UsageError(f"unknown command `{where} {typed}`", hint=f"{hint}`{where} --help` lists the commands")
