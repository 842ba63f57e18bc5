"""ADD: what COPY does, and besides it URLs, git repositories, and archives, which are unpacked."""

from __future__ import annotations

import os
import posixpath
import stat

from pod.build import archives
from pod.build import session as sessions
from pod.build.context import Context
from pod.build.context.places import is_git, is_url
from pod.build.dockerfile.location import error
from pod.build.events import Output
from pod.build.step_root import StepRoot
from pod.build.steps import copy, placing
from pod.build.steps.copy import Order
from pod.build.steps.placing import Manner, Placer
from pod.build.tree import Tree
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.build.session import Step
    from pod.build.state import StageState
    from pod.storage.build_cache import CachedStep


def add(step: Step, state: StageState) -> StageState:
    """Do an ADD, or take its result from the cache. Raises BuildError, DockerfileError."""
    instruction = step.instruction
    order = copy.read_order(step, state, keep_owner=False)
    shown = f"ADD {instruction.text.partition(chr(10))[0]}"
    fetched = [source for source in order.sources if is_git(source) or is_url(source)]
    for flag in ("checksum", "keep-git-dir"):
        if instruction.flag(flag) and not fetched:
            raise error(instruction.location, f"--{flag} is for sources that are fetched from elsewhere")
    if len(fetched) != len(order.sources) and fetched:
        raise error(instruction.location, "ADD takes either URLs or files of the context, not both at once")
    if not fetched:
        return sessions.with_layer(step, state, _add_files(step, state, order), shown)
    made = None
    for source in fetched:
        with Staging(step.session.engine.layout, "build-add") as staging:
            one = order.replace(sources=(source,))
            fetch = _fetch_git if is_git(source) else _fetch_url
            step.report(Output(step.name, f"fetching {source}\n".encode()))
            made = fetch(step, state, one, source, staging.folder)
        state = sessions.with_layer(step, state, made, shown)
    return state


def _add_files(step: Step, state: StageState, order: Order) -> CachedStep:
    """Copy files of the context; archives among them are unpacked in place."""
    context = step.session.context
    if context is None or not order.sources or step.instruction.value("unpack") == "false":
        return copy.place(step, state, order, context)
    packed = _archives(step, order, context)
    if not packed:
        return copy.place(step, state, order, context)
    plain = order.replace(sources=tuple(source for source in order.sources if source not in packed))
    return _place_with_archives(step, state, plain, [packed[s] for s in order.sources if s in packed], context)


def _archives(step: Step, order: Order, context: Context) -> dict[str, str]:
    """Return the sources that are archives, with their paths in the context."""
    tree = Tree(context.path, context.ignore)
    try:
        found = {}
        for path, pattern in copy.find(step, tree, order, context):
            nodes = tree.walk(path)  # it holds the node's folder open
            node = next(nodes)
            if stat.S_ISREG(node.info.st_mode) and archives.is_archive(f"/proc/self/fd/{node.folder}/{node.name}"):
                found[pattern] = path
        return found
    finally:
        tree.close()


def _place_with_archives(
    step: Step, state: StageState, plain: Order, packed: list[str], context: Context
) -> CachedStep:
    from pod.build import digests

    layout = step.session.engine.layout
    everything = [*packed]
    tree = Tree(context.path, context.ignore)
    try:
        everything += [path for path, _pattern in copy.find(step, tree, plain, context)]
    finally:
        tree.close()
    seen = {
        **copy.seen(state, plain),
        "archives": packed,
        "content": digests.of_context(layout, context, everything, plain.hides),
    }
    key = sessions.cache_key(step, "ADD", seen)
    with step.session.cache.lock(key):
        made = sessions.recall(step, key)
        if made is not None:
            step.was_cached()
            return made
        with StepRoot(step.session.engine, state.diff_ids) as root:
            root.work(lambda: _copy_and_unpack(step, plain, packed, context, root.path))
            return sessions.keep(step, root, (key,))


