"""Where a build's files come from: a folder, a tarball on stdin, a git repository, a tarball by HTTP, or nothing."""

from __future__ import annotations

import os

from pod.build import archives, ignore
from pod.build.context import Context, inside
from pod.build.context.places import is_git, is_url
from pod.errors import BuildError
from pod.linux import files
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.options import BuildOptions
    from pod.engine.engine import Engine

_NAMES = ("Dockerfile", "Containerfile", "dockerfile")
_IGNORE_FILES = (".containerignore", ".dockerignore")
_MAX_DOCKERFILE = 4 << 20
_MAX_IGNORE_FILE = 1 << 20
IMAGES = ("docker-image://", "container-image://", "oci-layout://")  # how --build-context names an image


class Opened(Record):
    """The context, None where there is none, and the Dockerfile: its text and what errors call it."""

    context: Context | None
    text: str
    file: str
    named: dict[str, Context] = {}  # those of --build-context that are files, by name


def open_all(engine: Engine, options: BuildOptions, folder: str) -> Opened:
    """Get contexts and Dockerfile; what has to be fetched or unpacked goes into `folder`. Raises BuildError."""
    named = {}
    for number, (name, where) in enumerate(options.contexts.items()):
        if not where.startswith((*IMAGES, "target:")):
            named[name.lower()] = _named(engine, name, where, f"{folder}/named{number}")
    return _open_main(engine, options, folder).replace(named=named)


def _named(engine: Engine, name: str, where: str, folder: str) -> Context:
    """Open a context of --build-context: a folder, a git repository or an archive by HTTP."""
    os.mkdir(folder)
    path = key = ""
    if is_git(where):
        path = _clone(where, folder)
    elif is_url(where):
        path = unpack(engine, _fetch(where, f"{folder}/fetched"), f"{folder}/context", where)
    else:
        path = key = os.path.abspath(where)
        if not os.path.isdir(path):
            raise BuildError(f"the build context {name}={where:.200} is no folder")
    return Context(path, _context_rules(path, _IGNORE_FILES, own=bool(key)), key)


def _clone(url: str, folder: str) -> str:
    from pod.build.context import git

    return git.clone(git.parse(url), f"{folder}/context").path


def _fetch(url: str, path: str) -> str:
    from pod.build.context import http

    return http.fetch(url, path).path


def _open_main(engine: Engine, options: BuildOptions, folder: str) -> Opened:
    text = options.file_text
    path, key = "", ""  # a context without a key was made by somebody else
    if options.context == "-":
        head = _spool(f"{folder}/stdin")
        if archives.is_archive(f"{folder}/stdin"):
            path = unpack(engine, f"{folder}/stdin", f"{folder}/context", "the archive on standard input")
        elif text is None:  # a Dockerfile and no context, as in `pod build - < Dockerfile`
            return Opened(None, head.decode(errors="replace"), "-")
        else:
            raise BuildError("standard input cannot be both the Dockerfile and the context")
    elif is_git(options.context) or options.context.startswith("github.com/"):
        path = _clone(options.context, folder)
    elif is_url(options.context):
        fetched = _fetch(options.context, f"{folder}/fetched")
        if not archives.is_archive(fetched):
            data = files.read_bytes(fetched, _MAX_DOCKERFILE)
            return Opened(None, data.decode(errors="replace"), options.context)
        path = unpack(engine, fetched, f"{folder}/context", options.context)
    else:
        path = key = _folder(options.context)
    if text is not None:
        file = "-"
    elif key or is_url(options.file):
        text, file = _read_dockerfile(options, path, folder)
    else:
        text, file = _read_foreign_dockerfile(options, path)
    rules = _ignore_rules(options, path, file, own=bool(key))
    shown = file if file == "-" else _shown(file, path)
    return Opened(Context(path, rules, key), text.decode(errors="replace"), shown)


def _folder(path: str) -> str:
    full = os.path.abspath(path)
    if os.path.isdir(full):
        return full
    if os.path.exists(full):
        raise BuildError(
            f"the context {path:.200} is no folder", hint="a Dockerfile is named with -f: pod build -f FILE ."
        )
    raise BuildError(f"the context {path:.200} does not exist", hint="give a folder: pod build -t NAME .")


