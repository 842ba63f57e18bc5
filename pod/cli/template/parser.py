"""Turns tokens into nodes, by the grammar of https://pkg.go.dev/text/template. Names of functions and variables
are checked here, so that a misspelt one is reported even when its branch would not run."""

from __future__ import annotations

from pod.cli.template import lexer, literals, nodes
from pod.cli.template.lexer import Lexer, Token
from pod.cli.template.source import Complaint, Source, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import Any

_LITERALS: dict[str, Callable[[str], Any]] = {
    lexer.BOOL: "true".__eq__,
    lexer.STRING: literals.string,
    lexer.RAW_STRING: literals.raw_string,
    lexer.CHARACTER: literals.character,
    lexer.NUMBER: literals.number,
}
_OPERANDS = frozenset((*_LITERALS, lexer.DOT, lexer.FIELD, lexer.VARIABLE, lexer.NAME, lexer.NIL, "("))
_BRANCHES = {"if": nodes.If, "with": nodes.With, "range": nodes.Range}


class Parser:
    """One pass over the tokens of one template."""

    def __init__(self, source: Source, functions: Container[str]) -> None:
        self.source = source
        self.functions = functions
        self.tokens = Lexer(source).tokenize()
        self.next = 0
        self.variables = ["$"]
        self.ranges = 0  # how many {{range}} are open
        self.templates: dict[str, tuple[nodes.Node, ...]] = {}
        self.blank: set[str] = set()  # templates that hold nothing but space

    def parse(self) -> tuple[nodes.Node, ...]:
        """Return the statements of the template; those that it defines are in `templates`."""
        body, token = self._statements(top=True)
        if token.kind != lexer.END:
            raise self._unexpected(token, f"{{{{{token.kind}}}}} without {{{{if}}}}, {{{{with}}}} or {{{{range}}}}")
        return body

    # tokens

    def _peek(self) -> Token:
        return self.tokens[self.next]

    def _take(self) -> Token:
        token = self.tokens[self.next]
        self.next += 1
        return token

    def _skip_space(self) -> None:
        if self._peek().kind == lexer.SPACE:
            self.next += 1

    def _take_word(self) -> Token:
        """Return the next token that is not a space."""
        self._skip_space()
        return self._take()

    def _expect(self, kind: str, context: str) -> Token:
        token = self._take_word()
        if token.kind != kind:
            raise self._unexpected(token, f"unexpected {_shown(token)} in {context}", f"{kind} should stand here")
        return token

    def _unexpected(self, token: Token, problem: str, hint: str = "") -> Exception:
        return self.source.error(token.position, problem, hint)

    # statements

    def _statements(self, *, top: bool = False) -> tuple[tuple[nodes.Node, ...], Token]:
        """Read statements up to an `{{else` or `{{end` that is not theirs, or the end; return what stopped them."""
        found: list[nodes.Node] = []
        while True:
            token = self._take()
            if token.kind == lexer.TEXT:
                found.append(nodes.Text(token.position, token.text))
                continue
            if token.kind == lexer.END:
                return tuple(found), token
            word = self._take_word()
            if word.kind in ("else", "end"):
                return tuple(found), word
            if word.kind == "define":
                self._define(word, top)
            else:
                found.append(self._statement(word))

    def _statement(self, word: Token) -> nodes.Node:
        if word.kind in _BRANCHES:
            return self._branch(word)
        if word.kind in ("break", "continue"):
            return self._jump(word)
        if word.kind == "template":
            return self._include(word)
        if word.kind == "block":
            return self._block(word)
        self.next -= 1
        return nodes.Action(word.position, self._pipeline("action", lexer.CLOSE))

    def _branch(self, word: Token) -> nodes.Branch:
        """Read the rest of an if, with or range, up to and with its end."""
        outer_variables = len(self.variables)
        self.ranges += word.kind == "range"
        pipeline = self._pipeline(word.kind, lexer.CLOSE)
        body, stop = self._statements()
        self.ranges -= word.kind == "range"
        otherwise: tuple[nodes.Node, ...] = ()
        if stop.kind == "else":
            otherwise = self._else(word)
        else:
            self._end(word, stop)
        del self.variables[outer_variables:]
        return _BRANCHES[word.kind](word.position, pipeline, body, otherwise)

    def _else(self, word: Token) -> tuple[nodes.Node, ...]:
        """Read what follows an `{{else`: a plain block, or another if or with that shares the one end."""
        self._skip_space()
        following = self._peek()
        if following.kind == word.kind and word.kind != "range":
            self.next += 1
            return (self._branch(following),)
        self._expect(lexer.CLOSE, "else")
        body, stop = self._statements()
        self._end(word, stop)
        return body

    def _end(self, opener: Token, stop: Token) -> None:
        if stop.kind == lexer.END:
            raise self._unexpected(opener, f"{{{{{opener.kind}}}}} is not closed", "add {{end}}")
        if stop.kind == "else":
            raise self._unexpected(stop, f"a second {{{{else}}}} in {{{{{opener.kind}}}}}")
        self._expect(lexer.CLOSE, "end")

    def _jump(self, word: Token) -> nodes.Node:
        if not self.ranges:
            raise self._unexpected(word, f"{{{{{word.kind}}}}} outside of {{{{range}}}}")
        self._expect(lexer.CLOSE, word.kind)
        return nodes.Break(word.position) if word.kind == "break" else nodes.Continue(word.position)

    # named templates

    def _name(self, context: str) -> str:
        token = self._take_word()
        if token.kind not in (lexer.STRING, lexer.RAW_STRING):
            hint = f'the name stands in quotes: {{{{{context} "name"}}}}'
            raise self._unexpected(token, f"unexpected {_shown(token)} after {context}", hint)
        return str(self._literal(token).value)

    def _include(self, word: Token) -> nodes.Node:
        name = self._name("template")
        self._skip_space()
        if self._peek().kind == lexer.CLOSE:
            self.next += 1
            return nodes.Include(word.position, name)
        return nodes.Include(word.position, name, self._pipeline("template", lexer.CLOSE))

    def _block(self, word: Token) -> nodes.Node:
        name = self._name("block")
        pipeline = self._pipeline("block", lexer.CLOSE)
        self._definition(word, name)
        return nodes.Include(word.position, name, pipeline)

    def _define(self, word: Token, top: bool) -> None:
        if not top:
            raise self._unexpected(word, "{{define}} inside of another block", "move it to the outermost level")
        name = self._name("define")
        self._expect(lexer.CLOSE, "define")
        self._definition(word, name)

    def _definition(self, word: Token, name: str) -> None:
        """Read the body of a define or block. It sees no variable of its surroundings."""
        outer, self.variables = self.variables, ["$"]
        ranges, self.ranges = self.ranges, 0
        body, stop = self._statements()
        self._end(word, stop)
        self.variables, self.ranges = outer, ranges
        is_blank = all(isinstance(node, nodes.Text) and not node.text.strip() for node in body)
        if name not in self.templates or name in self.blank:
            self.templates[name] = body
            (self.blank.add if is_blank else self.blank.discard)(name)
        elif not is_blank:  # a blank definition replaces nothing
            raise self._unexpected(word, f'template "{name}" is defined twice')

    # pipelines

    def _pipeline(self, context: str, end: str) -> nodes.Pipeline:
        self._skip_space()
        start = self._peek().position
        variables, operator = self._declarations(context)
        commands: list[nodes.Command] = []
        while True:
            token = self._take_word()
            if token.kind == end:
                break
            if token.kind not in _OPERANDS:
                raise self._unexpected(token, f"unexpected {_shown(token)} in {context}")
            self.next -= 1
            commands.append(self._command(first=not commands))
        if not commands:
            raise self._unexpected(token, f"{context} needs a value")
        if operator == ":=":  # not before: a variable is unknown in the pipeline that makes it
            self.variables.extend(variables)
        return nodes.Pipeline(start, tuple(commands), variables, operator == "=")

    def _declarations(self, context: str) -> tuple[tuple[str, ...], str]:
        """Read `$x :=`, `$i, $x :=` or the same with `=`, if that is what comes."""
        start = self.next
        names: list[Token] = []
        while self._peek().kind == lexer.VARIABLE:
            names.append(self._take())
            token = self._take_word()
            if token.kind in (":=", "="):
                if token.kind == "=":
                    for name in names:
                        self._check_variable(name)
                return tuple(name.text for name in names), token.kind
            if token.kind != ",":
                break
            if context != "range" or len(names) == 2:
                hint = "only range sets two: {{range $index, $element := …}}"
                raise self._unexpected(names[0], f"too many variables in {context}", hint)
            self._skip_space()
        if len(names) > 1 or (names and token.kind == ","):
            raise self._unexpected(token, f"unexpected {_shown(token)} in range", "the variables are followed by :=")
        self.next = start
        return (), ""

    def _command(self, *, first: bool) -> nodes.Command:
        """Read operands up to `|` or the end of the pipeline."""
        start = self._peek()
        words: list[nodes.Node] = []
        while True:
            self._skip_space()
            if self._peek().kind in _OPERANDS:
                words.append(self._operand())
            token = self._take()
            if token.kind == lexer.SPACE:
                continue
            if token.kind in (lexer.CLOSE, ")"):
                self.next -= 1
            elif token.kind != "|":
                raise self._unexpected(
                    token, f"unexpected {_shown(token)} after an operand", "put a space between them"
                )
            break
        if not first and isinstance(words[0], (nodes.Literal, nodes.Nil, nodes.Dot)):
            raise self._unexpected(start, f"{_shown(start)} cannot receive a value through |")
        return nodes.Command(start.position, tuple(words))

    def _operand(self) -> nodes.Node:
        """Read one operand with the fields that hang on it."""
        token = self._peek()
        node = self._term()
        names: list[str] = []
        start = self._peek().position
        while self._peek().kind == lexer.FIELD:
            names.append(self._take().text[1:])
        if not names:
            return node
        if isinstance(node, nodes.Field):
            return nodes.Field(node.position, (*node.names, *names))
        if isinstance(node, nodes.Variable):
            return nodes.Variable(node.position, node.name, tuple(names))
        if isinstance(node, (nodes.Literal, nodes.Nil, nodes.Dot)):
            raise self._unexpected(token, f"unexpected .{names[0]} after {_shown(token)}")
        return nodes.Chain(start, node, tuple(names))

    def _term(self) -> nodes.Node:
        token = self._take()
        if token.kind == lexer.FIELD:
            return nodes.Field(token.position, (token.text[1:],))
        if token.kind == lexer.DOT:
            return nodes.Dot(token.position)
        if token.kind == lexer.VARIABLE:
            self._check_variable(token)
            return nodes.Variable(token.position, token.text)
        if token.kind == lexer.NAME:
            if token.text not in self.functions:
                raise self._unknown_function(token)
            return nodes.FunctionName(token.position, token.text)
        if token.kind == lexer.NIL:
            return nodes.Nil(token.position)
        if token.kind == "(":
            return self._pipeline("parentheses", ")")
        return self._literal(token)

    def _literal(self, token: Token) -> nodes.Literal:
        try:
            return nodes.Literal(token.position, _LITERALS[token.kind](token.text))
        except Complaint as complaint:
            raise self.source.error(token.position, complaint.problem, complaint.hint) from None

    def _check_variable(self, token: Token) -> None:
        if token.text not in self.variables:
            hint = nearest(token.text, self.variables[1:]) or f"set it first: {{{{{token.text} := …}}}}"
            raise self._unexpected(token, f"there is no variable {token.text}", hint)

    def _unknown_function(self, token: Token) -> Exception:
        hint = nearest(token.text, self.functions if isinstance(self.functions, dict) else ())
        if token.text[0].isupper():
            hint = f"fields start with a dot: .{token.text}"
        return self._unexpected(token, f"there is no function {token.text}", hint)


def _shown(token: Token) -> str:
    """Return a token as error messages show it."""
    if token.kind in (lexer.END, lexer.SPACE, lexer.CLOSE):
        return token.kind
    return token.text if len(token.text) < 30 else token.text[:29] + "…"
