"""Finding one image in index.json without understanding the other thousand descriptors: on the path of `run`.

The index is searched as text. That is exact where every descriptor is as pod writes it, in a line of its own; an index
that another tool has touched, and every question with no clear answer, is left to `ImageStore.find`.
"""

from __future__ import annotations

from pod.errors import InvalidReference
from pod.linux import jsonfile
from pod.linux.ids import is_id, is_id_prefix
from pod.oci.manifest import IMAGE_ID, PARTS, REF_NAME, Descriptor
from pod.oci.reference import Reference, names_registry
from pod.storage import index_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ID = f'"{IMAGE_ID}":"sha256:'.encode()
_NAME = f'"{REF_NAME}":'.encode()
_PARTS = f'"{PARTS}":"'.encode()
_ID_LENGTH = 64


class NotClear(Exception):
    """The text does not tell."""


class Missing(NotClear):
    """The text tells that there is no such image."""


def find(index: bytes, wanted: str) -> tuple[Descriptor, ...]:
    """Return the descriptor that a name or an id means, and behind it all of its image in the order of the index.

    Raises NotClear, and Missing for a name that no image has.
    """
    if not is_clear(index):
        raise NotClear
    names = _names(wanted)
    for name in names:
        for found in _with(index, _NAME + jsonfile.dumps([name])[1:-1], REF_NAME, name):
            return found, *_with(index, _text(found.annotations[IMAGE_ID]), IMAGE_ID, found.annotations[IMAGE_ID])
    bare = wanted.removeprefix("sha256:")
    may_be_id = is_id(bare) or is_id_prefix(bare)
    if names and not may_be_id:
        raise Missing
    ids = _ids(index, bare) if may_be_id else set()
    if len(ids) != 1:
        raise NotClear
    same = tuple(_with(index, _text(identity := f"sha256:{ids.pop()}"), IMAGE_ID, identity))
    return same[0], *same


def is_ours(line: bytes) -> bool:
    """True for a line as pod has written it: with its image's id and full name."""
    return _ID in line


def with_text(lines: Iterable[bytes], text: str) -> Iterator[bytes]:
    """Yield the lines that have a text, and those that are not ours: whatever it is, they may mean it."""
    wanted = text.encode("utf-8", "surrogateescape")
    return (line for line in lines if wanted in line or _ID not in line)


def quoted(text: str) -> str:
    """Return a text as it stands in a line, with its quotation marks."""
    return jsonfile.dumps([text])[1:-1].decode("utf-8", "surrogateescape")


def tells_parts(line: bytes) -> bool:
    """True for a line of ours that says what the image has (pod.storage.reachable.parts)."""
    return _PARTS in line


def is_clear(index: bytes) -> bool:
    """True where every line is an image's, with its id and its full name as pod has written them."""
    return index_file.in_lines(index) and index.count(_ID) == count(index)


def is_clear_of_parts(index: bytes) -> bool:
    """True where the index also says of every image what it has."""
    return is_clear(index) and index.count(_PARTS) == count(index)


def count(index: bytes) -> int:
    """Return how many lines an index in lines has."""
    return index.count(index_file.BETWEEN) + 1 if len(index) > len(index_file.HEAD) + len(index_file.TAIL) else 0


def with_id(index: bytes, identity: str) -> tuple[Descriptor, ...]:
    """Return the descriptors of an image (sha256:…) in the order of the index. Raises NotClear."""
    if not is_clear(index):
        raise NotClear
    return tuple(_with(index, _text(identity), IMAGE_ID, identity))


def _text(identity: str) -> bytes:
    return f'"{IMAGE_ID}":"{identity}"'.encode()


def _names(wanted: str) -> list[str]:
    """Return the full names that may be meant, in the order in which they are looked for; digests are not for us."""
    if wanted.startswith("sha256:") or is_id(wanted):
        return []
    try:
        reference = Reference.parse(wanted)
    except InvalidReference:
        return []
    if reference.digest is not None:
        return []
    candidates = [reference] if names_registry(wanted) else [reference, reference.on_localhost()]
    return [str(candidate.with_default_tag()) for candidate in candidates]


def _ids(index: bytes, prefix: str) -> set[str]:
    needle = _ID + prefix.encode()
    starts = [position + len(_ID) for position in _positions(index, needle)]
    return {index[start : start + _ID_LENGTH].decode() for start in starts}


def _with(index: bytes, needle: bytes, key: str, value: str) -> Iterator[Descriptor]:
    """Yield the descriptors that have an annotation, which is what the needle looks for. Raises NotClear."""
    for position in _positions(index, needle):
        try:
            descriptor = index_file.understood(index_file.line_at(index, position))
        except ValueError:
            raise NotClear from None
        if descriptor.annotations.get(key) != value or IMAGE_ID not in descriptor.annotations:
            raise NotClear
        yield descriptor


def _positions(index: bytes, needle: bytes) -> Iterator[int]:
    position = index.find(needle)
    while position >= 0:
        yield position
        position = index.find(needle, position + 1)
