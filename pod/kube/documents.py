"""A YAML file as a list of documents whose values are looked up by key, with errors that say file, document and key."""

from __future__ import annotations

import os

import yaml

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_LARGEST = 16 << 20  # bytes
_MOST_VALUES = 1_000_000  # with every alias written out
_STDIN = 0


class Node:
    """A value in a document, and the way to it."""

    def __init__(self, value: Any, place: str, path: str = "") -> None:
        self.value = value
        self.place = place  # of the document: FILE: document 2 (Pod web)
        self.path = path  # in the document: spec.containers[0]

    def error(self, text: str, key: str = "", *, hint: str = "") -> UsageError:
        """Return the error for what stands here, or under a key of this."""
        where = _join(self.path, key)
        return UsageError(f"{self.place}: {where}: {text}" if where else f"{self.place}: {text}", hint=hint)

    def has(self, key: str) -> bool:
        """Tell whether the key is there and holds something."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def node(self, key: str) -> Node:
        """Return the mapping under a key; an empty one where there is none."""
        value = self._get(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.error("a mapping is expected", key)
        return Node(value, self.place, _join(self.path, key))

    def nodes(self, key: str) -> list[Node]:
        """Return the mappings in the list under a key."""
        found = [Node(item, self.place, f"{_join(self.path, key)}[{n}]") for n, item in enumerate(self._list(key))]
        for one in found:
            if not isinstance(one.value, dict):
                raise one.error("a mapping is expected")
        return found

    def text(self, key: str, default: str = "") -> str:
        """Return the text, or the number as text, under a key."""
        value = self._get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.error("a text is expected", key)
        return str(value)

    def need(self, key: str) -> str:
        """Return the text under a key that must be there."""
        if not self.text(key):
            raise self.error("is missing", key)
        return self.text(key)

    def number(self, key: str, default: int = 0) -> int:
        """Return the whole number under a key."""
        value = self._get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error("a whole number is expected", key)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """Return the truth under a key."""
        value = self._get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error("true or false is expected", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts in the list under a key."""
        found = []
        for number, item in enumerate(self._list(key)):
            if isinstance(item, bool) or not isinstance(item, str | int | float):
                raise self.error("a text is expected", f"{key}[{number}]")
            found.append(str(item))
        return tuple(found)

    def mapping(self, key: str) -> dict[str, str]:
        """Return the texts under the keys of a mapping, such as labels."""
        return {name: self.node(key).text(name) for name in map(str, self.node(key).value)}

    def _list(self, key: str) -> list[Any]:
        value = self._get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error("a list is expected", key)
        return value

    def _get(self, key: str) -> Any:
        return self.value.get(key) if isinstance(self.value, dict) else None

    @property
    def kind(self) -> str:
        """Which kind of object the document describes."""
        return self.text("kind")

    @property
    def name(self) -> str:
        """The object's name."""
        return self.node("metadata").need("name")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key else path or key


def read(path: str) -> list[Node]:
    """Return the documents of a file, `-` for standard input; a List is what is in it. Raises UsageError."""
    name = "standard input" if path == "-" else path
    try:
        with open(_STDIN if path == "-" else path, "rb", closefd=path != "-") as file:
            data = file.read(_LARGEST + 1)
    except OSError as err:
        raise UsageError(f"cannot read {name}: {os.strerror(err.errno or 0)}") from err
    if len(data) > _LARGEST:
        raise UsageError(f"{name}: more than {_LARGEST} bytes are no description of pods")
    return list(parse(data, name))


def parse(data: bytes, name: str) -> Iterator[Node]:
    """Yield the documents in a text. Raises UsageError that names line and column of what is no YAML."""
    try:
        values = list(yaml.load_all(data, Loader=_Loader))
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UsageError(f"{name}{where}: this is no YAML: {getattr(err, 'problem', None) or err}") from err
    except (RecursionError, ValueError) as err:
        raise UsageError(f"{name}: this is no YAML: {err}") from err
    sizes: dict[int, int] = {}
    if sum(_size(value, sizes) for value in values) > _MOST_VALUES:
        raise UsageError(f"{name}: too many aliases: written out, they would fill the memory")
    for number, value in enumerate(values, 1):
        if value is not None:
            yield from _objects(Node(value, f"{name}: document {number}"))


def _objects(document: Node) -> Iterator[Node]:
    if not isinstance(document.value, dict):
        raise document.error("a mapping with apiVersion and kind is expected")
    if not document.kind:
        raise document.error("is missing", "kind")
    if document.kind == "List":
        for item in document.nodes("items"):
            yield from _objects(item)
        return
    named = document.node("metadata").text("name")
    yield Node(document.value, f"{document.place} ({' '.join(filter(None, (document.kind, named)))})", document.path)


def dump(values: list[Any]) -> str:
    """Return documents as YAML."""
    return "---\n".join(yaml.safe_dump(value, sort_keys=False, allow_unicode=True) for value in values)


def _size(value: Any, sizes: dict[int, int]) -> int:
    """Return how many values there are in this one; what aliases lead to counts each time."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in sizes:
        sizes[id(value)] = _MOST_VALUES  # while we are in it: one that holds itself has no end
        inner = value.values() if isinstance(value, dict) else value
        sizes[id(value)] = 1 + sum(_size(one, sizes) for one in inner)
    return sizes[id(value)]


class _Loader(yaml.SafeLoader):
    """YAML as Kubernetes reads it: what looks like a date is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
