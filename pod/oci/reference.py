"""Image references: `[registry/]path[:tag][@digest]`, normalised as Docker does it.

Grammar: https://pkg.go.dev/github.com/distribution/reference. A first component with a dot, a colon or the word
`localhost` is a registry; everything else lives on docker.io, one-word paths below `library/`.
"""

from __future__ import annotations

from pod.errors import InvalidReference
from pod.linux.ids import is_id
from pod.oci.digest import Digest
from pod.record import Record

DEFAULT_REGISTRY = "docker.io"
DEFAULT_TAG = "latest"

_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_TAG = _WORD | {".", "-"}


class Reference(Record):
    """A normalised reference: the registry is always named; the tag or the digest may be missing."""

    registry: str
    path: str
    tag: str = ""
    digest: Digest | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read a reference as typed by a person. Raises InvalidReference that says which part is wrong."""
        name, at, digest_text = text.partition("@")
        digest = Digest.parse(digest_text) if at else None
        name, tag = split_tag(name)
        registry, path = _split_registry(name)
        _check_path(path, text)
        if name.endswith(":") or (not tag and text.partition("@")[0].endswith(":")):
            raise InvalidReference(f"invalid reference {text!r:.200}: no tag follows the colon")
        if is_id(name):
            raise InvalidReference(f"invalid reference {text!r:.200}: a name cannot be 64 hexadecimal characters")
        if tag and not (len(tag) <= 128 and _TAG.issuperset(tag) and tag[0] in _WORD):
            raise InvalidReference(
                f"invalid reference {text!r:.200}: bad tag {tag!r:.60}",
                hint="a tag has at most 128 letters, digits, `_`, `.` or `-`, and starts with none of the last two",
            )
        return cls(registry, path, tag, digest)

    @property
    def name(self) -> str:
        """Registry and path: docker.io/library/busybox."""
        return f"{self.registry}/{self.path}"

    def on_localhost(self) -> Reference:
        """Return the reference that Podman gives to a local image of this short name."""
        return self.replace(registry="localhost", path=self.path.removeprefix("library/"))

    @property
    def familiar_name(self) -> str:
        """The name as Docker prints it: busybox instead of docker.io/library/busybox."""
        if self.registry != DEFAULT_REGISTRY:
            return self.name
        return self.path.removeprefix("library/") if self.path.count("/") == 1 else self.path

    def with_default_tag(self) -> Reference:
        """Return the reference with `latest` where it has neither tag nor digest."""
        return self if self.tag or self.digest else self.replace(tag=DEFAULT_TAG)

    @property
    def familiar(self) -> str:
        """The whole reference as Docker prints it."""
        return self.familiar_name + self._suffix()

    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return self.name + self._suffix()


def names_registry(text: str) -> bool:
    """True where a typed reference says on which registry the image lives."""
    first, slash, _ = text.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost" or first != first.lower())


def split_tag(name: str) -> tuple[str, str]:
    """Split `name:tag`; the colon of a registry's port is not a tag's."""
    head, colon, tail = name.rpartition(":")
    return (head, tail) if colon and "/" not in tail else (name, "")


def _split_registry(name: str) -> tuple[str, str]:
    first, _, rest = name.partition("/")
    if names_registry(name):
        registry = DEFAULT_REGISTRY if first == "index.docker.io" else first
        _check_registry(registry, name)
    else:
        registry, rest = DEFAULT_REGISTRY, name
    if registry == DEFAULT_REGISTRY and "/" not in rest:
        rest = f"library/{rest}"
    return registry, rest


def _check_registry(registry: str, text: str) -> None:
    if registry.startswith("["):
        host, bracket, port = registry[1:].partition("]")
        good = bool(bracket) and set(host) <= set("0123456789abcdefABCDEF:.") and (not port or port[0] == ":")
        port = port[1:]
    else:
        host, _, port = registry.partition(":")
        good = all(part and set(part) <= _WORD | {"-"} and "_" not in part for part in host.split("."))
    if not good or (port and not port.isdecimal()):
        raise InvalidReference(f"invalid reference {text!r:.200}: bad registry {registry!r:.80}")


def _check_path(path: str, text: str) -> None:
    if path != path.lower():
        raise InvalidReference(
            f"invalid reference {text!r:.200}: repository name must be lowercase",
            hint=f"did you mean {text.lower()!r:.200}?",
        )
    for part in path.split("/"):
        separators = filter(None, "".join("a" if c in _LOWER else c for c in part).split("a"))
        if not part or part[0] not in _LOWER or part[-1] not in _LOWER or not all(map(_is_separator, separators)):
            what = "empty name" if not part else f"bad name {part!r:.80}"
            raise InvalidReference(f"invalid reference {text!r:.200}: {what}")
    if len(path) > 255:
        raise InvalidReference(f"invalid reference: the repository name has {len(path)} characters, 255 are allowed")


def _is_separator(text: str) -> bool:
    return text in (".", "_", "__") or set(text) == {"-"}