def _spool(path: str) -> bytes:
    """Write standard input to a file and return its beginning."""
    head = b""
    with open(path, "wb") as file:
        while data := os.read(0, 1 << 20):
            file.write(data)
            if len(head) < _MAX_DOCKERFILE:
                head += data
    return head


def unpack(engine: Engine, archive: str, folder: str, what: str) -> str:
    """Unpack a context, confined to its folder; everything then belongs to root. Returns the folder."""
    os.mkdir(folder, 0o755)
    archives.unpack(archive, what, lambda: os.chdir(folder), single_id=engine.enter().single, owner=(0, 0))
    return folder


def _read_dockerfile(options: BuildOptions, context: str, folder: str) -> tuple[bytes, str]:
    """Return the Dockerfile and its path."""
    if is_url(options.file):
        return files.read_bytes(_fetch(options.file, f"{folder}/Dockerfile"), _MAX_DOCKERFILE), options.file
    if options.file:
        candidates = [options.file, os.path.join(context, options.file)]
    else:
        candidates = [os.path.join(context, name) for name in _NAMES]
    for path in candidates:
        if os.path.isfile(path):
            try:
                return files.read_bytes(path, _MAX_DOCKERFILE), path
            except OSError as err:
                raise BuildError(f"cannot read {path}: {err.strerror}") from err
    if options.file:
        raise BuildError(f"there is no Dockerfile {options.file}", hint=_others(context))
    raise BuildError(f"there is no Dockerfile or Containerfile in {options.context}", hint=_others(context))


def _read_foreign_dockerfile(options: BuildOptions, context: str) -> tuple[bytes, str]:
    """Return the Dockerfile of a context that was fetched or unpacked, and its path: no link of it leads out."""
    for name in (options.file,) if options.file else _NAMES:
        data = inside.read(context, name, _MAX_DOCKERFILE)
        if data is not None:
            return data, os.path.join(context, name)
    wanted = options.file or "Dockerfile or Containerfile"
    raise BuildError(f"there is no {wanted} in {options.context}", hint=_others(context))


def _others(context: str) -> str:
    try:
        names = [name for name in sorted(os.listdir(context)) if "ockerfile" in name or "ontainerfile" in name]
    except OSError:
        return ""
    return f"there is {', '.join(names[:5])}: name it with -f" if names else "name one with -f"


def _shown(path: str, context: str) -> str:
    if is_url(path):
        return path
    inside = os.path.relpath(os.path.abspath(path), context)
    return path if inside.startswith("..") else inside


def _ignore_rules(options: BuildOptions, context: str, dockerfile: str, *, own: bool) -> ignore.Ignore:
    """Read the ignore file: the one asked for, DOCKERFILE.dockerignore, .containerignore or .dockerignore."""
    if options.ignore_file:
        if not os.path.isfile(options.ignore_file):
            raise BuildError(f"there is no ignore file {options.ignore_file}")
        return _read_rules([options.ignore_file])
    beside: tuple[str, ...] = ()
    if dockerfile != "-" and not is_url(dockerfile):
        name = dockerfile if own else os.path.relpath(dockerfile, context)
        beside = (f"{name}.dockerignore", f"{name}.containerignore")
    return _context_rules(context, (*beside, *_IGNORE_FILES), own=own)


def _context_rules(context: str, names: tuple[str, ...], *, own: bool) -> ignore.Ignore:
    """Read the first ignore file that there is; in a context of somebody else's (not `own`) no link leads out."""
    if own:
        return _read_rules([os.path.join(context, name) for name in names])
    for name in names:
        data = inside.read(context, name, _MAX_IGNORE_FILE)
        if data is not None:
            return ignore.parse(data.decode(errors="surrogateescape"), os.path.basename(name))
    return ignore.Ignore()


def _read_rules(candidates: list[str]) -> ignore.Ignore:
    for path in candidates:
        if os.path.isfile(path):
            text = files.read_bytes(path, _MAX_IGNORE_FILE).decode(errors="surrogateescape")
            return ignore.parse(text, os.path.basename(path))
    return ignore.Ignore()
