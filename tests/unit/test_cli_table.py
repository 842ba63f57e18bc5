"""The generated table is current, and says what Typer would have said: for every command line that the tests use."""

from __future__ import annotations

import ast
import inspect
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pod.cli import argv, fastpath, generate_table, tree
from pod.cli.definitions import Definition, define
from pod.cli.elsewhere import ELSEWHERE

TESTS = Path(__file__).parent.parent

COMMAND_LINES = """
run --rm -it host bash
run --rm --network none busybox true
run -itd --name web busybox
run -d --name=web -e A=1 -eB=2 -e=C --env D= --env-file f --label x=y -l z busybox sh -c 'echo --rm' --flag
run --rm=true --tty=false -t --sig-proxy=false busybox
run -v /a:/b:ro -v x:/y --mount type=bind,src=/a,dst=/c --tmpfs /t:size=1m -w /w -u 1:2 -h host busybox -- x
run --cap-add NET_ADMIN --cap-drop=ALL --security-opt no-new-privileges --privileged --read-only --init busybox
run --ulimit nofile=1:2 --shm-size 64m --stop-timeout 5 --stop-signal=TERM --pull never --dns 1.1.1.1 busybox
run --entrypoint '' --entrypoint='["a"]' -a stdin -a stdout --cidfile /x --add-host a:1.2.3.4 busybox
run --log-driver json-file --log-opt max-size=1m --annotation a=b --domainname d --platform linux/arm64 busybox
run --ipc host --pid container:x --uts=host --group-add audio --detach-keys ctrl-x --replace --name x busybox
--root /r --runroot=/rr --storage-driver vfs --log-level debug -D ps -a
create -t -i --name x busybox cat
exec -it web sh -c 'a --b'
exec -d -e A=1 -u root -w / --privileged --detach-keys '' web -- ls
exec -l ls -l
start -a -i web
start web db
start --attach --sig-proxy=false web
attach --no-stdin web
stop -t 5 web db
stop --time=-1 --ignore -a
restart --timeout 3 web
kill -s KILL web
kill --signal=9 -a
rm -f -v web db
rm -fv $x
rm --all --filter status=exited
wait --condition running -i 10ms web
ps
ps -aq
ps -aqf name=x
ps -a --no-trunc=false --format '{{.Names}}' --filter status=exited -f label=a=b
ps -n 3 -s
ps -n=3
ps --sort created --noheading -l
container ls -a
container ps
container list
logs -f --tail 5 -t web
logs --since 10m --until 2026-01-01 -n all --names --details web
inspect -f '{{.State.Pid}}' web
inspect --type image -s busybox
container inspect web
image inspect --format json busybox
images -aq --digests --no-trunc
images --filter dangling=true busybox
image ls
rmi -f a b
image rm a
load -i x.tar -q
save -o x.tar a b
save --format oci-archive a
import -c 'CMD ["x"]' -m msg x.tar name
import -
tag a b c
untag a
image prune -af
image exists a
image mount a
image unmount --all
version --format '{{.Client.Version}}'
info -f json
system info
unshare ls -l /
rename web db
port web 80/tcp
port -a
pause -a
unpause web
update --restart on-failure:3 web
top web -eo pid,args
top -l pid,user
stats --no-stream -a
stats -i 2 --format json web
events --since 10m --stream=false -f event=died --format json
container prune -f --filter until=24h
system df -v
system prune -af --volumes
system check -r --quick
system reset -f
system migrate
help ps
completion bash
"""


def command_lines() -> list[list[str]]:
    return [shlex.split(line) for line in COMMAND_LINES.strip().splitlines()]


def used_by_tests() -> Iterator[list[str]]:
    """Find calls such as `pod("run", "--rm", image)` in the other suites; what is no literal becomes a word."""
    for path in TESTS.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("pod"):
                words = [a.value if isinstance(a, ast.Constant) else "word" for a in node.args]
                if words and all(isinstance(word, str) for word in words):
                    yield [str(word) for word in words]


