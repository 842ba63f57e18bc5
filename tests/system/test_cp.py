"""`cp`: files between containers and the host."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, sleeping


@pytest.fixture(scope="module")
def running(pod: CommandLine) -> str:
    pod("run", "-d", "--name", "running", *NO_NETWORK, "--tmpfs", "/scratch", "busybox", "sleep", "1000").ok()
    return "running"


@pytest.fixture(scope="module")
def stopped(pod: CommandLine) -> str:
    pod("create", "--name", "stopped", *NO_NETWORK, "busybox", "true").ok()
    return "stopped"


@pytest.fixture(params=["running", "stopped"])
def box(request: pytest.FixtureRequest) -> str:
    """A container; what holds for a running one holds for a stopped one too."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a file and a folder with a file."""
    folder = tmp_path / "tree"
    (folder / "sub").mkdir(parents=True)
    (folder / "file").write_text("file")
    (folder / "sub" / "deep").write_text("deep")
    return folder


def fetch(pod: CommandLine, what: str) -> dict[str, bytes | None]:
    """Return the files at a place of a container, by name, through `cp … -`."""
    return contents(pod("cp", what, "-").ok().raw)


def contents(archive: bytes) -> dict[str, bytes | None]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {info.name: tar.extractfile(info) if info.isreg() else None for info in tar.getmembers()}
        return {name: None if file is None else file.read() for name, file in files.items()}


