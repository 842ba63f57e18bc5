"""What `pod quadlet …` and `pod system install-units` do."""

from __future__ import annotations

import os

from pod.cli import errors_output, exitcodes
from pod.cli.filters import matches_pattern, parse_pairs
from pod.cli.tables import PODMAN, format_rows
from pod.cli.template import Row
from pod.errors import NotFound, PodError, UsageError
from pod.linux import files
from pod.systemd import manager, user_units
from pod.systemd.program import own_program
from pod.systemd.quadlet import generator
from pod.systemd.quadlet.source import SECTIONS, Source, folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pod.cli.context import Context

_TITLES = {"Name": "NAME", "UnitName": "UNIT NAME", "Path": "PATH ON DISK", "Status": "STATUS"}


def install_units(context: Context, *, reload: bool) -> int:
    """Write the user's units, say what is wrong with their files, and let systemd read them."""
    installed = user_units.install(context.environ, own_program())
    for name in installed.written:
        print(f"{installed.folder}/{name}")
    for name in installed.removed:
        print(f"removed {installed.folder}/{name}")
    failed = _complain(context, installed.generated)
    _reload(reload)
    return exitcodes.ENGINE if failed else exitcodes.OK


def list_files(context: Context, *, format: str, filter: tuple[str, ...], heading: bool) -> int:
    """Print the Quadlet files, the units they become, and what these do."""
    wanted = parse_pairs(filter, ["name"])
    generated = generator.generate(context.environ, own_program())
    sources = [s for s in generated.sources if all(matches_pattern(p, s.name) for p in wanted.get("name", ()))]
    states = manager.states([f"{source.service}.service" for source in sources])
    rows = [_row(source, generated.units, states) for source in sources]
    print(format_rows(format, rows, _TITLES, columns=list(_TITLES), layout=PODMAN, heading=heading), end="")
    _complain(context, generated)
    return exitcodes.OK


def print_unit(context: Context, name: str, *, source: bool) -> int:
    """Print the unit that a Quadlet file becomes, or the file itself."""
    generated = generator.generate(context.environ, own_program())
    found = _find(generated.sources, name)
    if source:
        print(files.read_bytes(found.path).decode(errors="replace"), end="")
        return exitcodes.OK
    unit = f"{found.service}.service"
    if unit not in generated.units:
        raise next(
            (err for err in generated.errors if err.message.startswith(found.path)),
            PodError(f"{found.path} becomes no unit"),
        )
    print(generated.units[unit], end="")
    return exitcodes.OK


def install(context: Context, paths: tuple[str, ...], *, replace: bool, reload: bool) -> int:
    """Copy Quadlet files, and what lies beside them in a folder, to the user's own folder."""
    target = _own_folder(context.environ)
    files.make_folders(target)
    for path in paths:
        for file in _to_install(path):
            new = f"{target}/{os.path.basename(file)}"
            if os.path.lexists(new) and not replace:
                raise PodError(f"{new} exists", hint="give --replace to replace it")
            files.write_atomic(new, _read(file), mode=0o644)
            print(new)
    return _take_up(context, reload=reload)


def remove(context: Context, names: tuple[str, ...], *, all: bool, force: bool, ignore: bool, reload: bool) -> int:
    """Remove Quadlet files of the user's own folder; a service that runs is stopped with `force` only."""
    own = _own_folder(context.environ)
    generated = generator.generate(context.environ, own_program())
    if not names and not all:
        raise UsageError("which Quadlet files?", hint="name them, or give --all; `pod quadlet list` shows them")
    chosen = [s for s in generated.sources if s.folder == own] if all else []
    for name in names:
        try:
            chosen.append(_find(generated.sources, name))
        except NotFound:
            if not ignore:
                raise
    states = manager.states([f"{source.service}.service" for source in chosen])
    for source in chosen:
        if source.folder != own:
            raise PodError(f"{source.path} is not in {own}: it is its owner's to remove")
        unit = f"{source.service}.service"
        if states.get(unit) in ("active", "activating", "reloading"):
            if not force:
                raise PodError(f"{unit} is running", hint="give --force to stop it first")
            manager.stop(unit)
        files.remove_file(source.path)
        print(source.name)
    return _take_up(context, reload=reload)


def _take_up(context: Context, *, reload: bool) -> int:
    """Write the units anew where no generator of pod's does that, and let systemd read them."""
    if not _has_generator():
        _complain(context, user_units.install(context.environ, own_program()).generated)
    _reload(reload)
    return exitcodes.OK


def _reload(wanted: bool) -> None:
    """Let systemd read the units; where it does not run now, it will read them when it starts."""
    try:
        if wanted:
            manager.reload()
    except PodError as err:
        errors_output.notice(f"{err.message}; it will when it starts ({err.hint})")


def _has_generator() -> bool:
    """Tell whether an administrator has installed pod's generator: systemd then makes the units at every reload."""
    places = ("/run/systemd", "/etc/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd")  # systemd.generator(7)
    return any(os.access(f"{place}/user-generators/pod-user-generator", os.X_OK) for place in places)


def _complain(context: Context, generated: generator.Generated) -> bool:
    for err in generated.errors:
        errors_output.show(err, context.debug)
    return bool(generated.errors)


def _own_folder(environ: Mapping[str, str]) -> str:
    if environ.get("QUADLET_UNIT_DIRS"):
        return folders(environ)[0]
    configuration = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '/')}/.config"
    return f"{configuration}/containers/systemd"


def _to_install(path: str) -> list[str]:
    """Return the files that a word of `quadlet install` means. Raises PodError for what is no Quadlet file."""
    if os.path.isdir(path):
        inside = sorted(f"{path}/{name}" for name in os.listdir(path) if os.path.isfile(f"{path}/{name}"))
        if not any(map(_is_quadlet, inside)):
            raise PodError(f"there is no Quadlet file in {path}", hint=f"they end in .{', .'.join(SECTIONS)}")
        return inside
    if not os.path.isfile(path):
        raise PodError(f"cannot install {path}: no such file")
    if not _is_quadlet(path):
        raise PodError(f"{path} is no Quadlet file", hint=f"they end in .{', .'.join(SECTIONS)}")
    return [path]


def _is_quadlet(path: str) -> bool:
    return path.rpartition(".")[2] in SECTIONS


def _read(path: str) -> bytes:
    try:
        return files.read_bytes(path, limit=1 << 20)
    except OSError as err:
        raise PodError(f"cannot read {path}: {err.strerror}") from err


def _find(sources: tuple[Source, ...], name: str) -> Source:
    for source in sources:
        if name in (source.name, source.service, f"{source.service}.service"):
            return source
    raise NotFound(f"no such Quadlet file: {name}", hint="`pod quadlet list` shows those there are")


def _row(source: Source, units: Mapping[str, str], states: Mapping[str, str]) -> Row:
    unit = f"{source.service}.service"
    status = states.get(unit, "not loaded") if unit in units else "wrong"
    return Row(Name=source.name, UnitName=unit, Path=source.path, Status=status)
