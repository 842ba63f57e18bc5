"""Instructions that change nothing but the configuration: ENV, LABEL, CMD, USER and the like."""

from __future__ import annotations

from pod.build.dockerfile.expand import BadSubstitution, expand, expand_to_words
from pod.build.dockerfile.instructions import Command, Health, Instruction, OnBuild, Pairs, Words
from pod.build.dockerfile.location import error
from pod.errors import PodError
from pod.linux import jsonfile, signals
from pod.oci.durations import parse_duration
from pod.oci.image_config import Healthcheck, History

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from pod.build.state import StageState

_PROTOCOLS = ("tcp", "udp", "sctp")


def apply(state: StageState, instruction: Instruction, escape: str, given: Mapping[str, str]) -> StageState:
    """Return the state after an instruction; `given` are the values of --build-arg. Raises DockerfileError."""
    reader = Reader(state, instruction, escape)
    if isinstance(instruction, Pairs) and instruction.word == "ARG":
        return _arg(state, instruction, reader, given)
    maker = _MAKERS[instruction.word]
    after, shown = maker(state, instruction, reader)
    return with_history(after, f"{instruction.word} {shown}")


class Reader:
    """Expands the variables of an instruction, with errors at their place."""

    def __init__(self, state: StageState, instruction: Instruction, escape: str) -> None:
        self._values = state.variables
        self._instruction = instruction
        self._escape = escape

    def expand(self, text: str) -> str:
        try:
            return expand(text, self._values, self._escape)
        except BadSubstitution as err:
            raise self._error(text, err) from err

    def words(self, text: str) -> list[str]:
        try:
            return expand_to_words(text, self._values, self._escape)
        except BadSubstitution as err:
            raise self._error(text, err) from err

    def _error(self, text: str, err: BadSubstitution) -> Exception:
        line = self._instruction.line
        return error(line.at(max(0, line.text.find(text)) + err.offset), str(err))

    def bad(self, message: str, hint: str = "") -> Exception:
        return error(self._instruction.line.at(self._instruction.offset), message, hint)


def with_history(state: StageState, text: str) -> StageState:
    """Add the line that `history` shows of an instruction without a layer."""
    step = History(created=state.created, created_by=text, comment="pod", empty_layer=True)
    return state.replace(history=(*state.history, step))


def _arg(state: StageState, instruction: Pairs, reader: Reader, given: Mapping[str, str]) -> StageState:
    args = dict(state.args)
    for name, default in instruction.pairs:
        if name in given:
            args[name] = given[name]
        elif default is not None:
            args[name] = Reader(state.replace(args=args), instruction, reader._escape).expand(default)
        else:
            args.setdefault(name, "") if name in args else None
    return with_history(state.replace(args=args), f"ARG {instruction.text}")


