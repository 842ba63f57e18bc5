"""Completion in the shell: candidates for the last word, from the table and from the store; Typer is not needed.

A shell's script calls `pod __complete WORD…` with the words up to the cursor. The answer is a candidate a line, and
before them `:files` where names of files fit as well.
"""

from __future__ import annotations

from pod.cli import argv, fastpath
from pod.cli.tree import GROUPS
from pod.errors import PodError
from pod.linux import jsonfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pod.cli.context import Context

FILES = ":files"
_NEEDS_RUNNING = ("attach", "exec", "kill", "stop")
_NEEDS_STOPPED = ("start",)


def candidates(context: Context, words: Sequence[str]) -> list[str]:
    """Return what may stand for the last word, given those before it."""
    *before, word = words or [""]
    try:
        found = {item for item in _candidates(context, before, word) if item == FILES or item.startswith(word)}
        return sorted(found, key=lambda item: (item != FILES, item))
    except (PodError, OSError, LookupError, argv.HelpWanted):
        return []  # nobody wants to read an error while typing


def _candidates(context: Context, before: list[str], word: str) -> Iterable[str]:
    table = fastpath.read_table()
    root = fastpath.lookup(table, "")
    taken = argv.split(root, _without_unfinished(root, before))
    context.options = {**context.options, **argv.convert(taken.own)}
    if not taken.positionals:
        pending = _pending(root, before)
        return _values(context, "", pending) if pending else _commands(table, "") + _options(context, root, word)
    if taken.positionals[0] in GROUPS and len(taken.positionals) == 1:
        return _commands(table, taken.positionals[0] + " ")
    spec, rest = fastpath.find(table, taken.positionals)
    return _arguments(context, spec, list(rest), word)


def _arguments(context: Context, spec: argv.Spec, before: list[str], word: str) -> Iterable[str]:
    """Return what may follow the command and its words so far: an option, its value, or the next positional."""
    if pending := _pending(spec, before):
        return _values(context, spec.target, pending)
    positionals = argv.split(spec, before).positionals
    if word[:1] == "-" and not (spec.stops and positionals) and "--" not in before:
        return _options(context, spec, word)
    for position, (dest, kind, _, shown) in enumerate(spec.arguments):
        if position == len(positionals) or kind == argv.MANY:
            first = position == len(positionals)
            return _positionals(context, spec, dest, shown, first)
    return []


def _pending(spec: argv.Spec, before: list[str]) -> argv.Option | None:
    """Return the option whose value the last word is going to be."""
    last = before[-1] if before else ""
    if len(last) > 2 and last[0] == "-" and last[1] != "-":
        last = f"-{last[-1]}" if all(spec.options.get(f"-{c}", ("", ""))[1] == argv.FLAG for c in last[1:-1]) else last
    option: argv.Option | None = spec.options.get(last)
    if option is None or option[1] == argv.FLAG:
        return None
    try:
        argv.split(spec, before)
    except argv.BadWords:
        return option  # its value is missing
    return None


def _without_unfinished(spec: argv.Spec, before: list[str]) -> list[str]:
    return before[:-1] if _pending(spec, before) else before


def _commands(table: bytes, prefix: str) -> list[str]:
    keys = (jsonfile.loads(line[: line.index(b": ")]) for line in table.split(b"\n") if line[:1] == b'"')
    names = [key.removeprefix(prefix) for key in keys if key.startswith(prefix) and not key.startswith("__")]
    return [name for name in names if name and " " not in name] + ([] if prefix else list(GROUPS))


def _options(context: Context, spec: argv.Spec, word: str) -> list[str]:
    """Return the long options, or the values of the one that stands before an equals sign."""
    name, equals, _ = word.partition("=")
    if equals:
        option = spec.options.get(name)
        return [f"{name}={value}" for value in _values(context, spec.target, option)] if option else []
    return [name for name in (*spec.options, "--help") if name.startswith("--")] if word[:1] == "-" else []


def _values(context: Context, target: str, option: argv.Option) -> list[str]:
    dest, choices = option[0], option[2:]
    if choices:
        return list(choices)
    if dest in _OBJECTS:
        return _OBJECTS[dest](context, target)
    if dest == "filters":
        return _filters(target)
    return ["json"] if dest == "format" else [FILES]


def _filters(target: str) -> list[str]:
    """Return the keys that --filter knows where a listing has some, with their equals sign."""
    from importlib import import_module

    module = _FILTERS.get(target) or _FILTERS.get(target.partition(".")[0])
    keys = import_module(f"pod.cli.actions.{module}").FILTERS if module else ()
    return [f"{key}=" for key in keys if key.isidentifier() or "-" in key]


