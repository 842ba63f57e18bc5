"""A disk that is full, and one that is read-only: what cannot be done is said in a line, and nothing is half done."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pod.oci.manifest import REF_NAME
from pod.storage import index_file
from tests.support import stores
from tests.support.commands import CommandLine, Result
from tests.support.images import Image, write_docker_archive
from tests.support.members import file, layer
from tests.support.small_disk import NoSmallDisk, SmallDisk, small_disk

FULL = "No space left on device"


@pytest.fixture(scope="module")
def disk(scratch: Path) -> Iterator[SmallDisk]:
    """A file system of 24 MB."""
    try:
        with small_disk(scratch / "disk", 24) as made:
            yield made
    except NoSmallDisk as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def made(
    disk: SmallDisk, pod_program: str, session_env: dict[str, str], scratch: Path, busybox_archive: Path
) -> Iterator[CommandLine]:
    """A store on that disk with busybox; its runtime folder is elsewhere, as it is for everybody."""
    runroot = scratch / "disk-run"
    plain = CommandLine([pod_program, "--root", str(disk.path / "s"), "--runroot", str(runroot)], session_env)
    pod = disk.inside(plain)
    pod("load", "-i", busybox_archive).ok()
    yield pod
    stores.end_namespace(runroot)


@pytest.fixture
def pod(made: CommandLine, disk: SmallDisk) -> Iterator[CommandLine]:
    """The store with room on its disk, empty of containers after each test."""
    yield made
    disk.make_room()
    listed = made("ps", "-aq", "--no-trunc").ok().lines
    if listed:
        made("rm", "-f", *listed).ok()
    assert debris(disk) == ""


def debris(disk: SmallDisk) -> str:
    """Return what is there of any container, and of unfinished work."""
    return disk.shell(f"cd {disk.path}/s; find containers names staging trash -mindepth 1")


def assert_failed(result: Result, *words: str) -> None:
    """The command failed with one line and perhaps a hint, which has all the words."""
    assert result.code == 125, str(result)
    assert result.stderr.startswith("Error: "), result.stderr
    assert "bug" not in result.stderr and len(result.stderr.splitlines()) <= 2, result.stderr
    for word in words:
        assert word in result.stderr, result.stderr


# Full


def test_a_container_that_does_not_fit_is_not_created(pod: CommandLine, disk: SmallDisk) -> None:
    disk.fill()
    assert_failed(pod("create", "--name", "big", "busybox", "true"), "cannot store container big", FULL)
    assert_failed(pod("run", "--rm", "--network", "none", "busybox", "true"), "cannot store container", FULL)
    assert pod("ps", "-a").ok().stderr == ""
    disk.make_room()
    assert debris(disk) == ""
    assert pod("run", "--rm", "--network", "none", "busybox", "echo", "well").ok().stdout == "well\n"


@pytest.mark.parametrize("kilobytes", [4, 8, 12, 16, 20, 24, 32])
def test_run_gets_through_or_fails_clearly_with_little_room(pod: CommandLine, disk: SmallDisk, kilobytes: int) -> None:
    disk.fill(leave=kilobytes)
    result = pod("run", "--name", "tight", "--network", "none", "busybox", "echo", "well")
    if result.code:
        assert_failed(result, FULL)
    else:
        assert result.stdout == "well\n"
    for line in pod("ps", "-a", "--format", "{{.Names}} {{.Status}}").ok().lines:
        expected = ("tight Exited (0)",) if result.code == 0 else ("tight Created", "tight Exited (125)")
        assert line.startswith(expected), line
    pod("rm", "-f", "tight").ok()
    disk.make_room()
    assert debris(disk) == ""


def test_a_container_that_ends_on_a_full_disk_keeps_its_exit_code(pod: CommandLine, disk: SmallDisk) -> None:
    script = "while ! test -e /tmp/go; do sleep 0.02; done; exit 7"
    pod("run", "-d", "--tmpfs", "/tmp", "--network", "none", "--name", "ending", "busybox", "sh", "-c", script).ok()
    disk.fill()
    pod("exec", "ending", "touch", "/tmp/go").ok()
    assert pod("wait", "ending").ok().stdout == "7\n"
    state = json.loads(pod("inspect", "ending").ok().stdout)[0]["State"]
    assert (state["Status"], state["ExitCode"], state["Error"]) == ("exited", 7, "")
    pod("rm", "ending").ok()


def test_removing_containers_works_on_a_full_disk(pod: CommandLine, disk: SmallDisk) -> None:
    for name in ("idle", "busy"):
        pod("run", "-d", "--network", "none", "--name", name, "busybox", "sleep", "1000").ok()
    pod("kill", "idle").ok()
    pod("wait", "idle").ok()
    disk.fill()
    pod("rm", "idle").ok()
    disk.fill()
    pod("rm", "-f", "busy").ok()
    assert debris(disk) == ""


def test_removing_images_works_on_a_full_disk_and_makes_room(pod: CommandLine, disk: SmallDisk, scratch: Path) -> None:
    """There is no room for another index: the present one loses the image in its place."""
    content = layer([file("content", bytes(1 << 20))])
    names = ["example.com/one:1", "example.com/two:1"]
    many = [Image([content, layer([file(name[-5:-2], b"x")])], tags=[name]) for name in names]
    pod("load", "-i", write_docker_archive(scratch / "two.tar", *many)).ok()
    index = f"{disk.path}/s/images/index.json"
    for name in names:
        disk.fill()
        assert disk.free() == 0
        removed = pod("rmi", name).ok()
        assert removed.lines[0] == f"Untagged: {name}"
        listed = {one["annotations"][REF_NAME] for one in json.loads(disk.shell(f"cat {index}"))["manifests"]}
        assert name not in listed and "docker.io/library/busybox:latest" in listed
    assert disk.free() > 2048, "both layers, blob and files, are gone"
    assert disk.shell(f"cd {disk.path}/s; test ! -d leftovers || ls leftovers") == ""
    disk.make_room()
    pod("tag", "busybox", "more:1").ok()
    pod("rmi", "more:1").ok()
    assert index_file.in_lines(disk.shell(f"cat {index}").encode())
    assert pod("run", "--rm", "--network", "none", "busybox", "echo", "well").ok().stdout == "well\n"


def test_a_container_goes_on_when_its_log_does_not_fit(pod: CommandLine, disk: SmallDisk) -> None:
    script = "echo first; read x; i=0; while test $i -lt 2000; do echo middle-$i; i=$((i+1)); done; read x; echo last"
    process = pod.start(
        *("run", "-i", "--network", "none", "--name", "talker", "busybox", "sh", "-c", script), stdin=-1, stdout=-1
    )
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.readline() == b"first\n"
    disk.fill()
    process.stdin.write(b"go\n")
    process.stdin.flush()
    heard = [process.stdout.readline() for _ in range(2000)]
    assert heard[-1] == b"middle-1999\n", "who is attached hears everything"
    disk.make_room()
    process.stdin.write(b"go\n")
    process.stdin.close()
    assert process.stdout.read() == b"last\n"
    assert process.wait(20) == 0
    process.stdout.close()
    logged = pod("logs", "-t", "talker").ok().lines
    whole = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (first|middle-\d+|last)")
    assert [line for line in logged if not whole.fullmatch(line)] == [], "no line is half there"
    assert logged[0].endswith(" first") and logged[-1].endswith(" last")
    assert len(logged) < 2002, "the premise of this test: the disk was full"


def test_an_image_that_does_not_fit_leaves_the_store_as_it_was(
    pod: CommandLine, disk: SmallDisk, scratch: Path
) -> None:
    archive = write_docker_archive(
        scratch / "huge.tar", Image([layer([file("huge", bytes(range(256)) * (1 << 17))])], tags=["example.com/huge:1"])
    )
    everything = f"cd {disk.path}/s; find . -path './uses/*' -prune -o -print | sort; cat images/index.json"
    before = disk.shell(everything)
    assert_failed(pod("load", "-i", archive), FULL)
    assert disk.shell(everything) == before
    assert pod("run", "--rm", "--network", "none", "busybox", "echo", "well").ok().stdout == "well\n"


def test_no_storage_driver_is_chosen_on_a_full_disk(
    pod: CommandLine, disk: SmallDisk, scratch: Path, busybox_archive: Path
) -> None:
    """What is chosen there stays: it must not be the one that happens to need the least room."""
    pod("run", "--rm", "--network", "none", "busybox", "true").ok()
    usual = json.loads(disk.shell(f"cat {disk.path}/s/pod-store.json"))["driver"]
    fresh = pod.with_options("--root", disk.path / "fresh", "--runroot", scratch / "fresh-run")
    fresh("load", "-i", busybox_archive).ok()
    try:
        for kilobytes in (0, 8, 16, 24, 32):
            disk.fill(leave=kilobytes)
            result = fresh("run", "--rm", "--network", "none", "busybox", "true")
            if result.code:
                assert_failed(result, FULL)
            disk.make_room()
        fresh("run", "--rm", "--network", "none", "busybox", "true").ok()
        assert json.loads(disk.shell(f"cat {disk.path}/fresh/pod-store.json"))["driver"] == usual
    finally:
        stores.end_namespace(scratch / "fresh-run")
        disk.shell(f"rm -rf {disk.path}/fresh")


# Read-only


def test_a_read_only_store_can_be_read_and_says_what_it_is(pod: CommandLine, disk: SmallDisk) -> None:
    pod("create", "--name", "kept", "--network", "none", "busybox", "true").ok()
    pod("start", "-a", "kept").ok()
    disk.remount("ro")
    try:
        words = "Read-only file system"
        assert_failed(pod("create", "busybox", "true"), "cannot store container", words, str(disk.path))
        assert_failed(pod("run", "--rm", "busybox", "true"), "cannot store container", words, str(disk.path))
        assert_failed(pod("start", "kept"), "kept", words)
        assert_failed(pod("rm", "kept"), "cannot remove container kept", words, str(disk.path))
        assert_failed(pod("rm", "-f", "kept"), "cannot remove container kept", words, str(disk.path))
        assert pod("ps", "-a", "--format", "{{.Names}} {{.State}}").ok().stdout == "kept exited\n"
        assert pod("logs", "kept").ok().stdout == ""
        pod("inspect", "kept").ok()
        pod("images").ok()
    finally:
        disk.remount("rw")
    pod("rm", "kept").ok()


def test_what_a_crash_left_on_a_read_only_store_is_shown_as_it_is(pod: CommandLine, disk: SmallDisk) -> None:
    container = pod("run", "-d", "--network", "none", "busybox", "sleep", "1000").ok().stdout.strip()
    state = json.loads(disk.shell(f"cat {disk.path}/s/containers/{container}/state.json"))
    disk.shell(f"kill -9 {state['monitor']['pid']}")
    disk.remount("ro")
    try:
        listed = pod("ps", "-a", "--format", "{{.State}}").ok()
        assert (listed.stdout, listed.stderr) == ("exited\n", "")
        assert json.loads(pod("inspect", container).ok().stdout)[0]["State"]["Status"] == "exited"
    finally:
        disk.remount("rw")