def completed(definition: Definition, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values together with the defaults of what was not given, as the function will see them."""
    required = inspect.Parameter.empty
    defaults = {p.name: p.default for p in definition.parameters if p.default is not required}
    return {**defaults, **values}


def typers_values(definition: Definition, words: list[str]) -> dict[str, Any]:
    """Return what Typer's own parser makes of the words, spelled as Typer wants them: it has no `--flag=false`."""
    taken = argv.split(definition.spec, words, define(tree.ROOT).spec.options)
    flags = {given[1][0]: given for given in taken.own if given[1][1] == argv.FLAG}  # the last one counts
    off = {dest: False for dest, given in flags.items() if given[2] is False}
    canonical = [given[0] for dest, given in flags.items() if dest not in off]
    for name, option, value in taken.own:
        if option[1] != argv.FLAG:
            canonical += [name, value]
    values = definition.command.main([*canonical, "--", *taken.positionals], prog_name="pod", standalone_mode=False)
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()} | off


def test_the_table_is_what_the_definitions_say() -> None:
    written = Path(fastpath.TABLE).read_text()
    assert written == generate_table.text(), "run `python -m pod.cli.generate_table`"


@pytest.mark.parametrize("words", command_lines(), ids=shlex.join)
def test_the_table_and_typer_find_the_same_values(words: list[str]) -> None:
    assert_same_values(words)


def test_every_command_line_of_the_tests_has_the_same_values_on_both_paths() -> None:
    seen = 0
    for words in used_by_tests():
        try:
            assert_same_values(words)
            seen += 1
        except fastpath.Undecided:
            pass  # a mistake that a test makes on purpose, or help
    assert seen > 0


def assert_same_values(words: list[str]) -> None:
    spec, values, options = fastpath.parse(words)
    rest = argv.split(define(tree.ROOT).spec, words).positionals
    found = tree.find(rest)
    assert found is not None
    definition = define(found[0])
    assert spec.to_json() == definition.spec.to_json()
    assert completed(definition, values) == typers_values(definition, rest[found[2] :])
    assert set(options) <= {"root", "runroot", "storage_driver", "log_level", "debug", "cgroup_manager"}


def test_every_function_takes_what_its_definition_yields() -> None:
    for entry in tree.COMMANDS:
        definition = define(entry)
        if definition.record is None:
            names = list(inspect.signature(fastpath.resolve(definition.spec)).parameters)
            assert names == ["context", *(p.name for p in definition.parameters)]
        else:
            assert tuple(p.name for p in definition.parameters) == definition.record._fields


def test_flags_hold_what_the_class_that_defines_them_would() -> None:
    for entry in tree.COMMANDS:
        definition = define(entry)
        if definition.record is None:
            continue
        spec, _, _ = fastpath.parse(["--", *entry.names[0].split(), *_needed(definition)])
        given = {parameter.name: "x" for parameter in definition.parameters if parameter.required}
        held = vars(argv.Flags(spec.defaults, given))
        assert {name: held[name] for name in definition.record._fields} == vars(definition.record(**given))


def _needed(definition: Definition) -> list[str]:
    return ["x" for parameter in definition.parameters if parameter.required]


def test_no_command_has_two_entries() -> None:
    names = [name for entry in tree.COMMANDS for name in entry.names]
    assert len(names) == len(set(names))


def test_every_group_of_the_tree_is_described() -> None:
    groups = {name.partition(" ")[0] for entry in tree.COMMANDS for name in entry.names if " " in name}
    assert groups == set(tree.GROUPS)


def test_what_is_said_to_be_missing_is_missing() -> None:
    there = {word for entry in tree.COMMANDS for name in entry.names for word in name.split()}
    assert not there & tree.NOT_YET


def test_what_has_no_place_here_has_none() -> None:
    beginnings = {" ".join(name.split()[:n]) for entry in tree.COMMANDS for name in entry.names for n in (1, 2)}
    assert not beginnings & ELSEWHERE.keys(), "take the command out of pod/cli/elsewhere.py"
    assert not tree.NOT_YET & ELSEWHERE.keys(), "take the command out of tree.NOT_YET"
