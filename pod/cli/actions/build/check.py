"""`build --check` and `--call`: what is wrong or unwise in a Dockerfile, or what it offers, without building it."""

from __future__ import annotations

import json

from pod.build import inspection
from pod.cli.tables import render_table
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.lint import Warned
    from pod.build.options import BuildOptions
    from pod.cli.context import Context

_AROUND = 2  # lines shown before and after the one that is meant


def check(context: Context, options: BuildOptions, method: str) -> int:
    """Print what the method tells; of warnings the exit code is 1 where there are any."""
    name, _, form = method.partition(",")
    as_json = form == "format=json"
    if name in ("check", "lint"):
        return _warnings(context, options, as_json=as_json)
    if name == "targets":
        stages = inspection.targets(context.engine, options)
        rows = [(stage.name, stage.base, stage.description) for stage in stages]
        print(json.dumps([stage.to_json() for stage in stages]) if as_json else _table("TARGET BASE DESCRIPTION", rows))
        return 0
    if name == "outline":
        arguments = inspection.arguments(context.engine, options)
        shown = [(one.name, one.default, one.description) for one in arguments]
        print(json.dumps([one.to_json() for one in arguments]) if as_json else _table("ARG DEFAULT DESCRIPTION", shown))
        return 0
    raise UsageError(f"--call={name} does not exist", hint="there are build, check, outline and targets")


def _table(titles: str, rows: list[tuple[str, str, str]]) -> str:
    return render_table(titles.split(), rows).rstrip("\n")


def _warnings(context: Context, options: BuildOptions, *, as_json: bool) -> int:
    found = inspection.warnings(context.engine, options)
    if as_json:
        print(json.dumps({"warnings": [_document(warned) for warned in found.warnings]}))
    elif found.warnings:
        for warned in found.warnings:
            print(_shown(warned, found.lines))
        count = len(found.warnings)
        print(f"Check complete, {count} warning{'s have' if count > 1 else ' has'} been found!")
    else:
        print("Check complete, no warnings found.")
    return 1 if found.warnings else 0


def _document(warned: Warned) -> dict[str, object]:
    return {
        "ruleName": warned.rule,
        "url": warned.page,
        "detail": warned.message,
        "location": {"line": warned.location.line},
    }


def _shown(warned: Warned, lines: tuple[str, ...]) -> str:
    place = warned.location
    first, last = max(1, place.line - _AROUND), min(len(lines), place.line + _AROUND)
    rule = "-" * 20
    shown = [
        f"{number:>4} | {'>>>' if number == place.line else '   '} {lines[number - 1]}".rstrip()
        for number in range(first, last + 1)
    ]
    head = f"WARNING: {warned.rule} - {warned.page}\n{warned.message}\n{place.file}:{place.line}"
    return "\n".join([head, rule, *shown, rule, ""])