def _copy_and_unpack(step: Step, plain: Order, packed: list[str], context: Context, root: str) -> None:
    tree = Tree(context.path, context.ignore)
    if plain.sources:
        copy.copy_tree(tree, copy.find(step, tree, plain, context), plain, root)
    for path in packed:
        nodes = tree.walk(path)
        node = next(nodes)
        unpack(step, f"/proc/self/fd/{node.folder}/{node.name}", path, plain, root)


def unpack(step: Step, path: str, shown: str, order: Order, root: str) -> None:
    """Unpack an archive into the target folder, with that as the root of the child that does it."""
    placer = Placer(root, Manner((0, 0)))
    folder, _new = placer.folder(order.target)
    owner = placing.owner_of(root, order.chown)
    single = step.session.engine.enter().single
    try:
        archives.unpack(path, shown, lambda: os.fchdir(folder), single_id=single, owner=owner)
    finally:
        os.close(folder)
        placer.close()


def _fetch_url(step: Step, state: StageState, order: Order, url: str, folder: str) -> CachedStep:
    name = posixpath.basename(url.partition("?")[0].partition("#")[0])
    if not name and order.target.endswith("/"):
        raise error(
            step.instruction.location, f"ADD {url:.100}: the URL has no file name", "name the file in the target"
        )
    expected = step.instruction.value("checksum")
    known = _by_checksum(step, state, order, url) if expected else None
    if known is not None and (made := sessions.recall(step, known)) is not None:
        step.was_cached()
        return made
    from pod.build.context import http

    fetched = http.fetch(url, f"{folder}/file", expected)
    unpacks = step.instruction.is_on("unpack")
    seen = {
        **copy.seen(state, order),
        "digest": fetched.digest,
        "unpack": unpacks,
    }
    key = sessions.cache_key(step, "ADD-URL", seen)
    keys = (key, known) if known else (key,)
    if (made := sessions.recall(step, key)) is not None:
        step.was_cached()
        return made

    def place(root: str) -> None:
        if unpacks:
            unpack(step, fetched.path, url, order, root)
            return
        tree = Tree(folder)
        manner = Manner(placing.owner_of(root, order.chown) or (0, 0), order.chmod or "0600")
        placer = Placer(root, manner)
        at, file_name = copy.file_place(placer, order, name, many=False)
        os.utime(fetched.path, ns=(fetched.mtime_ns, fetched.mtime_ns))
        nodes = tree.walk("file")
        placer.put_file(next(nodes), at, file_name)

    return _do(step, state, keys, place)


def _by_checksum(step: Step, state: StageState, order: Order, url: str) -> str:
    seen = {
        **copy.seen(state, order),
        "url": url,
        "checksum": step.instruction.value("checksum"),
    }
    return sessions.cache_key(step, "ADD-CHECKSUM", seen)


def _fetch_git(step: Step, state: StageState, order: Order, url: str, folder: str) -> CachedStep:
    from pod.build.context import git

    repository = git.parse(url)
    keep_git = step.instruction.is_on("keep-git-dir")
    cloned = git.clone(repository, f"{folder}/git", keep_git=keep_git)
    expected = step.instruction.value("checksum")
    if expected and not cloned.commit.startswith(expected):
        raise error(step.instruction.location, f"{url:.100} is at commit {cloned.commit}, not {expected:.64}")
    seen = {
        **copy.seen(state, order),
        "commit": cloned.commit,
        "keep": keep_git,
    }
    key = sessions.cache_key(step, "ADD-GIT", seen)
    if (made := sessions.recall(step, key)) is not None:
        step.was_cached()
        return made

    def place(root: str) -> None:
        tree = Tree(cloned.path)
        copy.copy_tree(tree, [(".", ".")], order, root)

    return _do(step, state, (key,), place)


def _do(step: Step, state: StageState, keys: tuple[str, ...], place: Callable[[str], Any]) -> CachedStep:
    with StepRoot(step.session.engine, state.diff_ids) as root:
        root.work(lambda: place(root.path))
        return sessions.keep(step, root, keys)
