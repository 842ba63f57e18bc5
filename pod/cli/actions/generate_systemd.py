"""What `pod generate systemd` prints: a container as a unit."""

from __future__ import annotations

import os
import time

from pod import __version__
from pod.cli import argv, errors_output, exitcodes, fastpath
from pod.engine import containers
from pod.errors import PodError, UsageError
from pod.linux import files
from pod.systemd import container_unit
from pod.systemd.container_unit import UnitOptions
from pod.systemd.program import own_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.commands.generate.systemd import SystemdFlags
    from pod.cli.context import Context
    from pod.storage.container_records import ContainerRecord

_REPLACED = {"cidfile", "cgroups", "rm", "sdnotify", "detach", "replace_existing", "restart", "name"}
_CREATING = ("run", "create", "container run", "container create")


def generate(context: Context, flags: SystemdFlags) -> int:
    """Print or write the unit."""
    record = containers.find(context.engine.layout, flags.container).record
    if flags.template and not flags.new:
        raise UsageError("--template needs --new: one container cannot be started many times")
    if record.restart.name != "no":
        errors_output.notice(
            f"container {record.name} has a restart policy of its own ({record.restart.name}): two would start it; "
            "make it without --restart and leave that to systemd"
        )
    options = _options(flags, record)
    if flags.new:
        text = container_unit.creating(options, _run_words(record, template=flags.template))
    else:
        text = container_unit.starting(options)
    _deliver(flags, options, text)
    return exitcodes.OK


def _options(flags: SystemdFlags, record: ContainerRecord) -> UnitOptions:
    called = record.name if flags.name or flags.template else record.id
    prefix = f"{flags.container_prefix}{flags.separator}" if flags.container_prefix else ""
    header = f"# made by pod {__version__}\n# {time.strftime('%a %b %e %H:%M:%S %Z %Y')}"
    return UnitOptions(
        name=f"{prefix}{called}",
        program=own_program(),
        container=called,
        restart=flags.restart_policy or "on-failure",
        restart_sec=flags.restart_sec,
        start_timeout=flags.start_timeout,
        stop_timeout=record.stop_timeout if flags.stop_timeout is None else flags.stop_timeout,
        wants=(*flags.wants, "pod-user-wait-network-online.service"),
        after=(*flags.after, "pod-user-wait-network-online.service"),
        requires=flags.requires,
        environment=flags.env,
        instance=flags.template,
        header="" if flags.no_header else header,
    )


def _run_words(record: ContainerRecord, *, template: bool) -> list[str]:
    """Return the words of a `run` that makes the container anew."""
    table = fastpath.read_table()
    root = fastpath.lookup(table, "")
    outer = argv.split(root, record.create_command[1:])
    verb = next((name for name in _CREATING if outer.positionals[: len(name.split())] == name.split()), "")
    if not verb:
        raise PodError(
            f"container {record.name} was not made by `pod run` or `pod create`: there is no command to repeat",
            hint="leave out --new, or write a Quadlet file",
        )
    taken = argv.split(fastpath.lookup(table, "run"), outer.positionals[len(verb.split()) :])
    kept = [word for given in taken.own if given[1][0] not in _REPLACED for word in _spelled(given)]
    name = ["--name", f"{record.name}-%i" if template else record.name]
    return [
        *(_escaped(word) for given in outer.own for word in _spelled(given)),
        *("run", *container_unit.run_options(), *name),
        *map(_escaped, (*kept, *taken.positionals)),
    ]


def _spelled(given: argv.Given) -> Sequence[str]:
    spelling, option, value = given
    if option[1] == argv.FLAG:
        return (spelling,) if value else (f"{spelling}=false",)
    return (spelling, str(value))


def _escaped(word: str) -> str:
    """Return a word of the user's so that systemd reads neither specifiers nor variables in it."""
    return word.replace("%", "%%").replace("$", "$$")


def _deliver(flags: SystemdFlags, options: UnitOptions, text: str) -> None:
    file = f"{options.name}@.service" if flags.template else f"{options.name}.service"
    if flags.format not in ("", "json"):
        raise UsageError(f"there is no format {flags.format!r}", hint="there is json")
    if flags.files:
        path = os.path.abspath(file)
        files.write_atomic(path, text.encode(), mode=0o644)
        text = f"{path}\n"
    if flags.format == "json":
        from pod.cli.template.gojson import dumps

        text = dumps({options.name: text.removesuffix("\n")}, indent=" ") + "\n"
    print(text, end="")
