"""Frozen records: what `dataclasses.dataclass(frozen=True)` is, at no import cost.

`import dataclasses` costs 13 ms, a third of the time that a whole `pod run` may take, so the documents and
values of pod derive from `Record` instead. Type checkers see a frozen dataclass (PEP 681,
https://peps.python.org/pep-0681/); at run time one generic constructor fills the fields.

JSON: a field's wire name is its own name, or what the class says in `_wire`. Fields that hold their default
are left out when `_omit_defaults` is true, as OCI documents want it. Keys that a class does not know are kept
in `unknown` if the class has a field of that name, and dropped otherwise.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

    _T = TypeVar("_T", bound="Record")
else:

    def dataclass_transform(**_options):
        return lambda cls: cls


_REQUIRED: Any = object()


@dataclass_transform(frozen_default=True, eq_default=True)
class Record:
    """Base of every frozen value and document. Subclasses only annotate their fields."""

    _fields: ClassVar[tuple[str, ...]] = ()
    _types: ClassVar[dict[str, str]] = {}
    _defaults: ClassVar[dict[str, Any]] = {}
    _wire: ClassVar[dict[str, str]] = {}
    _omit_defaults: ClassVar[bool] = False
    _decoders: ClassVar[tuple[dict[str, Any], tuple[str, ...]] | None] = None

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        """Collect the fields of the class body behind those of its bases, the last base first, as dataclasses do.

        `kw_only` is for type checkers (PEP 681): fields that must be given may then follow some that need not.
        """
        del kw_only
        annotations: dict[str, str] = cls.__dict__.get("__annotations__") or getattr(cls, "__annotations__", {})
        own = {name: kind for name, kind in annotations.items() if not kind.startswith("ClassVar")}
        types: dict[str, str] = {}
        defaults: dict[str, Any] = {}
        for base in reversed(cls.__bases__):
            types.update(getattr(base, "_types", ()))
            defaults.update(getattr(base, "_defaults", ()))
        cls._types = {**types, **own}
        cls._fields = tuple(cls._types)
        cls._defaults = {**defaults, **{name: cls.__dict__[name] for name in own if name in cls.__dict__}}
        cls._decoders = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = self.__dict__
        values.update(self._defaults)
        if args:
            if len(args) > len(self._fields):
                raise TypeError(f"{type(self).__name__} takes {len(self._fields)} values, not {len(args)}")
            values.update(zip(self._fields, args, strict=False))
        if kwargs:
            values.update(kwargs)
        if len(values) != len(self._fields) or (kwargs and not self._types.keys() >= kwargs.keys()):
            self._complain(kwargs)

    def _complain(self, kwargs: dict[str, Any]) -> None:
        extra = [name for name in kwargs if name not in self._types]
        missing = [name for name in self._fields if name not in self.__dict__]
        raise TypeError(f"{type(self).__name__}: missing fields {missing}, unknown fields {extra}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: cannot set {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: cannot delete {name}")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__[name] for name in self._fields))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{n}={self.__dict__[n]!r}' for n in self._fields)})"

    def replace(self, **changes: Any) -> Self:
        """Return a copy with the named fields changed."""
        return type(self)(**{**self.__dict__, **changes})

    def to_json(self) -> dict[str, Any]:
        """Return the document as plain dicts and lists under its wire names."""
        document: dict[str, Any] = {}
        for name in self._fields:
            value = self.__dict__[name]
            if name == "unknown":
                document.update(value or {})
            elif not (self._omit_defaults and name in self._defaults and value == self._defaults[name]):
                document[self._wire.get(name, name)] = _plain(value)
        return document

    @classmethod
    def from_json(cls: type[_T], document: dict[str, Any]) -> _T:
        """Build the record from parsed JSON. Raises ValueError that names the class and the field at fault."""
        if not isinstance(document, dict):
            raise ValueError(f"{cls.__name__}: expected an object, found {type(document).__name__}")
        decoders, required = cls.__dict__.get("_decoders") or _make_decoders(cls)
        values: dict[str, Any] = {}
        unknown: dict[str, Any] = {}
        for wire, value in document.items():
            if wire not in decoders:
                unknown[wire] = value
                continue
            name, decode = decoders[wire]
            if value is None and name in cls._defaults:
                continue  # Go writes an absent list or map as null
            try:
                values[name] = decode(value) if decode is not None else value
            except (ValueError, TypeError, AttributeError) as err:
                raise ValueError(f"{cls.__name__}.{wire}: {err}") from err
        for name in required:
            if name not in values:
                raise ValueError(f"{cls.__name__}: no {cls._wire.get(name, name)}")
        if "unknown" in cls._types:
            values["unknown"] = unknown
        return cls(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_json()
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _make_decoders(cls: type[Record]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a field's name and the function that decodes it by its name in JSON, and the fields that must be there."""
    by_wire = {
        cls._wire.get(name, name): (name, _decoder(kind, _namespace(cls, name)))
        for name, kind in cls._types.items()
        if name != "unknown"
    }
    cls._decoders = by_wire, tuple(name for name in cls._fields if name not in cls._defaults)
    return cls._decoders


def _namespace(cls: type[Record], field: str) -> dict[str, Any]:
    owner = next(base for base in cls.__mro__ if field in base.__dict__.get("__annotations__", {}))
    return vars(sys.modules[owner.__module__])


def _decoder(kind: str, namespace: dict[str, Any]) -> Any:
    """Return the function that decodes JSON into the annotated type, or None where JSON's own value is right.

    Understands what documents are made of: str, int, float, bool, Any, Literal, `X | None`, `tuple[X, ...]`,
    `dict[str, X]` and names of Record classes in the module of the class.
    """
    kind = kind.strip()
    if kind.endswith("| None"):
        inner = _decoder(kind.removesuffix("| None"), namespace)
        return None if inner is None else lambda value: None if value is None else inner(value)
    if kind.startswith("tuple[") and kind.endswith(", ...]"):
        inner = _decoder(kind[6:-6], namespace)
        return lambda value: tuple(_as_list(value) if inner is None else [inner(item) for item in _as_list(value)])
    if kind.startswith("dict[str,"):
        inner = _decoder(kind[9:-1], namespace)
        return lambda value: dict(value) if inner is None else {key: inner(item) for key, item in value.items()}
    if kind in _SCALARS:
        return _SCALARS[kind]
    if kind.startswith(("Any", "Literal[", "dict", "list", "object")) or "|" in kind:
        return None
    target = namespace.get(kind)
    if isinstance(target, type) and issubclass(target, Record):
        return target.from_json
    parse = getattr(target, "parse", None)  # value classes such as Digest read themselves from a string
    if parse is not None:
        return parse
    raise TypeError(f"cannot decode JSON into {kind!r}")


def _as_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, found {type(value).__name__}")
    return value


def _scalar(expected: type, name: str) -> Any:
    def decode(value: Any) -> Any:
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise ValueError(f"expected {name}, found {value!r:.40}")
        return value

    return decode


_SCALARS: dict[str, Any] = {
    "str": _scalar(str, "text"),
    "int": _scalar(int, "a whole number"),
    "bool": _scalar(bool, "true or false"),
    "float": lambda value: float(value),
}
