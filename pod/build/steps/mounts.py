"""RUN --mount: bind, cache, tmpfs, secret and ssh (https://docs.docker.com/reference/dockerfile/#run---mount).

Nothing of a mount gets into the layer. What is mounted is made in the step's child, in its own mount namespace.
"""

from __future__ import annotations

import os

from pod.build import digests
from pod.build.context import Context, visible
from pod.build.dockerfile.location import error
from pod.build.state import StageState
from pod.build.steps import cache_mounts
from pod.build.steps.mount_flags import StepMount, parse
from pod.build.steps.settings import Reader
from pod.build.tree import Tree, why_missing
from pod.errors import BuildError, DockerfileError
from pod.linux import files
from pod.linux import syscalls as sc
from pod.linux.locks import Lock
from pod.runtime import inroot
from pod.storage import rootfs
from pod.storage.container_records import Mount
from pod.storage.drivers import choice
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

    from pod.build.session import Session, Step


def parse_all(step: Step, state: StageState) -> list[StepMount]:
    """Read the --mount flags of a RUN. Raises DockerfileError at the flag."""
    reader = Reader(state, step.instruction, step.session.escape)
    found = []
    for number, flag in enumerate(flag for flag in step.instruction.flags if flag.name == "mount"):
        try:
            found.append(parse(reader.expand(flag.value or ""), state.working_dir, number))
        except ValueError as err:
            raise error(flag.location, f"--mount: {err}", _help(str(err))) from err
    return found


def _help(message: str) -> str:
    return "for example --mount=type=cache,target=/root/.cache" if "target" in message else ""


def seen(step: Step, mounts: list[StepMount]) -> list[Any]:
    """Return what of the mounts a step's result depends on: what is bound, not what is cached or secret."""
    found = []
    for mount in mounts:
        known: dict[str, Any] = {"type": mount.type, "target": mount.target, "source": mount.source, "env": mount.env}
        if mount.type == "bind":
            known["content"] = _content(step, mount)
        found.append(known)
    return found


def _content(step: Step, mount: StepMount) -> Any:
    origin = _origin(step, mount)
    if isinstance(origin, StageState):
        return [str(diff_id) for diff_id in origin.diff_ids]
    path = mount.source.strip("/") or "."
    _check_there(step, mount, origin, path)
    return digests.of_context(step.session.engine.layout, origin, [path])


def _check_there(step: Step, mount: StepMount, origin: Context, path: str) -> None:
    tree = Tree(origin.path, origin.ignore)
    try:
        if not tree.sees(path):
            where = mount.origin or "the context"
            flag = next(one for one in step.instruction.flags if one.name == "mount" and path in (one.value or ""))
            raise error(flag.location, f"--mount: {path:.100} is not in {where}", why_missing(tree, path))
    finally:
        tree.close()


def _origin(step: Step, mount: StepMount) -> Context | StageState:
    if mount.origin:
        return step.source(mount.origin)
    if step.session.context is None:
        raise BuildError("a bind mount needs a context, and this build has none")
    return step.session.context


class Prepared:
    """`with prepare(…) as prepared:` holds the locks of cache mounts; `enter` does the mounting, in the child."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.mounts: list[Mount] = []
        self.env: dict[str, str] = {}
        self.points: list[tuple[str, bool]] = []
        self.caches: dict[int, str] = {}  # names of the folders of cache mounts, by the mounts' numbers
        self._locks: list[Lock] = []
        self._jobs: list[_Views | _Secret] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lock in self._locks:
            lock.release()

    def enter(self) -> None:
        """Mount what the container is to find; its mount namespace is a copy of this process's."""
        for job in self._jobs:
            job.mount()

    def place(self, number: int) -> str:
        return f"{self._folder}/mount{number}"

    def hold(self, lock: Lock) -> None:
        self._locks.append(lock)

    def add(self, mount: Mount, *, is_file: bool = False) -> None:
        self.mounts.append(mount)
        self.points.append((mount.target, is_file))

    def later(self, job: _Views | _Secret) -> None:
        self._jobs.append(job)


def prepare(step: Step, mounts: list[StepMount], folder: str) -> Prepared:
    """Make ready what the mounts of a step need. Raises DockerfileError, BuildError."""
    prepared = Prepared(folder)
    prepared.caches = cache_mounts.lock_all(step.session.engine.layout, mounts, prepared.hold)
    makers = {"bind": _bind, "cache": _cache, "tmpfs": _tmpfs, "secret": _secret, "ssh": _ssh}
    for number, mount in enumerate(mounts):
        makers[mount.type](step, mount, prepared, number)
    return prepared


def _bind(step: Step, mount: StepMount, prepared: Prepared, number: int) -> None:
    lowers = _folders(step.session, _origin(step, mount), prepared.place(number))
    views = _Views(step.session, lowers, prepared.place(number), mount)
    is_file = views.is_file
    prepared.later(views)
    prepared.add(Mount("bind", mount.target, views.shown, ("ro",) if mount.readonly else ()), is_file=is_file)


