"""The hot path: parse a command line with the generated table, without importing Typer, and call the command.

`table.json` has one line per command, so that only the asked line is parsed, however many commands there are.
What the table cannot decide (help, mistakes, unknown commands) is answered by `pod.cli.slowpath`.
"""

from __future__ import annotations

import os

from pod.cli import argv
from pod.linux import files, jsonfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pod.cli.context import Context

TABLE = os.path.join(os.path.dirname(__file__), "table.json")


class Undecided(Exception):
    """The table does not know; ask Typer."""


def run(context: Context, words: Sequence[str]) -> int:
    """Parse and execute a command line. Raises Undecided before anything has happened."""
    spec, values, options = parse(words)
    context.options = options
    return call(context, spec, values)


def parse(words: Sequence[str]) -> tuple[argv.Spec, dict[str, Any], dict[str, Any]]:
    """Return the command, its values, and the global options' values. Raises Undecided."""
    try:
        table = read_table()
        root = lookup(table, "")
        taken = argv.split(root, words)
        spec, rest = find(table, taken.positionals)
        values, own = argv.parse(spec, rest, root.options)
        argv.check_refused(root, taken.own + own.outer)
        return spec, values, argv.convert(taken.own + own.outer)
    except (argv.BadWords, argv.HelpWanted, FileNotFoundError, LookupError) as err:
        raise Undecided from err


def read_table() -> bytes:
    """Return the table as it is on disk."""
    return files.read_bytes(TABLE)


def find(table: bytes, words: Sequence[str]) -> tuple[argv.Spec, Sequence[str]]:
    """Return the command that the first words name, and the words after its name. Raises LookupError."""
    for count in (1, 2):
        try:
            return lookup(table, " ".join((words[0], *words[1:count]))), words[count:]
        except KeyError:
            continue
    return lookup(table, f"{words[0]} {words[1]} {words[2]}"), words[3:]


def lookup(table: bytes, name: str) -> argv.Spec:
    """Return one command of the table; an alias is a line with the command's first name. Raises KeyError."""
    value: Any = name
    while isinstance(value, str):
        key = b"\n" + jsonfile.dumps([value])[1:-1] + b": "
        start = table.find(key)
        if start < 0:
            raise KeyError(name)
        start += len(key)
        value = jsonfile.loads(table[start : table.index(b"\n", start)].rstrip(b","))
    return argv.Spec(**value)


def call(context: Context, spec: argv.Spec, values: dict[str, Any]) -> int:
    """Call the command's function with the values that were given; return the exit code."""
    function = resolve(spec)
    if not spec.target.startswith(("system.", "root:")):
        config = context.settings.config
        if config.values:
            from pod.cli import config_defaults

            filled = config_defaults.fill(context, spec, values)
            return config_defaults.calling(context, spec, filled, lambda: _call(context, function, spec, filled))
    return _call(context, function, spec, values)


def _call(context: Context, function: Any, spec: argv.Spec, values: dict[str, Any]) -> int:
    result = function(context, argv.Flags(spec.defaults, values)) if spec.defaults else function(context, **values)
    return result or 0


def resolve(spec: argv.Spec) -> Any:
    """Import the command's function."""
    module_name, _, name = spec.target.partition(":")
    module = __import__(f"pod.cli.commands.{module_name}", fromlist=(name,))
    return getattr(module, name)
