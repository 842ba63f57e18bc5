"""`-e KEY=VALUE`, `-e KEY`, `-e PREFIX*` and `--env-file`, as Docker and Podman read them."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def parse_environment(values: Iterable[str], env_files: Iterable[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return KEY=VALUE for all files and then all options; the last value of a key wins, in the first one's place."""
    found: dict[str, str] = {}
    for path in env_files:
        from pod.cli.parsers.line_files import read_lines

        for line in read_lines("--env-file", path):
            found.update(_from_file(path, line, environ))
    for value in values:
        key, equals, text = value.partition("=")
        if not key:
            raise invalid("--env", value, "it has no name before the equals sign")
        found.update({key: text} if equals else _from_host(key, environ))
    return tuple(f"{key}={value}" for key, value in found.items())


_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy")


def host_environment(environ: Mapping[str, str], *, everything: bool, proxies: bool) -> tuple[str, ...]:
    """Return the variables of pod's own environment that go into a container: all of them, or those of proxies."""
    names = environ.keys() if everything else [name for name in environ if proxies and name.lower() in _PROXIES]
    return tuple(f"{name}={environ[name]}" for name in names)


def _from_host(key: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return variables of pod's own environment: one, or all that begin with what stands before a star."""
    if key.endswith("*"):
        return {name: value for name, value in environ.items() if name.startswith(key[:-1])}
    return {key: environ[key]} if key in environ else {}


def _from_file(path: str, line: str, environ: Mapping[str, str]) -> dict[str, str]:
    key, equals, value = line.lstrip().partition("=")
    if not key:
        raise UsageError(f"--env-file {path}: no name before the equals sign in {line!r:.80}")
    if any(character in " \t\v\f" for character in key):
        raise UsageError(
            f"--env-file {path}: the name {key!r:.80} contains white space", hint="write KEY=VALUE, one on a line"
        )
    return {key: value} if equals else _from_host(key, environ)
