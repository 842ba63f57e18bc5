"""COPY, and the half of ADD that is the same: files of the context, of a stage or of an image into the root."""

from __future__ import annotations

import os
import posixpath
import stat

from pod.build import digests
from pod.build import session as sessions
from pod.build.context import Context
from pod.build.dockerfile.expand import BadSubstitution, expand_heredoc
from pod.build.dockerfile.instructions import Transfer
from pod.build.dockerfile.lines import Heredoc
from pod.build.dockerfile.location import error
from pod.build.state import StageState
from pod.build.step_root import StepRoot
from pod.build.steps import placing
from pod.build.steps.placing import Manner, Placer
from pod.build.steps.settings import Reader
from pod.build.tree import Tree, why_missing
from pod.record import Record
from pod.storage import rootfs
from pod.storage.drivers import choice
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from pod.build.session import Step
    from pod.storage.build_cache import CachedStep


class Order(Record):
    """A COPY with its variables replaced."""

    sources: tuple[str, ...]
    documents: tuple[tuple[str, bytes], ...]  # here-documents: name and content
    target: str  # absolute; with a slash at its end where it is surely a folder
    chown: str
    chmod: str
    exclude: tuple[str, ...]
    parents: bool
    keep_owner: bool

    @property
    def hides(self) -> Callable[[str], bool] | None:
        return placing.with_hidden(self.exclude)


def copy(step: Step, state: StageState) -> StageState:
    """Do a COPY, or take its result from the cache. Raises BuildError, DockerfileError."""
    instruction = step.instruction
    assert isinstance(instruction, Transfer)
    name = instruction.value("from")
    if name:
        name = Reader(state, instruction, step.session.escape).expand(name)
    origin: Context | StageState | None = step.source(name) if name else step.session.context
    order = read_order(step, state, keep_owner=isinstance(origin, StageState))
    made = place(step, state, order, origin)
    return sessions.with_layer(step, state, made, f"{instruction.word} {instruction.text.partition(chr(10))[0]}")


def read_order(step: Step, state: StageState, *, keep_owner: bool) -> Order:
    """Expand the variables of a COPY or ADD. Raises DockerfileError."""
    instruction = step.instruction
    assert isinstance(instruction, Transfer)
    reader = Reader(state, instruction, step.session.escape)
    documents = []
    sources = []
    for source in instruction.sources:
        if isinstance(source, Heredoc):
            documents.append((source.name, _document(step, state, source)))
        else:
            sources.append(reader.expand(source))
    target = reader.expand(instruction.target)
    is_folder = target.endswith("/") or posixpath.basename(target) in ("", ".", "..")
    full = posixpath.normpath(posixpath.join("/", state.working_dir, target))
    if is_folder and full != "/":
        full += "/"
    if len(instruction.sources) > 1 and not is_folder:
        raise reader.bad(
            f"{instruction.word} has several sources: {target:.60} has to end with a /", "then it is a folder"
        )
    chmod = reader.expand(instruction.value("chmod"))
    try:
        placing.check_mode(chmod)
    except ValueError as err:
        flag = instruction.flag("chmod")
        raise error(flag.location if flag else instruction.location, f"--chmod: {err}") from err
    return Order(
        tuple(sources),
        tuple(documents),
        full,
        reader.expand(instruction.value("chown")),
        chmod,
        tuple(reader.expand(pattern) for pattern in instruction.values("exclude")),
        instruction.is_on("parents"),
        keep_owner,
    )


def _document(step: Step, state: StageState, heredoc: Heredoc) -> bytes:
    if not heredoc.expands:
        return heredoc.content.encode()
    try:
        return expand_heredoc(heredoc.content, state.variables, step.session.escape).encode()
    except BadSubstitution as err:
        raise error(step.instruction.location, f"here-document {heredoc.name}: {err}") from err


def place(step: Step, state: StageState, order: Order, origin: Context | StageState | None) -> CachedStep:
    """Copy files, or find the layer of a former build that did so with the same ones."""
    known = {**seen(state, order), "documents": [[name, data.hex()] for name, data in order.documents]}
    if isinstance(origin, StageState):
        key = sessions.cache_key(step, "COPY", {**known, "stage": [str(diff_id) for diff_id in origin.diff_ids]})
    else:
        paths = _find(step, origin, order) if order.sources else []
        content = (
            ""
            if origin is None
            else digests.of_context(step.session.engine.layout, origin, [path for path, _pattern in paths], order.hides)
        )
        key = sessions.cache_key(step, "COPY", {**known, "content": content})
    with step.session.cache.lock(key):
        made = sessions.recall(step, key)
        if made is not None:
            step.was_cached()
            return made
        return _place_now(step, state, order, origin, key)


def _place_now(
    step: Step, state: StageState, order: Order, origin: Context | StageState | None, key: str
) -> CachedStep:
    session = step.session
    with StepRoot(session.engine, state.diff_ids) as root:
        if isinstance(origin, StageState):
            view = _View(step, origin, root.folder)
            found = root.work(lambda: view.content(step, order))
            by_content = sessions.cache_key(step, "COPY", {**seen(state, order), "content": found})
            made = sessions.recall(step, by_content)
            if made is not None:
                step.was_cached()
                session.cache.put(key, made)
                return made
            keys: tuple[str, ...] = (key, by_content)
            root.work(lambda: view.copy(step, order, root.path))
        else:
            keys = (key,)
            root.work(lambda: _copy_from(step, origin, order, root.path))
        return sessions.keep(step, root, keys)