def _folders(session: Session, origin: Context | StageState, place: str) -> list[str]:
    """Return the folders that a stage or a context is made of, lowest first."""
    if isinstance(origin, Context):
        return visible.layers_of(origin, _driver(session), place)
    store = LayerStore(session.engine.layout)
    return [store.path(diff_id) for diff_id in origin.diff_ids]


def _driver(session: Session) -> str:
    engine = session.engine
    return choice.choose(engine.layout, engine.settings.storage_driver, engine.settings.mount_program)


class _Views:
    """A tree to bind from, mounted so that nothing that is written to it stays."""

    def __init__(self, session: Session, lowers: list[str], place: str, mount: StepMount) -> None:
        self._session = session
        self._lowers = lowers
        self._place = place
        self._mount = mount
        self.shown = f"{place}/shown"
        self._view = f"{place}/view"
        files.make_folders(self._view)
        self.is_file = _is_file(lowers, mount.source.strip("/"))
        if self.is_file:
            os.close(os.open(self.shown, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))
        else:
            files.make_folders(self.shown)

    def mount(self) -> None:
        """Mount the whole at one place, and from that the part that is wanted at another."""
        engine = self._session.engine
        driver = _driver(self._session)
        folder = f"{self._place}/own"
        files.make_folders(folder)
        if len(self._lowers) == 1 and self._mount.readonly:
            sc.mount(self._lowers[0], self._view, None, sc.MS_BIND | sc.MS_REC)
        else:
            prepare_root = rootfs.prepare_view if self._mount.readonly else rootfs.prepare
            rootfs.mount_root(prepare_root(engine.layout, driver, folder, self._lowers), self._view)
        root = os.open(self._view, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            found = inroot.open_in_root(root, self._mount.source)
        except FileNotFoundError as err:
            origin = f"{self._mount.origin}:" if self._mount.origin else "the context: "
            raise BuildError(f"cannot mount {origin}{self._mount.source}: no such file or directory") from err
        sc.mount(f"/proc/self/fd/{found}", self.shown, None, sc.MS_BIND | sc.MS_REC)


def _is_file(lowers: list[str], source: str) -> bool:
    """Tell whether layers, the topmost of which comes last, have a file there: the mount point is then a file, too."""
    top = next((lower for lower in reversed(lowers) if os.path.lexists(os.path.join(lower, source))), "")
    return bool(top) and not os.path.isdir(os.path.join(top, source))


def _cache(step: Step, mount: StepMount, prepared: Prepared, number: int) -> None:
    def sources() -> list[str]:
        return _folders(step.session, step.source(mount.origin), prepared.place(number))

    folder = cache_mounts.folder_of(step.session.engine.layout, prepared.caches[number], mount, sources)
    prepared.add(Mount("bind", mount.target, folder, ("ro",) if mount.readonly else ()))


def _tmpfs(step: Step, mount: StepMount, prepared: Prepared, number: int) -> None:
    del step, number
    options = (f"size={mount.size}",) if mount.size else ()
    prepared.add(Mount("tmpfs", mount.target, "", options))


def _secret(step: Step, mount: StepMount, prepared: Prepared, number: int) -> None:
    secret = next((one for one in step.session.options.step.secrets if one.id == mount.id), None)
    if secret is None:
        if mount.required:
            raise _missing(step, f"there is no secret {mount.id}", f"give it: --secret id={mount.id},src=FILE")
        return
    value = secret.value
    if value is None:
        try:
            value = files.read_bytes(secret.source, 1 << 20)
        except OSError as err:
            raise BuildError(f"cannot read the secret {mount.id}: {err.strerror}: {secret.source}") from err
    if mount.env:
        prepared.env[mount.env] = value.decode(errors="surrogateescape")
    if mount.target:
        job = _Secret(prepared.place(number), value, mount)
        prepared.later(job)
        prepared.add(Mount("bind", mount.target, job.path, ("ro",)), is_file=True)


def _missing(step: Step, message: str, hint: str) -> DockerfileError:
    flag = step.instruction.flag("mount")
    return error(flag.location if flag else step.instruction.location, message, hint)


class _Secret:
    """A secret as a file, which is in memory only and gone with the child."""

    def __init__(self, place: str, value: bytes, mount: StepMount) -> None:
        self._place = place
        self._value = value
        self._mount = mount
        self.path = f"{place}/secret"
        files.make_folders(place)

    def mount(self) -> None:
        sc.mount("tmpfs", self._place, "tmpfs", sc.MS_NOSUID | sc.MS_NODEV, "mode=0700")
        files.write_atomic(self.path, self._value, mode=self._mount.mode, durable=False)
        os.chown(self.path, self._mount.uid, self._mount.gid)
        os.chmod(self.path, self._mount.mode)


def _ssh(step: Step, mount: StepMount, prepared: Prepared, number: int) -> None:
    del number
    agent = step.session.options.step.ssh.get(mount.id)
    if agent is None:
        if mount.required:
            raise _missing(step, f"there is no ssh agent {mount.id}", f"give it: --ssh {mount.id}")
        return
    prepared.add(Mount("bind", mount.target, agent), is_file=True)
    prepared.env["SSH_AUTH_SOCK"] = mount.target
