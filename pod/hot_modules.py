"""The modules of the hot commands in one file: importing eighty small files costs twice what their code does.

The installer writes `hot-modules.bin` beside the package (`python -m pod.hot_modules FILE`), for an installation
never changes in place; the launcher calls `use`. A checkout has none and imports file by file, as does whatever the
file does not hold. Format: the size of the index in eight bytes; the index, name → (is package, source file, offset,
size), marshalled with the interpreter's magic number; the code. It is read whole: a monitor closes all descriptors.
"""

from __future__ import annotations

import marshal
import sys

_HEADER = 8  # bytes that tell the size of the index behind them

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

ROOTS = (
    "pod.__main__ pod.cli.main pod.cli.fastpath pod.cli.actions.each pod.cli.actions.images.ls "
    "pod.cli.actions.inspection pod.cli.actions.log_lines pod.cli.actions.ps pod.cli.actions.selection "
    "pod.cli.commands.container.create pod.cli.commands.container.exec pod.cli.commands.container.inspect "
    "pod.cli.commands.container.kill pod.cli.commands.container.logs pod.cli.commands.container.ps "
    "pod.cli.commands.container.rm pod.cli.commands.container.run pod.cli.commands.container.start "
    "pod.cli.commands.container.stop pod.cli.commands.container.wait pod.cli.commands.image.ls "
    "pod.cli.commands.system.complete pod.cli.commands.system.inspect pod.cli.completion pod.cli.config_defaults "
    "pod.cli.errors_output pod.cli.parsers.create_options pod.cli.parsers.handover pod.cli.parsers.labels "
    "pod.cli.parsers.mounts pod.cli.parsers.networks pod.cli.parsers.ports pod.cli.parsers.run_options "
    "pod.cli.tables pod.cli.template.evaluator pod.cli.template.gojson pod.cli.template.parser "
    "pod.cli.template.source pod.cli.template.values pod.cli.tree pod.engine.discard pod.engine.engine "
    "pod.engine.exec pod.engine.images.list_images pod.engine.inspect pod.engine.logs pod.engine.monitor.bare "
    "pod.engine.monitor.log_drivers pod.engine.monitor.main pod.engine.monitor.network pod.engine.namespace "
    "pod.engine.network.joining pod.engine.remove pod.engine.run pod.engine.stop pod.engine.sysctls "
    "pod.engine.terminal pod.engine.wait pod.net.forwarding pod.net.namespaces pod.net.ports pod.net.slirp "
    "pod.runtime.interpreter pod.runtime.user_namespace pod.settings.configuration pod.settings.places "
    "pod.storage.drivers.overlay pod.storage.rootfs"
).split()
"""What the hot commands load; all that these import belongs to the file."""


def use(path: str) -> None:
    """Let this process import from the file; one that is missing, or of another interpreter, is passed over."""
    try:
        with open(path, "rb", buffering=0) as file:
            content = memoryview(file.read())
        start = _HEADER + int.from_bytes(content[:_HEADER], "little")
        magic, index = marshal.loads(content[_HEADER:start])
    except (OSError, EOFError, ValueError, TypeError):
        return
    if magic == _magic():
        sys.meta_path.insert(0, _Finder(index, content[start:]))


def _magic() -> bytes:
    from _frozen_importlib_external import MAGIC_NUMBER

    return bytes(MAGIC_NUMBER)


class _Finder:
    """A meta path finder and loader in one (importlib.abc)."""

    def __init__(self, index: dict[str, tuple[bool, str, int, int]], code: memoryview) -> None:
        self._index = index
        self._code = code

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        del path, target
        entry = self._index.get(name)
        if entry is None:
            return None
        spec = type(sys.__spec__)(name, self, origin=entry[1], is_package=entry[0])  # type: ignore[arg-type]
        spec.has_location = True
        if entry[0]:
            spec.submodule_search_locations = [entry[1].rpartition("/")[0]]
        return spec

    def create_module(self, spec: object) -> None:
        del spec

    def exec_module(self, module: ModuleType) -> None:
        _package, _file, offset, size = self._index[module.__name__]
        exec(marshal.loads(self._code[offset : offset + size]), module.__dict__)


def write(path: str) -> int:
    """Write the file for this interpreter and this place of the package; return how many modules it holds."""
    import importlib

    for name in ROOTS:
        importlib.import_module(name)
    index: dict[str, tuple[bool, str, int, int]] = {}
    parts: list[bytes] = []
    offset = 0
    for name, module in sorted(sys.modules.items()):
        source = getattr(module, "__file__", None)
        if name.partition(".")[0] != "pod" or source is None or name == __name__:
            continue
        with open(source, "rb") as file:
            code = marshal.dumps(compile(file.read(), source, "exec", dont_inherit=True))
        index[name] = (hasattr(module, "__path__"), source, offset, len(code))
        parts.append(code)
        offset += len(code)
    with open(path, "wb") as file:
        header = marshal.dumps((_magic(), index))
        file.write(len(header).to_bytes(_HEADER, "little") + header + b"".join(parts))
    return len(index)


if __name__ == "__main__":
    print(f"{write(sys.argv[1])} modules")
