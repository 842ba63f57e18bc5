"""Go's text/template, for `--format`: what https://pkg.go.dev/text/template describes, and Docker's functions.

    template = parse("{{.Names}}: {{json .Mounts}}")
    print(template.render(row))

    lexer → parser → nodes → evaluator; values say what Python's values are to Go; functions, comparison, printf,
    scalars, gojson and escapes are what a template can call.

Whatever is wrong with a template is a TemplateError that points at the place. Templates are on the path of `ps`, so
nothing here imports anything but pod's own light modules, and those only when there is a template to be parsed.
"""

from __future__ import annotations

from pod.cli.template.source import Source
from pod.cli.template.values import Fields, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.template.functions import Function
    from pod.cli.template.nodes import Node

__all__ = ["Fields", "Row", "Template", "parse"]


class Template:
    """A parsed template, to be rendered any number of times."""

    def __init__(self, source: Source, body: tuple[Node, ...], templates: dict[str, tuple[Node, ...]]) -> None:
        self._source = source
        self._body = body
        self._templates = templates

    def render(self, data: object) -> str:
        """Return what the template prints for the data. Raises TemplateError."""
        from pod.cli.template.functions import FUNCTIONS

        return self._run(data, FUNCTIONS)

    def render_heading(self, titles: object) -> str:
        """Return what the template prints for the titles of columns: functions leave them as they are."""
        from pod.cli.template.functions import HEADING_FUNCTIONS

        return self._run(titles, HEADING_FUNCTIONS)

    def _run(self, data: object, functions: dict[str, Function]) -> str:
        from pod.cli.template.evaluator import Evaluator

        return Evaluator(self._source, self._templates, functions, data).run(self._body)


def parse(text: str) -> Template:
    """Parse a template. Raises TemplateError."""
    from pod.cli.template.functions import FUNCTIONS
    from pod.cli.template.parser import Parser

    source = Source(text)
    try:
        parser = Parser(source, FUNCTIONS)
        body = parser.parse()
    except RecursionError:
        raise source.error(0, "nested too deeply") from None
    return Template(source, body, parser.templates)