def fresh(pod: CommandLine, box: str, name: str) -> str:
    """Make an empty folder in a container and return it as a target."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(info)
    pod("cp", "-", f"{box}:/tmp", input=archive.getvalue()).ok()
    return f"{box}:/tmp/{name}"


# --- what a target means: docker-cp(1), "DESCRIPTION" ------------------------------------------------------------


def test_file_to_a_new_name(pod: CommandLine, box: str, tree: Path) -> None:
    pod("cp", tree / "file", f"{box}:/tmp/new-name").ok()
    assert fetch(pod, f"{box}:/tmp/new-name") == {"new-name": b"file"}


def test_file_over_a_file(pod: CommandLine, box: str, tree: Path) -> None:
    for text in ("first", "second"):
        (tree / "file").write_text(text)
        pod("cp", tree / "file", f"{box}:/tmp/over").ok()
    assert fetch(pod, f"{box}:/tmp/over") == {"over": b"second"}


def test_file_into_a_folder(pod: CommandLine, box: str, tree: Path) -> None:
    target = fresh(pod, box, "into")
    pod("cp", tree / "file", target).ok()
    pod("cp", tree / "sub" / "deep", target + "/").ok()
    assert fetch(pod, target) == {"into": None, "into/file": b"file", "into/deep": b"deep"}


def test_file_to_a_folder_that_is_not_there_is_an_error(pod: CommandLine, box: str, tree: Path) -> None:
    for target in ("/tmp/missing/", "/tmp/missing/name"):
        result = pod("cp", tree / "file", f"{box}:{target}")
        assert result.code == 125
        expected = f'Error: "{target}" could not be found on container {box}: no such file or directory\n'
        assert result.stderr == expected


def test_folder_to_a_new_name_is_that_folder(pod: CommandLine, box: str, tree: Path) -> None:
    for written, target in (("", "made"), ("/.", "made-of-contents"), ("/", "made-with-slash/")):
        pod("cp", f"{tree}{written}", f"{box}:/tmp/{target}").ok()
        name = target.rstrip("/")
        expected = {name: None, f"{name}/file": b"file", f"{name}/sub": None, f"{name}/sub/deep": b"deep"}
        assert fetch(pod, f"{box}:/tmp/{name}") == expected


def test_folder_into_a_folder_comes_whole_or_with_its_contents_only(pod: CommandLine, box: str, tree: Path) -> None:
    whole, inner = fresh(pod, box, "whole"), fresh(pod, box, "inner")
    pod("cp", tree, whole).ok()
    pod("cp", f"{tree}/.", inner).ok()
    assert set(fetch(pod, whole)) == {"whole", *(f"whole/tree{end}" for end in ("", "/file", "/sub", "/sub/deep"))}
    assert set(fetch(pod, inner)) == {"inner", "inner/file", "inner/sub", "inner/sub/deep"}


def test_folder_over_a_file_is_an_error(pod: CommandLine, box: str, tree: Path) -> None:
    pod("cp", tree / "file", f"{box}:/tmp/a-file").ok()
    result = pod("cp", tree, f"{box}:/tmp/a-file")
    assert (result.code, result.stderr) == (125, "Error: destination must be a directory when copying a directory\n")


def test_folders_merge_and_keep_what_else_is_in_them(pod: CommandLine, box: str, tree: Path) -> None:
    target = fresh(pod, box, "merge")
    pod("cp", f"{tree}/.", target).ok()
    (tree / "sub" / "deep").unlink()
    (tree / "sub" / "more").write_text("more")
    pod("cp", f"{tree}/.", target).ok()
    assert {"merge/sub/deep", "merge/sub/more"} <= set(fetch(pod, target))


def test_file_and_folder_replace_each_other_only_with_overwrite(pod: CommandLine, box: str, tree: Path) -> None:
    target = fresh(pod, box, "clash")
    (tree / "other").mkdir()
    (tree / "other" / "sub").write_text("a file now")
    pod("cp", f"{tree}/.", target).ok()
    result = pod("cp", f"{tree}/other/.", target)
    assert result.code == 125
    assert "'sub' would replace a folder of that name" in result.stderr
    assert fetch(pod, f"{target}/sub/deep") == {"deep": b"deep"}
    pod("cp", "--overwrite", f"{tree}/other/.", target).ok()
    assert fetch(pod, f"{target}/sub") == {"sub": b"a file now"}


def test_host_targets_follow_the_same_rules(pod: CommandLine, box: str, tree: Path, tmp_path: Path) -> None:
    pod("cp", tree, f"{box}:/tmp/source").ok()
    (tmp_path / "there").mkdir()
    pod("cp", f"{box}:/tmp/source", tmp_path / "there").ok()
    pod("cp", f"{box}:/tmp/source/.", tmp_path / "there").ok()
    pod("cp", f"{box}:/tmp/source", tmp_path / "new").ok()
    pod("cp", f"{box}:/tmp/source/file", ".", cwd=tmp_path).ok()
    assert (tmp_path / "there" / "source" / "sub" / "deep").read_text() == "deep"
    assert (tmp_path / "there" / "sub" / "deep").read_text() == "deep"
    assert (tmp_path / "new" / "sub" / "deep").read_text() == "deep"
    assert (tmp_path / "file").read_text() == "file"
    assert (tmp_path / "file").stat().st_uid == os.getuid()
    assert pod("cp", f"{box}:/tmp/source", tmp_path / "file").code == 125
    assert pod("cp", f"{box}:/tmp/source/file", tmp_path / "none" / "x").code == 125


def test_missing_source_is_named(pod: CommandLine, box: str, tmp_path: Path) -> None:
    result = pod("cp", f"{box}:/none", tmp_path)
    assert result.stderr == f'Error: "/none" could not be found on container {box}: no such file or directory\n'
    result = pod("cp", tmp_path / "none", f"{box}:/tmp")
    assert result.stderr == f'Error: "{tmp_path}/none" could not be found on the host: no such file or directory\n'
    assert pod("cp", f"{tmp_path}/.", "nobody:/tmp").stderr.startswith('Error: no such container: "nobody"')
    assert pod("cp", "a", "b").stderr.startswith("Error: neither of the two is in a container")


def test_whole_root_is_copied_as_a_new_folder(pod: CommandLine, stopped: str, tmp_path: Path) -> None:
    pod("cp", f"{stopped}:/", tmp_path / "all").ok()
    assert (tmp_path / "all" / "bin" / "busybox").exists()
    assert os.listdir(tmp_path) == ["all"]


def test_relative_path_begins_at_the_working_folder_and_for_docker_at_the_root(
    pod: CommandLine, pod_program: str, tree: Path, tmp_path: Path
) -> None:
    pod("create", "--name", "wd", "-w", "/tmp", *NO_NETWORK, "busybox", "true").ok()
    pod("cp", tree / "file", "wd:here").ok()
    assert fetch(pod, "wd:/tmp/here") == {"here": b"file"}
    (tmp_path / "docker").symlink_to(pod_program)
    as_docker = CommandLine([str(tmp_path / "docker"), *pod.prefix[1:]], pod.env)
    as_docker("cp", tree / "file", "wd:here").ok()
    assert fetch(pod, "wd:/here") == {"here": b"file"}


# --- between containers, streams ------------------------------------------------------------------------------------


def test_between_containers_whatever_their_state(pod: CommandLine, running: str, stopped: str, tree: Path) -> None:
    pod("cp", tree, f"{running}:/tmp/travel").ok()
    pod("cp", f"{running}:/tmp/travel", f"{stopped}:/tmp/").ok()
    pod("cp", f"{stopped}:/tmp/travel/.", f"{running}:/tmp/back").ok()
    pod("cp", f"{stopped}:/tmp/travel", f"{stopped}:/tmp/within").ok()
    for where in (f"{stopped}:/tmp/travel", f"{running}:/tmp/back", f"{stopped}:/tmp/within"):
        assert fetch(pod, where + "/sub/deep") == {"deep": b"deep"}


def test_two_stopped_containers_in_both_directions_at_once(pod: CommandLine, stopped: str, tree: Path) -> None:
    pod("create", "--name", "second", *NO_NETWORK, "busybox", "true").ok()
    for name in (stopped, "second"):
        pod("cp", tree, f"{name}:/tmp/crossing").ok()
    ends = ((stopped, "second"), ("second", stopped)) * 4
    processes = [pod.start("cp", f"{a}:/tmp/crossing/.", f"{b}:/tmp/crossing") for a, b in ends]
    assert [process.wait(60) for process in processes] == [0] * 8


def test_stream_in_must_meet_a_folder(pod: CommandLine, box: str, tree: Path) -> None:
    pod("cp", tree / "file", f"{box}:/tmp/no-folder").ok()
    result = pod("cp", "-", f"{box}:/tmp/no-folder", input=b"")
    assert result.stderr == "Error: destination must be a directory when copying from stdin\n"
    assert pod("cp", "-", f"{box}:/tmp", input=b"no archive at all" * 100).code == 125


def test_compressed_stream_is_taken(pod: CommandLine, box: str, tree: Path) -> None:
    packed = subprocess.run(["tar", "-C", tree, "-cz", "."], capture_output=True, check=True).stdout
    target = fresh(pod, box, "zipped")
    pod("cp", "-", target, input=packed).ok()
    assert fetch(pod, f"{target}/sub/deep") == {"deep": b"deep"}


def test_stream_out_that_is_not_read_to_its_end_is_no_bug(pod: CommandLine, box: str) -> None:
    process = pod.start("cp", f"{box}:/bin", "-", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(1000)
    process.stdout.close()
    assert process.wait(20) != 0
    assert b"bug in pod" not in process.stderr.read()
    process.stderr.close()


# --- what is kept of a file -----------------------------------------------------------------------------------------


def test_modes_times_links_holes_and_attributes_make_the_round_trip(pod: CommandLine, box: str, tmp_path: Path) -> None:
    source = tmp_path / "s"
    source.mkdir()
    (source / "script").write_bytes(b"#!/bin/sh\n")
    (source / "script").chmod(0o4751)
    os.link(source / "script", source / "hard")
    (source / "soft").symlink_to("/etc/passwd")
    (source / "dangling").symlink_to("nowhere")
    (source / ".wh.not-a-whiteout").write_text("literal")
    os.mkfifo(source / "fifo")
    (source / os.fsdecode(b"odd\n\xff")).write_text("odd")
    (source / ("n" * 255)).write_text("long")
    with open(source / "sparse", "wb") as file:
        file.seek(1 << 28)
        file.write(b"end")
    os.setxattr(source / "script", "user.mine", b"value")
    os.utime(source / "script", ns=(1, 1_234_567_890_123_456_789))
    os.utime(source, ns=(1, 1_000_000_000_000_000_000))
    pod("cp", source, f"{box}:/tmp/kept").ok()
    pod("cp", f"{box}:/tmp/kept", tmp_path / "t").ok()
    target = tmp_path / "t"
    assert sorted(os.listdir(target)) == sorted(os.listdir(source))
    info = (target / "script").stat()
    assert (stat.S_IMODE(info.st_mode), info.st_mtime_ns) == (0o4751, 1_234_567_890_123_456_789)
    assert os.getxattr(target / "script", "user.mine") == b"value"
    assert os.path.samefile(target / "script", target / "hard")
    assert os.readlink(target / "soft") == "/etc/passwd"
    assert os.readlink(target / "dangling") == "nowhere"
    assert stat.S_ISFIFO((target / "fifo").stat().st_mode)
    assert (target / "sparse").stat().st_size == (1 << 28) + 3
    assert (target / "sparse").stat().st_blocks < 1000
    assert target.stat().st_mtime_ns == 1_000_000_000_000_000_000
    assert (target / ".wh.not-a-whiteout").read_text() == "literal"


def test_copies_belong_to_the_containers_user_unless_a_is_off(pod: CommandLine, tree: Path) -> None:
    with sleeping(pod, "--user", "5:6") as name:
        pod("cp", tree / "file", f"{name}:/tmp/theirs").ok()
        pod("cp", "-a=false", tree / "file", f"{name}:/tmp/roots").ok()
        owners = pod("exec", name, "stat", "-c", "%u:%g", "/tmp/theirs", "/tmp/roots").ok().lines
    assert owners == ["5:6", "0:0"]


def test_podman_gives_the_same_owners(podman: CommandLine, tree: Path) -> None:
    podman("run", "-d", "--name", "cp-user", "--network", "none", "--user", "5:6", "busybox", "sleep", "1000").ok()
    podman("cp", tree / "file", "cp-user:/tmp/theirs").ok()
    podman("cp", "-a=false", tree / "file", "cp-user:/tmp/roots").ok()
    assert podman("exec", "cp-user", "stat", "-c", "%u:%g", "/tmp/theirs", "/tmp/roots").ok().lines == ["5:6", "0:0"]
    podman("rm", "-f", "-t", "0", "cp-user").ok()


def test_link_as_the_source_is_followed_but_not_by_docker(
    pod: CommandLine, pod_program: str, box: str, tree: Path, tmp_path: Path
) -> None:
    (tree / "link").symlink_to("file")
    pod("cp", tree / "link", f"{box}:/tmp/followed").ok()
    assert fetch(pod, f"{box}:/tmp/followed") == {"followed": b"file"}
    (tmp_path / "docker").symlink_to(pod_program)
    as_docker = CommandLine([str(tmp_path / "docker"), *pod.prefix[1:]], pod.env)
    as_docker("cp", tree / "link", f"{box}:/tmp/as-link").ok()
    with tarfile.open(fileobj=io.BytesIO(as_docker("cp", f"{box}:/tmp/as-link", "-").ok().raw)) as tar:
        assert tar.getmember("as-link").linkname == "file"


def test_running_container_s_tmpfs_and_volumes_are_reached(
    pod: CommandLine, running: str, tree: Path, tmp_path: Path
) -> None:
    pod("cp", tree, f"{running}:/scratch/").ok()
    assert pod("exec", running, "cat", "/scratch/tree/sub/deep").ok().stdout == "deep"
    assert fetch(pod, f"{running}:/scratch/tree/file") == {"file": b"file"}
    (tmp_path / "v").mkdir()
    with sleeping(pod, "-v", f"{tmp_path}/v:/v") as name:
        pod("cp", tree / "file", f"{name}:/v/x").ok()
    assert (tmp_path / "v" / "x").read_text() == "file"
    pod("create", "--name", "with-volume", *NO_NETWORK, "-v", f"{tmp_path}/v:/v", "busybox", "true").ok()
    pod("cp", tree / "file", "with-volume:/v/y").ok()
    assert (tmp_path / "v" / "y").read_text() == "file"


def test_mounted_file_is_written_in_place(pod: CommandLine, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "mounted").write_text("old and longer")
    with sleeping(pod, "-v", f"{tmp_path}/mounted:/etc/mounted") as name:
        pod("cp", tree / "file", f"{name}:/etc/mounted").ok()
        assert pod("exec", name, "cat", "/etc/mounted").ok().stdout == "file"
    assert (tmp_path / "mounted").read_text() == "file"


def test_read_only_volume_refuses(pod: CommandLine, tree: Path, tmp_path: Path) -> None:
    with sleeping(pod, "-v", f"{tmp_path}:/ro:ro") as name:
        result = pod("cp", tree / "file", f"{name}:/ro/x")
    assert result.code == 125
    assert "Read-only file system" in result.stderr
    assert not (tmp_path / "x").exists()


# --- attacks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the host that no container may reach, under the same path as in a container that has none there."""
    path = tmp_path / "secret"
    path.write_text("of the host")
    return path


