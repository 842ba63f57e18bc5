"""What a template consists of once it is parsed: statements, pipelines, operands. Positions are text offsets."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Node(Record):
    """Anything that has a place in the template's text."""

    position: int


class Literal(Node):
    """A string, number or boolean."""

    value: Any


class Nil(Node):
    """The word nil."""


class Dot(Node):
    """The current value."""


class Field(Node):
    """`.A.B`: fields of the current value."""

    names: tuple[str, ...]


class Variable(Node):
    """`$x.A.B`: a variable, or fields of it."""

    name: str
    names: tuple[str, ...] = ()


class Chain(Node):
    """`(…).A.B`: fields of what an operand yields. Its position is that of the fields."""

    operand: Node
    names: tuple[str, ...]


class FunctionName(Node):
    """The name of a function."""

    name: str


class Command(Node):
    """Words that make one call: a function, method or plain value, and its arguments."""

    words: tuple[Node, ...]


class Pipeline(Node):
    """Commands joined by `|`, and the variables that receive the result."""

    commands: tuple[Command, ...]
    variables: tuple[str, ...] = ()
    assigns: bool = False  # `=` sets variables that exist; `:=` makes new ones


class Text(Node):
    """Text that is copied out."""

    text: str


class Action(Node):
    """`{{pipeline}}`: prints its value, unless it sets a variable."""

    pipeline: Pipeline


class Branch(Node):
    """What `if`, `with` and `range` have in common."""

    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...] = ()


class If(Branch):
    """`{{if}} … {{else}} … {{end}}`."""


class With(Branch):
    """`{{with}} … {{else}} … {{end}}`: the value becomes the dot."""


class Range(Branch):
    """`{{range}} … {{else}} … {{end}}`: each element becomes the dot."""


class Break(Node):
    """`{{break}}` out of the innermost range."""


class Continue(Node):
    """`{{continue}}` with the next element."""


class Include(Node):
    """`{{template "name" pipeline}}`."""

    name: str
    pipeline: Pipeline | None = None