def _positionals(context: Context, spec: argv.Spec, dest: str, shown: str, first: bool) -> list[str]:
    if dest in _OBJECTS:
        return _OBJECTS[dest](context, spec.target)
    if spec.target == "container.cp:cp":
        return [FILES, *(f"{name}:" for name in _containers(context, spec.target))]
    if shown == "LIST":  # of the group `manifest`: their names are those of images
        return _images(context, spec.target)
    if spec.target.startswith("container.exec:"):
        return _containers(context, spec.target) if first else [FILES]
    if spec.target == "system.inspect:inspect":
        return [*_containers(context, spec.target), *_images(context, spec.target)]
    if dest == "shell":
        return shown.split("|")
    return [FILES]


def _containers(context: Context, target: str) -> list[str]:
    from pod.engine import containers

    verb = target.rpartition(":")[2].strip("_")
    found = []
    for container in containers.every(context.engine.layout):
        unfit = verb in _NEEDS_RUNNING and not container.running
        if not unfit and not (verb in _NEEDS_STOPPED and container.running):
            found += [container.name, container.id[:12]]
    return found


def _images(context: Context, _: str) -> list[str]:
    from pod.oci.reference import Reference
    from pod.storage.images import ImageStore

    names = [entry.name for entry in ImageStore(context.engine.layout).entries() if entry.name]
    references = [Reference.parse(name) for name in names]
    return [reference.familiar for reference in references] + [reference.familiar_name for reference in references]


def _networks(context: Context, target: str) -> list[str]:
    from pod.net import store

    names = [network.name for network in store.every(context.engine.layout.networks)]
    if target.startswith("network."):
        return names
    return ["none", "host", "slirp4netns", "pasta", *names, *_others_namespaces(context, target)]


def _namespaces(context: Context, target: str) -> list[str]:
    return ["private", "host", *_others_namespaces(context, target)]


def _others_namespaces(context: Context, _: str) -> list[str]:
    return [f"container:{name}" for name in _containers(context, "container.exec:exec")]


def _volumes(context: Context, target: str) -> list[str]:
    """Return the names of volumes; for the options -v of commands that also mount folders, those with a colon."""
    from pod.storage.volumes import VolumeStore

    names = [] if target.startswith("build.") else VolumeStore(context.engine.layout).names()
    return names if target.startswith("volume.") else [FILES, *(f"{name}:" for name in names)]


def _secrets(context: Context, target: str) -> list[str]:
    from pod.storage.secrets import SecretStore

    if target.startswith("build."):  # its secrets are files and variables
        return [FILES]
    return [record.name for record in SecretStore(context.engine.layout).every()]


def _pods(context: Context, _: str) -> list[str]:
    from pod.engine.pods import store
    from pod.errors import PodError

    names = []
    for pod_id in store.all_ids(context.engine.layout):
        try:
            names.append(store.load(context.engine.layout, pod_id).name)
        except PodError:
            continue
    return names


_OBJECTS: dict[str, Callable[[Context, str], list[str]]] = {
    "container": _containers,
    "containers": _containers,
    "image": _images,
    "images": _images,
    "network": _networks,
    "networks": _networks,
    "pid": _namespaces,
    "pod": _pods,
    "pods": _pods,
    "ipc": _namespaces,
    "uts": _namespaces,
    "requires": _containers,
    "secret": _secrets,
    "secrets": _secrets,
    "volume": _volumes,
    "volumes": _volumes,
    "volumes_from": _containers,
}

_FILTERS = {  # where the conditions of a command, or of a group's commands, are
    "container": "container_filters",
    "image": "images.filters",
    "network": "networks.filters",
    "pod": "pods.filters",
    "secret": "secrets.ls",
    "system.events:events": "event_filters",
    "volume": "volumes.filters",
}


def script(shell: str) -> str:
    """Return the script that a shell is to source."""
    return _SCRIPTS[shell]


_BASH = r"""# bash completion for pod
_pod_complete() {
    local line=${COMP_LINE:0:COMP_POINT} words current prefix
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    current=${words[-1]}
    mapfile -t COMPREPLY < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == :files ]]; then
        COMPREPLY=("${COMPREPLY[@]:1}")
        compopt -o default
    fi
    # readline breaks words at these characters and replaces only what follows the last one
    prefix=${current%"${current##*[:=]}"}
    COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
    [[ ${#COMPREPLY[@]} -eq 1 && $COMPREPLY == *[:=] ]] && compopt -o nospace
}
complete -F _pod_complete pod
"""

_ZSH = r"""#compdef pod
_pod() {
    local -a found
    found=("${(@f)$(${words[1]} __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ ${found[1]} == :files ]]; then
        found=("${(@)found[2,-1]}")
        _files
    fi
    found=($found)
    compadd -S "" -- "${(@M)found:#*[:=]}"
    compadd -- "${(@)found:#*[:=]}"
}
if [[ ${funcstack[1]} == _pod ]]; then
    _pod
else
    compdef _pod pod
fi
"""

_FISH = r"""# fish completion for pod
function __pod_complete
    set -l words (commandline -opc) (commandline -ct)
    for found in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
        if test "$found" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $found
        end
    end
end
complete -c pod -f -a '(__pod_complete)'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