def make_link(pod: CommandLine, box: str, name: str, target: str | Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = tarfile.SYMTYPE, str(target)
        tar.addfile(info)
    pod("cp", "-", f"{box}:/tmp", input=archive.getvalue()).ok()


def test_links_lead_to_the_containers_own_files(pod: CommandLine, box: str, secret: Path, tree: Path) -> None:
    make_link(pod, box, "to-secret", secret)
    assert pod("cp", f"{box}:/tmp/to-secret", "-").code == 125
    make_link(pod, box, "to-folder", secret.parent)
    assert pod("cp", tree / "file", f"{box}:/tmp/to-folder/secret").code == 125
    make_link(pod, box, "up", "../../../../../../../../../" + str(secret))
    assert pod("cp", f"{box}:/tmp/up", "-").code == 125
    make_link(pod, box, "loop", "loop")
    assert "Too many levels of symbolic links" in pod("cp", tree / "file", f"{box}:/tmp/loop").stderr
    assert secret.read_text() == "of the host"


def test_dangling_link_as_the_target_makes_its_file_inside(pod: CommandLine, box: str, secret: Path) -> None:
    make_link(pod, box, "dangling", "/tmp/made-through-link")
    pod("cp", secret, f"{box}:/tmp/dangling").ok()
    assert fetch(pod, f"{box}:/tmp/made-through-link") == {"made-through-link": b"of the host"}


def test_proc_leads_nowhere(pod: CommandLine, secret: Path) -> None:
    with sleeping(pod, "--pid", "host") as name:
        for path in ("/proc/1/root", "/proc/self/root", f"/proc/{os.getpid()}/root", f"/proc/{os.getpid()}/cwd"):
            assert pod("cp", f"{name}:{path}{secret}", "-").code == 125
            assert pod("cp", secret, f"{name}:{path}{secret.parent}/planted").code == 125
    assert not (secret.parent / "planted").exists()


def test_stream_cannot_climb_out(pod: CommandLine, box: str, secret: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        link = tarfile.TarInfo("out")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret.parent)
        tar.addfile(link)
        for name in ("../../../../climbed", str(secret), "out/secret"):
            info = tarfile.TarInfo(name)
            info.size = 5
            tar.addfile(info, io.BytesIO(b"taken"))
    pod("cp", "-", f"{box}:/tmp", input=archive.getvalue())
    assert secret.read_text() == "of the host"
    assert not Path("/climbed").exists()


# --- size -----------------------------------------------------------------------------------------------------------


def test_large_file_arrives_whole(pod: CommandLine, box: str, tmp_path: Path) -> None:
    data = os.urandom(1 << 20) * 64
    (tmp_path / "large").write_bytes(data)
    pod("cp", tmp_path / "large", f"{box}:/tmp/large").ok()
    pod("cp", f"{box}:/tmp/large", tmp_path / "back").ok()
    assert hashlib.sha256((tmp_path / "back").read_bytes()).digest() == hashlib.sha256(data).digest()


def test_killed_copy_leaves_the_container_usable(pod: CommandLine, tmp_path: Path) -> None:
    pod("create", "--name", "survivor", *NO_NETWORK, "busybox", "echo", "alive").ok()
    (tmp_path / "large").write_bytes(bytes(300 << 20))
    for seconds in (0.03, 0.1, 0.2):
        process = pod.start("cp", tmp_path / "large", "survivor:/tmp/large")
        time.sleep(seconds)
        process.kill()
        process.wait()
    assert pod("start", "-a", "survivor").ok().stdout == "alive\n"
    pod("cp", tmp_path / "large", "survivor:/tmp/large").ok()


@pytest.mark.parametrize("driver", ["fuse-overlayfs", "vfs"])
def test_every_driver_copies(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, driver: str, tree: Path
) -> None:
    pod = make_pod(f"c{driver[0]}").with_options("--storage-driver", driver)
    pod("load", "-i", busybox_archive)
    if (ran := pod("run", "--rm", *NO_NETWORK, "busybox", "true")).code:
        pytest.skip(f"{driver} does not work here: {ran.stderr}")
    pod("create", "--name", "one", *NO_NETWORK, "busybox", "cat", "/tmp/tree/sub/deep").ok()
    pod("cp", tree, "one:/tmp").ok()
    assert fetch(pod, "one:/tmp/tree/file") == {"file": b"file"}
    assert pod("start", "-a", "one").ok().stdout == "deep"
    pod("rm", "one").ok()


def test_user_without_subordinate_ids_copies_too(plain_pod: CommandLine) -> None:
    plain_pod("create", "--name", "plain", *NO_NETWORK, "busybox", "cat", "/tmp/hostname").ok()
    plain_pod("cp", "/etc/hostname", "plain:/tmp/hostname").ok()
    assert plain_pod("start", "-a", "plain").ok().stdout == Path("/etc/hostname").read_text()
    plain_pod("rm", "plain").ok()
