"""Commands as Typer sees them: reads the textual annotations of a command's function and makes the Typer command.

Every fact about the command line comes from here: the table of the fast path, help, completion. A function takes
either its options as parameters, or one Record (`RunFlags`) whose annotated fields are the options. On top of what
Typer allows, `tuple[str, ...]` is an option that may be repeated and `Literal[…]` a choice.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import typing
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal

import typer
import typer.main

from pod.cli import argv, fastpath, options
from pod.cli.tree import Entry
from pod.record import Record

REFUSED = "Refused: "
"""An option whose help begins so is parsed, counted as known, and answered with the rest of its help as an error."""

_KINDS = {bool: argv.FLAG, str: argv.TEXT, int: argv.INT, float: argv.FLOAT, list[str]: argv.LIST}


class Parameter(Record):
    """One option or argument: its meaning from the annotation, its spellings from Typer."""

    name: str
    type: Any  # bool, str, int, float or list[str]
    choices: tuple[str, ...]
    info: Any  # typer's OptionInfo or ArgumentInfo
    default: Any  # inspect.Parameter.empty where one must be given
    typer: Any = None  # typer's TyperOption or TyperArgument

    @property
    def is_option(self) -> bool:
        return bool(self.typer.param_type_name == "option")

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty

    @property
    def value_is_optional(self) -> bool:
        """True where a value stands behind an equals sign or not at all; the metavar says so: `[=VALUE]`."""
        return self.is_option and (self.info.metavar or "").startswith("[=")

    @property
    def refusal(self) -> str:
        """Why the option is refused; "" where it is not. Its help says so: `Refused: REASON`."""
        help_text = self.info.help or ""
        return help_text.removeprefix(REFUSED) if self.is_option and help_text.startswith(REFUSED) else ""

    @property
    def metavar(self) -> str:
        """How help shows the value."""
        return self.info.metavar or "|".join(self.choices) or self.name.upper().replace("_", "-")


class Definition(Record):
    """One command: the function, its parameters, and the Typer command made of them."""

    entry: Entry
    function: Callable[..., Any]
    record: Any
    parameters: tuple[Parameter, ...]
    command: Any

    @property
    def spec(self) -> argv.Spec:
        """What the parser needs."""
        spellings: dict[str, Any] = {}
        arguments = []
        for parameter in self.parameters:
            kind = argv.MAYBE if parameter.value_is_optional else _KINDS[parameter.type]
            if parameter.is_option:
                for spelling in parameter.typer.opts:
                    if spelling in spellings:
                        raise TypeError(f"{self.entry.names[0]}: option {spelling} is defined twice")
                    spellings[spelling] = [parameter.name, kind, *parameter.choices]
            else:
                arity = argv.MANY if kind == argv.LIST else argv.ONE if parameter.required else argv.OPTIONAL
                arguments.append([parameter.name, arity, int(parameter.required), parameter.metavar])
        defaults = {p.name: p.default for p in self.parameters if not p.required} if self.record else {}
        refused = tuple(parameter.name for parameter in self.parameters if parameter.refusal)
        return argv.Spec(self.entry.target, spellings, tuple(arguments), defaults, self.entry.stops, refused)


@cache
def define(entry: Entry) -> Definition:
    """Import a command and read its definition."""
    function = fastpath.resolve(argv.Spec(entry.target))
    record, parameters = _parameters(function)
    app = typer.Typer(add_completion=False)
    app.command(entry.names[0] or "pod", help=inspect.getdoc(function))(_callback(parameters))
    command = typer.main.get_command(app)
    made = {param.name: param for param in command.params}
    return Definition(entry, function, record, tuple(p.replace(typer=made[p.name]) for p in parameters), command)


def _parameters(function: Callable[..., Any]) -> tuple[Any, list[Parameter]]:
    """Return the class that gathers the options, if the function takes one, and the parameters."""
    names = {**vars(typing), **vars(options), **_flags(function)}
    hints = typing.get_type_hints(function, localns=names, include_extras=True)
    signature = list(inspect.signature(function).parameters.values())[1:]  # the first is the context
    if len(signature) == 1 and isinstance(record := hints[signature[0].name], type) and issubclass(record, Record):
        fields = typing.get_type_hints(record, localns=names, include_extras=True)
        required = inspect.Parameter.empty
        return record, [_parameter(n, fields[n], record._defaults.get(n, required)) for n in record._fields]
    return None, [_parameter(p.name, hints[p.name], p.default) for p in signature]


def _flags(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the classes of flags that a module of their own defines: RUN_flags beside RUN, which a run needs not."""
    name = f"{function.__module__}_flags"
    return vars(importlib.import_module(name)) if importlib.util.find_spec(name) else {}


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    if typing.get_origin(hint) is not Annotated:
        raise TypeError(f"parameter {name} has no Option or Argument in its annotation")
    kind, *notes = typing.get_args(hint)
    info = next(note for note in reversed(notes) if isinstance(note, typer.models.ParameterInfo))
    choices: tuple[str, ...] = ()
    alternatives = [part for part in typing.get_args(kind) if part is not type(None)]
    if kind == tuple[str, ...]:
        kind = list[str]
    elif typing.get_origin(kind) is Literal:
        kind, choices = str, typing.get_args(kind)
    elif len(alternatives) == 1:  # X | None
        return _parameter(name, Annotated[alternatives[0], info], default)
    if kind not in _KINDS:
        raise TypeError(f"parameter {name}: the table cannot hold a value of {kind}")
    return Parameter(name, kind, choices, info, default)


def _callback(parameters: list[Parameter]) -> Callable[..., Any]:
    """Return a function of the signature that Typer is to read."""

    def callback(**values: Any) -> dict[str, Any]:
        return values

    made = []
    for parameter in parameters:
        default = list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        annotation: Any = Annotated[parameter.type | None if default is None else parameter.type, parameter.info]
        made.append(
            inspect.Parameter(parameter.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        )
    callback.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]
    callback.__annotations__ = {}
    return callback
