"""Runs a parsed template on data, with the rules of https://pkg.go.dev/text/template."""

from __future__ import annotations

from pod.cli.template import nodes
from pod.cli.template.functions import Function, check_type, to_text
from pod.cli.template.source import Complaint, Source
from pod.cli.template.values import (
    MISSING,
    Fields,
    check_count,
    field,
    go_type,
    invoke,
    is_map,
    is_struct,
    is_true,
    sorted_items,
    struct_items,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_NOTHING: Any = object()  # no value comes through the pipe; None and MISSING may
_BREAK, _CONTINUE = "break", "continue"


class _Variable:
    __slots__ = ("name", "value")

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value


class Evaluator:
    """One run of one template."""

    def __init__(
        self, source: Source, templates: dict[str, tuple[nodes.Node, ...]], functions: dict[str, Function], data: Any
    ) -> None:
        self.source = source
        self.templates = templates
        self.functions = functions
        self.variables = [_Variable("$", MISSING if data is None else data)]
        self.output: list[str] = []
        self.position = 0

    def run(self, body: tuple[nodes.Node, ...]) -> str:
        """Return what the template prints."""
        try:
            self._statements(self.variables[0].value, body)
        except Complaint as complaint:
            raise self.source.error(self.position, complaint.problem, complaint.hint) from complaint.__cause__
        except RecursionError:
            hint = "a template that includes itself, or data that contains itself?"
            raise self.source.error(self.position, "nested too deeply", hint) from None
        return "".join(self.output)

    # statements; each returns _BREAK or _CONTINUE when it ends the round of a range

    def _statements(self, dot: Any, body: tuple[nodes.Node, ...]) -> str:
        for node in body:
            if isinstance(node, nodes.Text):
                self.output.append(node.text)
            elif isinstance(node, nodes.Action):
                value = self._pipeline(dot, node.pipeline)
                if not node.pipeline.variables:
                    self.output.append(to_text(value))
            elif jump := self._statement(dot, node):
                return jump
        return ""

    def _statement(self, dot: Any, node: nodes.Node) -> str:
        if isinstance(node, nodes.Branch):
            outer_variables = len(self.variables)
            run = self._range if isinstance(node, nodes.Range) else self._condition
            jump = run(dot, node)
            del self.variables[outer_variables:]
            return jump
        if isinstance(node, nodes.Include):
            self._include(dot, node)
            return ""
        return _BREAK if isinstance(node, nodes.Break) else _CONTINUE

    def _condition(self, dot: Any, node: nodes.Branch) -> str:
        value = self._pipeline(dot, node.pipeline)
        if not is_true(value):
            return self._statements(dot, node.otherwise)
        return self._statements(value if isinstance(node, nodes.With) else dot, node.body)

    def _range(self, dot: Any, node: nodes.Branch) -> str:
        value = self._pipeline(dot, node.pipeline)
        inner_variables = len(self.variables)
        self.position = node.pipeline.position
        ran = False
        for index, element in self._elements(value, node.pipeline):
            ran = True
            self._set_range_variables(node.pipeline, index, element)
            jump = self._statements(MISSING if element is None else element, node.body)
            del self.variables[inner_variables:]
            if jump == _BREAK:
                break
        return "" if ran else self._statements(dot, node.otherwise)

    def _elements(self, value: Any, pipeline: nodes.Pipeline) -> Iterable[tuple[Any, Any]]:
        if isinstance(value, (list, tuple)):
            return enumerate(value)
        if is_map(value):
            return sorted_items(value)
        if is_struct(value):  # Docker falls back to the document behind the struct, a map
            return sorted_items(dict(struct_items(value)))
        if value is None or value is MISSING:
            return ()
        if isinstance(value, int) and not isinstance(value, bool):
            if len(pipeline.variables) > 1:
                raise Complaint("a number yields no index", "give one variable: {{range $n := 3}}")
            return ((MISSING, number) for number in range(value))
        raise Complaint(f"cannot range over a {go_type(value)}", "range takes lists, maps and whole numbers")

    def _set_range_variables(self, pipeline: nodes.Pipeline, index: Any, element: Any) -> None:
        names = pipeline.variables
        if not names:
            return
        values = (element,) if len(names) == 1 else (index, element)
        if pipeline.assigns:
            for name, value in zip(names, values, strict=True):
                self._variable(name).value = value
        else:
            for slot, value in zip(self.variables[-len(names) :], values, strict=True):
                slot.value = value

    def _include(self, dot: Any, node: nodes.Include) -> None:
        self.position = node.position
        body = self.templates.get(node.name)
        if body is None:
            known = " ".join(sorted(self.templates))
            hint = f"defined are: {known}" if known else "nothing is defined; {{define}} does it"
            raise Complaint(f'template "{node.name}" is not defined', hint)
        data = MISSING if node.pipeline is None else self._pipeline(dot, node.pipeline)
        outer, self.variables = self.variables, [_Variable("$", data)]
        self._statements(data, body)
        self.variables = outer

    # pipelines

    def _pipeline(self, dot: Any, pipeline: nodes.Pipeline) -> Any:
        value = _NOTHING
        for command in pipeline.commands:
            value = self._command(dot, command, value)
        for name in pipeline.variables:
            if pipeline.assigns:
                self._variable(name).value = value
            else:
                self.variables.append(_Variable(name, value))
        return value

    def _variable(self, name: str) -> _Variable:
        for slot in reversed(self.variables):
            if slot.name == name:
                return slot
        raise Complaint(f"there is no variable {name} here")

    def _command(self, dot: Any, command: nodes.Command, final: Any) -> Any:
        """Evaluate one command; `final` is what the command before it in the pipeline yielded."""
        word, arguments = command.words[0], command.words[1:]
        self.position = word.position
        if isinstance(word, nodes.Field):
            return self._fields(dot, dot, word.position, word.names, arguments, final)
        if isinstance(word, nodes.FunctionName):
            return self._function(dot, word, arguments, final)
        if isinstance(word, nodes.Chain):
            return self._fields(dot, self._operand(dot, word.operand), word.position, word.names, arguments, final)
        if isinstance(word, nodes.Variable) and word.names:
            return self._variable_fields(dot, word, arguments, final)
        if arguments or final is not _NOTHING:
            raise Complaint("this is no function and takes no arguments")
        if isinstance(word, nodes.Nil):
            raise Complaint("nil alone is no command")
        return self._operand(dot, word)

    def _operand(self, dot: Any, node: nodes.Node) -> Any:
        """Evaluate a word that stands as an argument, or alone."""
        self.position = node.position
        if isinstance(node, nodes.Literal):
            return node.value
        if isinstance(node, nodes.Field):
            return self._fields(dot, dot, node.position, node.names, (), _NOTHING)
        if isinstance(node, nodes.Dot):
            return dot
        if isinstance(node, nodes.Variable):
            return self._variable_fields(dot, node, (), _NOTHING)
        if isinstance(node, nodes.Pipeline):
            return self._pipeline(dot, node)
        if isinstance(node, nodes.FunctionName):
            return self._function(dot, node, (), _NOTHING)
        if isinstance(node, nodes.Chain):
            return self._fields(dot, self._operand(dot, node.operand), node.position, node.names, (), _NOTHING)
        return MISSING  # nodes.Nil

    def _variable_fields(self, dot: Any, node: nodes.Variable, arguments: tuple[nodes.Node, ...], final: Any) -> Any:
        value = self._variable(node.name).value
        start = node.position + len(node.name)
        return self._fields(dot, value, start, node.names, arguments, final) if node.names else value

    def _fields(
        self,
        dot: Any,
        receiver: Any,
        start: int,
        names: tuple[str, ...],
        arguments: tuple[nodes.Node, ...],
        final: Any,
    ) -> Any:
        """Follow `.A.B.C` from a value; only the last name may be a method that takes arguments."""
        last = len(names) - 1
        for index, name in enumerate(names):
            self.position = start
            container = receiver
            receiver = field(container, name)
            if callable(receiver) and not is_map(container):
                given = self._arguments(dot, arguments, final) if index == last else ()
                self.position = start
                receiver = invoke("." + name, receiver, given)
            elif index == last and (arguments or final is not _NOTHING) and container is not MISSING:
                raise Complaint(f".{name} is no method and takes no arguments")
            start += len(name) + 1
        return MISSING if receiver is None and not isinstance(container, Fields) else receiver

    # functions

    def _arguments(self, dot: Any, words: tuple[nodes.Node, ...], final: Any) -> tuple[Any, ...]:
        given = tuple(self._operand(dot, word) for word in words)
        return given if final is _NOTHING else (*given, final)

    def _function(self, dot: Any, node: nodes.FunctionName, words: tuple[nodes.Node, ...], final: Any) -> Any:
        function = self.functions[node.name]
        count = len(words) + (final is not _NOTHING)
        check_count(node.name, count, function.least, function.most)
        if node.name in ("and", "or"):
            return self._and_or(dot, node.name == "or", words, final)
        given = []
        for index, word in enumerate(words):
            value = self._operand(dot, word)
            self.position = word.position
            given.append(check_type(value, function.kind(index)))
        self.position = node.position
        if final is not _NOTHING:
            given.append(check_type(final, function.kind(len(given))))
        value = function.call(*given)
        return MISSING if value is None else value

    def _and_or(self, dot: Any, decisive: bool, words: tuple[nodes.Node, ...], final: Any) -> Any:
        """Return the first argument that decides, or the last; the others are not even evaluated."""
        value: Any = MISSING
        for word in words:
            value = self._operand(dot, word)
            if is_true(value) is decisive:
                return value
        return value if final is _NOTHING else final
