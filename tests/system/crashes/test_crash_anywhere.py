"""kill -9 of any process that pod starts, at any moment.

After each: every document parses, `ps` and `inspect` answer, `rm -f` removes what is left, and nothing stays.
Moments are drawn from POD_TEST_SEED, which is printed, or found one after the other by strace.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from pod.linux import syscalls
from tests.support.aftermath import Store, command_of, descendants, is_alive, kill
from tests.support.commands import CommandLine, Result

SEED = int(os.environ.get("POD_TEST_SEED", "0")) or random.randrange(1 << 32)


def test_every_process_of_run_may_be_killed_at_any_moment(pod: CommandLine, store: Store) -> None:
    chance = random.Random(SEED)
    print(f"POD_TEST_SEED={SEED}")
    arguments = ("run", "--name", "target", "busybox", "sleep", "0.05")
    started = time.monotonic()
    pod(*arguments).ok()
    pod("rm", "target").ok()
    longest = (time.monotonic() - started) * 1.2
    for round_ in range(20):
        options = chance.choice(((), ("--rm",), ("--init",), ("--network", "none"), ("--rm", "--network", "none")))
        command = pod.start("run", *options, *arguments[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(chance.uniform(0, longest))
        victim = chance.choice([command.pid, *descendants(command.pid)])
        story = f"POD_TEST_SEED={SEED}, round {round_}: killed {command_of(victim)!r}"
        kill(victim)
        finish(command, story)
        assert_put_right(pod, store, story)


VERBS: dict[str, tuple[str, ...]] = {
    "start": ("start", "target"),
    "start -a": ("start", "-a", "target"),
    "stop": ("stop", "-t", "0", "target"),
    "kill": ("kill", "target"),
    "exec": ("exec", "target", "sleep", "0.02"),
    "rm": ("rm", "-f", "target"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_process_of_a_verb_may_be_killed_at_any_moment(pod: CommandLine, store: Store, verb: str) -> None:
    chance = random.Random(f"{SEED} {verb}")
    print(f"POD_TEST_SEED={SEED}")
    for round_ in range(5):
        make = ("create",) if verb.startswith("start") else ("run", "-d")
        pod(*make, "--network", "none", "--name", "target", "busybox", "sleep", "0.3").ok()
        command = pod.start(*VERBS[verb], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(chance.uniform(0, 0.12))
        victim = chance.choice([command.pid, *descendants(command.pid)])
        story = f"POD_TEST_SEED={SEED}, {verb}, round {round_}: killed {command_of(victim)!r}"
        kill(victim)
        finish(command, story)
        assert_put_right(pod, store, story)


def test_no_holder_of_the_users_namespace_is_left_that_nobody_knows_of(pod: CommandLine, store: Store) -> None:
    chance = random.Random(f"{SEED} holder")
    pod("run", "--rm", "--network", "none", "busybox", "true").ok()
    with adopting_orphans():
        for round_ in range(10):
            kill(store.holder())
            command = pod.start("run", "--rm", "--network", "none", "busybox", "true", stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, 0.08))
            victim = chance.choice([command.pid, *descendants(command.pid)])
            story = f"POD_TEST_SEED={SEED}, round {round_}: killed {command_of(victim)!r}"
            kill(victim)
            finish(command, story)
            assert_put_right(pod, store, story)
            sleeping = {pid for pid in descendants(os.getpid()) if command_of(pid) == "sleep" and is_alive(pid)}
            assert sleeping == {store.holder()}, story


@contextmanager
def adopting_orphans() -> Iterator[None]:
    """Become the parent of what outlives the commands of this test (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 0)
        for pid in descendants(os.getpid()):
            if not is_alive(pid):
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)


def finish(command: subprocess.Popen[bytes], story: str) -> None:
    try:
        command.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        command.kill()
        raise AssertionError(f"{story}: the command hangs") from None


def assert_put_right(pod: CommandLine, store: Store, story: str) -> None:
    """After a crash of whatever: documents are whole, listings work, removal works, nothing stays."""
    store.assert_documents_parse()
    listed = pod("ps", "-a", "--format", "{{.Names}}|{{.State}}")
    assert listed.code == 0 and listed.stderr == "", f"{story}: {listed}"
    for line in listed.lines:
        name, said = line.split("|")
        assert said in ("created", "running", "exited"), story
        looked = pod("inspect", name)
        if looked.code:  # one that ran to its end meanwhile, with --rm
            assert name not in pod("ps", "-a", "--format", "{{.Names}}").ok().lines, f"{story}: {looked}"
    assert_ok(pod("rm", "-f", "target"), story)
    probe = pod("run", "--rm", "--name", "target", "--network", "none", "busybox", "echo", "well")
    assert (probe.code, probe.stdout) == (0, "well\n"), f"{story}: {probe}"
    try:
        store.assert_empty()
    except AssertionError as err:
        raise AssertionError(f"{story}: {err}") from err


def assert_ok(result: Result, story: str) -> None:
    assert result.code == 0, f"{story}: {result}"


@pytest.mark.parametrize(
    ("prepare", "command", "calls"),
    [
        ((), ("create", "--name", "target", "busybox", "true"), "mkdir,rename,symlink,unlink,openat"),
        (
            (),
            ("run", "--rm", "--network", "none", "--name", "target", "busybox", "true"),
            "mkdir,rename,symlink,unlink",
        ),
        (("create", "--name", "target", "busybox", "true"), ("rm", "target"), "rename,unlink,unlinkat,rmdir"),
    ],
    ids=["create", "run", "rm"],
)
def test_killed_before_any_change_of_the_store(
    pod: CommandLine, store: Store, prepare: tuple[str, ...], command: tuple[str, ...], calls: str
) -> None:
    """strace kills the command when it enters the n-th system call of a kind, for each n until it gets through."""
    if shutil.which("strace") is None:
        pytest.skip("no strace on this machine: apt-get install strace")
    pod("run", "--rm", "busybox", "true").ok()  # the user's namespace is there: newuidmap does not work when traced
    for call in calls.split(","):
        for count in range(1, 100):
            if prepare:
                pod(*prepare).ok()
            story = f"killed at {call} number {count}"
            # Below /usr and the checkout the interpreter opens many files: only what touches the store counts.
            result = traced(pod, call, count, store)(*command)
            assert_put_right(pod, store, story)
            if result.code == 0:
                break
        else:
            raise AssertionError(f"{command[0]} never gets through {call}")


def traced(pod: CommandLine, call: str, count: int, store: Store) -> CommandLine:
    options = ["-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={count}"]
    paths = ["-P", str(store.root)] if call == "openat" else []
    return CommandLine(["strace", *options, *paths, *pod.prefix], pod.env)
