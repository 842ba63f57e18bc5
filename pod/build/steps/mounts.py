"""RUN --mount: bind, cache, tmpfs, secret and ssh (https://docs.docker.com/reference/dockerfile/#run---mount).

Nothing of a mount gets into the layer. What is mounted is made in the step's child, in its own mount namespace.
"""

from __future__ import annotations

import csv
import hashlib
import os
import posixpath

from pod.build import digests
from pod.build.context import Context, visible
from pod.build.dockerfile.location import error
from pod.build.state import StageState
from pod.build.steps.settings import Reader
from pod.build.tree import Tree, why_missing
from pod.errors import BuildError, DockerfileError
from pod.linux import files
from pod.linux import syscalls as sc
from pod.linux.locks import Lock
from pod.record import Record
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

_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_KEYS = {
    "bind": ("target", "source", "from", "readonly"),
    "cache": ("target", "source", "from", "readonly", "id", "sharing", "mode", "uid", "gid"),
    "tmpfs": ("target", "size"),
    "secret": ("target", "id", "required", "mode", "uid", "gid", "env"),
    "ssh": ("target", "id", "required", "mode", "uid", "gid"),
}
_OTHER_NAMES = {"dst": "target", "destination": "target", "src": "source", "ro": "readonly"}
_IGNORED = ("z", "Z", "U", "bind-propagation", "relabel", "consistency")
_SHARING = ("shared", "private", "locked")
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30, "gb": 1 << 30}
_AGENT = "/run/buildkit/ssh_agent.0"


class StepMount(Record):
    """One --mount, understood."""

    type: str
    target: str
    source: str = "/"
    origin: str = ""  # from=
    readonly: bool = False
    id: str = ""
    sharing: str = "shared"
    mode: int = 0
    uid: int = 0
    gid: int = 0
    size: int = 0
    required: bool = False
    env: str = ""


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


def parse(text: str, working_dir: str, number: int = 0) -> StepMount:
    """Read one --mount. Raises ValueError."""
    values = _values(text)
    kind = values.pop("type", "bind")
    if kind not in _TYPES:
        raise ValueError(f"there is no type {kind!r:.40}: there are {', '.join(_TYPES)}")
    read_write = values.pop("rw", None) or values.pop("readwrite", None)
    for key in [key for key in values if key in _IGNORED]:
        del values[key]
    for key in values:
        if key not in _KEYS[kind]:
            raise ValueError(f"a mount of type {kind} has no {key!r:.40}: it has {', '.join(_KEYS[kind])}")
    target = values.get("target", "")
    if kind in ("bind", "cache", "tmpfs") and not target:
        raise ValueError("target= is missing")
    name = values.get("id", "")
    readonly = _boolean(values.get("readonly", str(kind == "bind" and read_write is None)), "readonly")
    sharing = values.get("sharing", "shared")
    if sharing not in _SHARING:
        raise ValueError(f"sharing={sharing:.40} does not exist: there are {', '.join(_SHARING)}")
    if kind == "secret":
        name = name or posixpath.basename(target)
        if not name:
            raise ValueError("a secret needs its id=")
        target = target or ("" if "env" in values else f"/run/secrets/{name}")
    if kind == "ssh":
        name, target = name or "default", target or _AGENT.replace("0", str(number))
    if target:
        target = posixpath.normpath(posixpath.join(working_dir, target))
    if target == "/":
        raise ValueError("target=/ is the root itself")
    modes = {"cache": 0o755, "secret": 0o400, "ssh": 0o600}
    return StepMount(
        kind,
        target,
        values.get("source", "/"),
        values.get("from", ""),
        readonly,
        name or target,
        sharing,
        _number(values["mode"], "mode", 8) if "mode" in values else modes.get(kind, 0),
        _number(values.get("uid", "0"), "uid"),
        _number(values.get("gid", "0"), "gid"),
        _size(values.get("size", "0")),
        _boolean(values.get("required", "false"), "required"),
        values.get("env", ""),
    )


def _values(text: str) -> dict[str, str]:
    try:
        items = next(csv.reader([text]), [])
    except csv.Error as err:
        raise ValueError(str(err)) from err
    values: dict[str, str] = {}
    for item in items:
        key, equals, value = item.strip().partition("=")
        key = key if key in ("z", "Z", "U") else key.lower()
        key = _OTHER_NAMES.get(key, key)
        if not equals and key not in ("readonly", "rw", "readwrite", "required", *_IGNORED):
            raise ValueError(f"{item!r:.40} is not KEY=VALUE")
        values[key] = value if equals else "true"
    return values


def _boolean(text: str, key: str) -> bool:
    if text.lower() in ("true", "1", ""):
        return True
    if text.lower() in ("false", "0"):
        return False
    raise ValueError(f"{key}={text:.40} is neither true nor false")


def _number(text: str, key: str, base: int = 10) -> int:
    try:
        value = int(text, base)
    except ValueError:
        value = -1
    if not 0 <= value < 1 << 32:
        raise ValueError(f"{key}={text:.40} is no number")
    return value


def _size(text: str) -> int:
    digits = text.rstrip("bBkKmMgG")
    unit = _UNITS.get(text[len(digits) :].lower())
    if not digits.isdecimal() or unit is None:
        raise ValueError(f"size={text:.40} is no size such as 64m")
    return int(digits) * unit


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


def prepare(step: Step, state: StageState, mounts: list[StepMount], folder: str) -> Prepared:
    """Make ready what the mounts of a step need. Raises DockerfileError, BuildError."""
    del state
    prepared = Prepared(folder)
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
    layout = step.session.engine.layout
    name = hashlib.sha256(mount.id.encode()).hexdigest()[:32]
    lock = Lock(layout.lock("build-mount", name), shared=mount.sharing == "shared")
    if mount.sharing == "private":
        copies = (f"{name}-{count}" if count else name for count in range(1000))
        for copy in copies:  # one that nobody else uses now
            name, lock = copy, Lock(layout.lock("build-mount", copy))
            if lock.acquire(wait=False):
                break
    else:
        lock.acquire()
    prepared.hold(lock)
    folder = f"{layout.build}/mounts/{name}"
    if not os.path.isdir(f"{folder}/data"):
        _make_cache(step, mount, folder, prepared.place(number))
    os.utime(folder)
    prepared.add(Mount("bind", mount.target, f"{folder}/data", ("ro",) if mount.readonly else ()))


def _make_cache(step: Step, mount: StepMount, folder: str, place: str) -> None:
    """Make a cache folder, with what `from` and `source` name as its first contents."""
    files.make_folders(folder)
    files.write_atomic(f"{folder}/id", mount.id.encode(), durable=False)
    made = f"{folder}/data.{os.getpid()}"
    os.mkdir(made, 0o755)
    if mount.origin:
        from pod.storage import tree_copy

        for lower in _folders(step.session, step.source(mount.origin), place):
            source = os.path.normpath(os.path.join(lower, mount.source.strip("/")))
            if os.path.realpath(source).startswith(lower) and os.path.isdir(source):
                tree_copy.apply(source, made)
    os.chown(made, mount.uid, mount.gid)
    os.chmod(made, mount.mode)
    try:
        os.rename(made, f"{folder}/data")
    except OSError:
        files.remove_tree(made)  # somebody else was faster


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