def seen(state: StageState, order: Order) -> dict[str, Any]:
    """Return what the result of an order depends on besides what is copied."""
    words = [[name, value] for name, value in order.to_json().items() if name != "documents"]
    return {"parent": [str(diff_id) for diff_id in state.diff_ids], "order": words}


class _View:
    """The files of a stage or an image, mounted for reading in the step's child."""

    def __init__(self, step: Step, origin: StageState, folder: str) -> None:
        self._step = step
        self._origin = origin
        self._folder = f"{folder}/source"
        self._mounted = f"{folder}/source/view"
        os.makedirs(self._mounted)

    def _mount(self) -> Tree:
        engine = self._step.session.engine
        store = LayerStore(engine.layout)
        driver = choice.choose(engine.layout, engine.settings.storage_driver, engine.settings.mount_program)
        layers = [store.path(diff_id) for diff_id in self._origin.diff_ids]
        plan = rootfs.prepare_view(engine.layout, driver, self._folder, layers, engine.settings.mount_program)
        rootfs.mount_root(plan, self._mounted)
        return Tree(self._mounted)

    def content(self, step: Step, order: Order) -> str:
        """Return the digest of the files that are to be copied."""
        tree = self._mount()
        return digests.of_tree(tree, [path for path, _pattern in find(step, tree, order, None)], order.hides)

    def copy(self, step: Step, order: Order, root: str) -> None:
        tree = self._mount()
        copy_tree(tree, find(step, tree, order, None), order, root)


def _find(step: Step, origin: Context | None, order: Order) -> list[tuple[str, str]]:
    if origin is None:
        raise error(
            step.instruction.location, "this build has no context", "give a folder: pod build -f DOCKERFILE FOLDER"
        )
    tree = Tree(origin.path, origin.ignore)
    try:
        return find(step, tree, order, origin)
    finally:
        tree.close()


def _copy_from(step: Step, origin: Context | None, order: Order, root: str) -> None:
    if origin is not None and order.sources:
        tree = Tree(origin.path, origin.ignore)
        copy_tree(tree, find(step, tree, order, origin), order, root)
    if order.documents:
        copy_documents(order, root)


def find(step: Step, tree: Tree, order: Order, context: Context | None) -> list[tuple[str, str]]:
    """Return the paths that the sources mean, each with the pattern it comes from. Raises DockerfileError."""
    found = []
    for pattern in order.sources:
        paths = tree.find(pattern, deep=order.parents)
        if not paths:
            raise _not_there(step, tree, pattern, context)
        found += [(path, pattern) for path in paths]
    return found


def _not_there(step: Step, tree: Tree, pattern: str, context: Context | None) -> Exception:
    """Return the error for a source that is not there, with near names, or with the line that hides it."""
    where = "the context" if context is not None else f"{step.instruction.value('from')}"
    line = step.instruction.line
    place = line.at(max(0, line.text.find(pattern)))
    return error(place, f"{step.instruction.word}: {pattern:.100} is not in {where}", why_missing(tree, pattern))


def copy_tree(tree: Tree, found: list[tuple[str, str]], order: Order, root: str) -> None:
    """Copy what was found into the root. For the child that has it mounted."""
    owner = placing.owner_of(root, order.chown)
    manner = Manner(owner if owner is not None or order.keep_owner else (0, 0), order.chmod)
    placer = Placer(root, manner)
    many = len(found) > 1
    for path, pattern in found:
        nodes = tree.walk(path, order.hides)
        first = next(nodes)
        if order.parents:
            _put_with_parents(placer, tree, path, pattern, order)
        elif stat.S_ISDIR(first.info.st_mode):
            placer.put_folder(_again(first, nodes), order.target)
        else:
            folder, name = file_place(placer, order, posixpath.basename(path), many=many)
            placer.put_file(first, folder, name)
            os.close(folder)
            next(nodes, None)
    placer.close()


def _again(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def file_place(placer: Placer, order: Order, name: str, *, many: bool) -> tuple[int, str]:
    """Return the open folder and the name that a single file goes to."""
    target = order.target
    if target.endswith("/") or many or placer.is_folder(target):
        return placer.folder(target)[0], name
    return placer.folder(posixpath.dirname(target) or "/")[0], posixpath.basename(target)


def _put_with_parents(placer: Placer, tree: Tree, path: str, pattern: str, order: Order) -> None:
    """COPY --parents: the folders above a source come along, from `/./` in the pattern on if it has one."""
    pivot = pattern.find("/./")
    skipped = len(posixpath.normpath("/" + pattern[:pivot]).strip("/").split("/")) if pivot > 0 else 0
    kept = "/".join(path.split("/")[skipped:])
    target = posixpath.join(order.target, kept)
    nodes = tree.walk(path, order.hides)
    first = next(nodes)
    if stat.S_ISDIR(first.info.st_mode):
        placer.put_folder(_again(first, nodes), target)
        return
    folder, _new = placer.folder(posixpath.dirname(target))
    placer.put_file(first, folder, posixpath.basename(target))
    os.close(folder)
    next(nodes, None)


def copy_documents(order: Order, root: str) -> None:
    """Write here-documents into the root."""
    placer = Placer(root, Manner(placing.owner_of(root, order.chown) or (0, 0), order.chmod))
    for name, data in order.documents:
        folder, file_name = file_place(placer, order, name, many=len(order.documents) > 1)
        placer.put_bytes(data, folder, file_name)
        os.close(folder)
    placer.close()