def _env(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    assert isinstance(instruction, Pairs)
    env = state.env
    added = {reader.expand(name): reader.expand(value or "") for name, value in instruction.pairs}
    if "" in added:
        raise reader.bad("the name of a variable is empty")
    env.update(added)
    config = state.config.replace(env=tuple(f"{name}={value}" for name, value in env.items()))
    return state.replace(config=config), " ".join(f"{name}={value}" for name, value in added.items())


def _label(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    assert isinstance(instruction, Pairs)
    added = {reader.expand(name): reader.expand(value or "") for name, value in instruction.pairs}
    config = state.config.replace(labels={**state.config.labels, **added})
    return state.replace(config=config), " ".join(f"{name}={value}" for name, value in added.items())


def _command(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    del reader
    assert isinstance(instruction, Command)
    argv = (*state.shell, instruction.text) if instruction.argv is None else instruction.argv
    shown = jsonfile.dumps(list(argv)).decode()
    if instruction.word == "CMD":
        return state.replace(config=state.config.replace(cmd=argv), cmd_is_own=True), shown
    if instruction.word == "SHELL":
        return state.replace(config=state.config.replace(shell=argv)), shown
    cmd = state.config.cmd if state.cmd_is_own else None  # of the base: it belonged to another entrypoint
    return state.replace(config=state.config.replace(entrypoint=argv, cmd=cmd)), shown


def _expose(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    assert isinstance(instruction, Words)
    ports = dict(state.config.exposed_ports)
    added = []
    for word in instruction.words:
        for text in reader.words(word):
            added += _ports(text, reader)
    ports.update({port: {} for port in added})
    return state.replace(config=state.config.replace(exposed_ports=ports)), " ".join(added)


def _ports(text: str, reader: Reader) -> list[str]:
    """Return the ports of 80, 80/udp, 8000-8010 or, as Docker has it, HOST:80, whose host part does not count."""
    number, _, protocol = text.rpartition(":")[2].partition("/")
    first, dash, last = number.partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not dash)):
        raise reader.bad(f"{text!r:.60} is no port", "a port is written 80, 80/udp or 8000-8010/tcp")
    low, high = int(first), int(last or first)
    if not 0 < low <= high < 65536:
        raise reader.bad(f"{text!r:.60} is no port", "ports go from 1 to 65535")
    if (protocol or "tcp").lower() not in _PROTOCOLS:
        raise reader.bad(f"{text!r:.60} has no known protocol", "there are tcp, udp and sctp")
    return [f"{port}/{(protocol or 'tcp').lower()}" for port in range(low, high + 1)]


def _volume(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    assert isinstance(instruction, Words)
    paths = [reader.expand(word) for word in instruction.words]
    if not all(paths):
        raise reader.bad("the path of a volume is empty")
    volumes = {**state.config.volumes, **{path: {} for path in paths}}
    return state.replace(config=state.config.replace(volumes=volumes)), jsonfile.dumps(paths).decode()


def _user(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    user = reader.expand(instruction.text)
    if not user:
        raise reader.bad("the user is empty")
    return state.replace(config=state.config.replace(user=user)), user


def _stop_signal(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    signal = reader.expand(instruction.text)
    try:
        signals.number(signal)
    except Exception as err:
        raise reader.bad(f"{signal!r:.40} is no signal", "for example SIGTERM, or 15") from err
    return state.replace(config=state.config.replace(stop_signal=signal)), signal


def _maintainer(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    author = reader.expand(instruction.text)
    return state.replace(author=author), author


def _on_build(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    del reader
    assert isinstance(instruction, OnBuild)
    text = instruction.text
    for heredoc in instruction.line.heredocs:
        text += f"\n{heredoc.content}{heredoc.name}"
    config = state.config.replace(on_build=(*state.config.on_build, text))
    return state.replace(config=config), text


def _health(state: StageState, instruction: Instruction, reader: Reader) -> tuple[StageState, str]:
    assert isinstance(instruction, Health)
    if instruction.none:
        return state.replace(config=state.config.replace(healthcheck=Healthcheck(("NONE",)))), "NONE"
    values: dict[str, Any] = {}
    for flag in instruction.flags:
        try:
            if flag.name == "retries":
                values["retries"] = _retries(flag.value or "")
            else:
                values[flag.name.replace("-", "_")] = parse_duration(flag.value or "")
        except (ValueError, PodError) as err:
            raise error(flag.location, f"--{flag.name}: {err}", "a duration is written 30s, 1m30s or 500ms") from err
    command = instruction.text.partition(" ")[2].strip()
    test = ("CMD-SHELL", command) if instruction.argv is None else ("CMD", *instruction.argv)
    del reader
    return state.replace(config=state.config.replace(healthcheck=Healthcheck(test, **values))), instruction.text


def _retries(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r:.40} is no number")
    return int(text)


_MAKERS: dict[str, Callable[[StageState, Instruction, Reader], tuple[StageState, str]]] = {
    "CMD": _command,
    "ENTRYPOINT": _command,
    "ENV": _env,
    "EXPOSE": _expose,
    "HEALTHCHECK": _health,
    "LABEL": _label,
    "MAINTAINER": _maintainer,
    "ONBUILD": _on_build,
    "SHELL": _command,
    "STOPSIGNAL": _stop_signal,
    "USER": _user,
    "VOLUME": _volume,
}
