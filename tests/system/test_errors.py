"""Bad input: one clear line on stderr with the object's name, the right exit code, and nothing left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.commands import CommandLine, Result
from tests.support.containers import run


def everything(pod: CommandLine) -> list[str]:
    """Every file below the store and the runtime folder that a failed command could have left."""
    places = [Path(pod.prefix[pod.prefix.index(option) + 1]) for option in ("--root", "--runroot")]
    kept = ("/cache", "/locks", "/drivers", "/choices", "events")
    found = []
    for place in places:
        for folder, names, files in os.walk(place):
            names[:] = [name for name in names if name not in ("layers", "blobs")]
            found += [os.path.join(folder, name) for name in (*names, *files)]
    return sorted(path for path in found if not any(word in path for word in kept))


def check(result: Result, code: int, *mentioned: str) -> None:
    """The error is one line, perhaps with a hint below it, names the object, and is no traceback."""
    assert result.code == code, str(result)
    lines = result.stderr.splitlines()
    assert lines and lines[0].startswith("Error: ") and len(lines) <= 2, str(result)
    for word in mentioned:
        assert word in result.stderr, str(result)
    assert result.stdout == ""


CASES = {
    "unknown image": (("--pull", "never", "no/such/image", "true"), 125, "no/such/image"),
    "reference that is none": (("IN VALID", "true"), 125, "IN VALID"),
    "missing command": (("busybox", "no-such-program"), 127, "no-such-program"),
    "command that is a folder": (("busybox", "/etc"), 126, "/etc"),
    "unknown user": (("-u", "joe", "busybox", "true"), 125, "joe"),
    "unknown group": (("-u", "0:joes", "busybox", "true"), 125, "joes"),
    "id out of range": (("-u", "4294967296", "busybox", "true"), 125, "4294967296"),
    "missing bind source": (("-v", "/no/such/place:/x", "busybox", "true"), 125, "/no/such/place"),
    "folder on a file": (("-v", "/etc:/etc/passwd", "busybox", "true"), 125, "/etc/passwd"),
    "working directory that is a file": (("-w", "/etc/passwd", "busybox", "true"), 125, "/etc/passwd"),
    "relative working directory": (("-w", "here", "busybox", "true"), 125, "here"),
    "missing environment file": (("--env-file", "/no/such/file", "busybox", "true"), 125, "/no/such/file"),
    "unknown capability": (("--cap-add", "nonsense", "busybox", "true"), 125, "NONSENSE"),
    "missing seccomp profile": (("--security-opt", "seccomp=/no/such", "busybox", "true"), 125, "/no/such"),
    "unknown security option": (("--security-opt", "nonsense=1", "busybox", "true"), 125, "nonsense"),
    "unknown limit": (("--ulimit", "nonsense=1", "busybox", "true"), 125, "nonsense"),
    "limit above the session's": (("--ulimit", "nofile=1073741816", "busybox", "true"), 125, "RLIMIT_NOFILE"),
    "size that is none": (("--shm-size", "big", "busybox", "true"), 125, "big"),
    "unknown signal": (("--stop-signal", "NONSENSE", "busybox", "true"), 125, "NONSENSE"),
    "name that is none": (("--name", "a b", "busybox", "true"), 125, "a b"),
    "long host name": (("--hostname", "x" * 65, "busybox", "true"), 125, "x" * 65),
    "unknown network": (("--network", "nonsense", "busybox", "true"), 125, "nonsense"),
    "network namespace that is none": (("--network", "ns:/etc/passwd", "busybox", "true"), 125, "/etc/passwd"),
    "network namespace that is missing": (("--network", "ns:/no/such", "busybox", "true"), 125, "/no/such"),
    "unknown option": (("--nonsense", "busybox", "true"), 125, "--nonsense"),
    "empty entrypoint without a command": (("--entrypoint", "", "busybox"), 125, "busybox"),
    "pid namespace of nobody": (("--pid", "container:nobody", "busybox", "true"), 125, "nobody"),
}


@pytest.mark.parametrize("case", CASES)
def test_run_with_bad_input_is_one_clear_line_and_leaves_nothing(pod: CommandLine, case: str) -> None:
    words, code, mentioned = CASES[case]
    run(pod, "busybox", "true").ok()
    before = everything(pod)
    check(run(pod, *words), code, mentioned)
    assert everything(pod) == before


def test_name_that_is_taken_leaves_the_owner_alone(pod: CommandLine) -> None:
    owner = pod("create", "--name", "taken", "--network", "none", "busybox", "true").ok().stdout.strip()
    before = everything(pod)
    check(run(pod, "--name", "taken", "busybox", "true"), 125, '"taken"', owner[:12])
    assert everything(pod) == before
    pod("rm", "taken").ok()


@pytest.mark.parametrize(
    "content", [b"", b"no archive", b"\x1f\x8b broken gzip", b"\0" * 10240], ids=["empty", "text", "gzip", "zeros"]
)
def test_broken_archive_is_named_and_nothing_is_stored(pod: CommandLine, tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "broken.tar"
    archive.write_bytes(content)
    before = everything(pod)
    check(pod("load", "-i", archive), 125, "broken.tar")
    assert everything(pod) == before


def test_store_that_cannot_be_written_is_named(pod: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    locked = CommandLine(pod.prefix[:1], pod.env).with_options("--root", folder / "s", "--runroot", tmp_path / "r")
    result = locked("run", "--rm", "busybox", "true")
    check(result, 125, str(folder / "s"))


def test_store_below_a_file_is_named(pod: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    wrong = CommandLine(pod.prefix[:1], pod.env).with_options(
        "--root", tmp_path / "file" / "s", "--runroot", tmp_path / "r"
    )
    check(wrong("run", "--rm", "busybox", "true"), 125, str(tmp_path / "file"))


def test_exec_with_bad_input_is_one_clear_line(pod: CommandLine) -> None:
    container = pod("run", "-d", "--network", "none", "busybox", "sleep", "1000").ok().stdout.strip()
    try:
        check(pod("exec", container, "no-such-program"), 127, "no-such-program")
        check(pod("exec", container, "/etc"), 126, "/etc")
        check(pod("exec", "-u", "joe", container, "true"), 125, "joe")
        check(pod("exec", "-w", "/nowhere", container, "true"), 125, "/nowhere")
        check(pod("exec", "nobody-knows", "true"), 125, "nobody-knows")
    finally:
        pod("rm", "-f", container).ok()


def test_failed_container_without_rm_stays_to_look_at(pod: CommandLine) -> None:
    result = pod("run", "--name", "failed", "--network", "none", "busybox", "no-such-program")
    assert result.code == 127
    assert pod("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", "failed").ok().stdout == "created 127\n"
    pod("rm", "failed").ok()
