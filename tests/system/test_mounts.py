"""What `-v`, `--mount`, `--tmpfs` and `--read-only` make of a container's file system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import run, shell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the host with a file in it."""
    (tmp_path / "file").write_text("from the host\n")
    return tmp_path


def options_of(pod: CommandLine, target: str, *words: str) -> set[str]:
    """The mount options of a target inside a container started with these words."""
    for line in run(pod, *words, "busybox", "cat", "/proc/mounts").ok().lines:
        if line.split()[1] == target:
            return set(line.split()[3].split(","))
    raise AssertionError(f"{target} is not mounted")


# --- bind mounts -------------------------------------------------------------------------------------------------


def test_folder_is_shared_both_ways(pod: CommandLine, folder: Path) -> None:
    assert shell(pod, "cat /data/file; echo back >/data/new", "-v", f"{folder}:/data").ok().stdout == "from the host\n"
    assert (folder / "new").read_text() == "back\n"


def test_single_file_is_shared_both_ways(pod: CommandLine, folder: Path) -> None:
    script = "cat /etc/of-the-host; echo changed >/etc/of-the-host"
    assert shell(pod, script, "-v", f"{folder}/file:/etc/of-the-host").ok().stdout == "from the host\n"
    assert (folder / "file").read_text() == "changed\n"


@pytest.mark.parametrize(
    "words",
    [
        ("-v", "{}:/data:ro"),
        ("--mount", "type=bind,source={},target=/data,readonly"),
        ("--mount", "type=bind,src={},dst=/data,ro=true"),
    ],
)
def test_read_only_holds(pod: CommandLine, folder: Path, words: tuple[str, str]) -> None:
    result = shell(pod, "cat /data/file; touch /data/new", words[0], words[1].format(folder))
    assert (result.code, result.stdout) == (1, "from the host\n")
    assert "Read-only file system" in result.stderr
    assert not (folder / "new").exists()


def test_read_only_folder_cannot_be_made_writable_again(pod: CommandLine, folder: Path) -> None:
    script = "mount -o remount,rw,bind /data; touch /data/new"
    assert "ermission denied" in shell(pod, script, "-v", f"{folder}:/data:ro").stderr
    assert not (folder / "new").exists()


def test_mount_option_with_a_bind_is_as_v(pod: CommandLine, folder: Path) -> None:
    words = ("--mount", f"type=bind,source={folder},target=/data")
    assert run(pod, *words, "busybox", "cat", "/data/file").ok().stdout == "from the host\n"


def test_relative_source_is_below_the_callers_folder(pod: CommandLine, folder: Path) -> None:
    assert run(pod, "-v", "./file:/data", "busybox", "cat", "/data", cwd=folder).ok().stdout == "from the host\n"


@pytest.mark.parametrize("option", ["-v", "--mount"])
def test_missing_source_is_named_with_what_to_do(pod: CommandLine, folder: Path, option: str) -> None:
    source = folder / "missing"
    word = f"{source}:/data" if option == "-v" else f"type=bind,source={source},target=/data"
    result = run(pod, option, word, "busybox", "true")
    assert result.code == 125
    assert result.stderr.splitlines()[0] == f"Error: cannot mount {source}: no such file or directory"
    assert not source.exists()


def test_target_is_made_in_the_container_only(pod: CommandLine, folder: Path) -> None:
    assert shell(pod, "cat /a/b/c/file", "-v", f"{folder}:/a/b/c").ok().stdout == "from the host\n"
    assert shell(pod, "ls -d /a").code != 0


def test_folder_on_a_file_is_refused_with_both_names(pod: CommandLine, folder: Path) -> None:
    result = run(pod, "-v", f"{folder}:/etc/passwd", "busybox", "true")
    assert result.code == 125
    assert result.stderr.startswith(f"Error: cannot mount {folder} at /etc/passwd of the container: ")


def test_mounts_below_a_mounted_folder_come_along(pod: CommandLine) -> None:
    """The host's root has /proc, /sys and others below it."""
    assert shell(pod, "mount | grep -c ' /host/proc'", "-v", "/:/host:ro").ok().stdout != "0\n"


def test_recursive_read_only_holds_below_too(pod: CommandLine) -> None:
    """The host's root with everything below it: not one of its mounts is writable."""
    script = "awk '$2 ~ /^\\/host/ && $4 !~ /^ro/ {print $2}' /proc/mounts"
    assert shell(pod, script, "-v", "/:/host:ro").ok().stdout == ""


def test_mount_over_a_system_file_wins(pod: CommandLine, folder: Path) -> None:
    for target in ("/etc/hosts", "/etc/resolv.conf", "/etc/hostname"):
        words = ("-v", f"{folder}/file:{target}")
        assert run(pod, *words, "busybox", "cat", target).ok().stdout == "from the host\n"


def test_mounts_are_made_in_their_order(pod: CommandLine, folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "deep").write_text("deep\n")
    words = ("-v", f"{folder}:/a", "-v", f"{inner}:/a/b", "--tmpfs", "/a/b/c")
    assert shell(pod, "cat /a/b/deep; touch /a/b/c/x; ls /a/b/c", *words).ok().stdout == "deep\nx\n"
    assert not (inner / "c" / "x").exists()


def test_two_mounts_on_one_target_are_refused(pod: CommandLine, folder: Path) -> None:
    result = run(pod, "-v", f"{folder}:/a", "--tmpfs", "/a", "busybox", "true")
    assert result.code == 125 and "/a would be mounted twice" in result.stderr


def test_mounted_folder_outlives_the_container(pod: CommandLine, folder: Path) -> None:
    container = (
        pod("run", "-d", "--network", "none", "-v", f"{folder}:/data", "busybox", "sleep", "1000").ok().stdout.strip()
    )
    pod("rm", "-f", container).ok()
    assert (folder / "file").read_text() == "from the host\n"


def test_strange_names_of_folders_work(pod: CommandLine, folder: Path) -> None:
    source = folder / "a b,c'\"ä"
    source.mkdir()
    (source / "x").write_text("found\n")
    assert run(pod, "-v", f"{source}:/tar get", "busybox", "cat", "/tar get/x").ok().stdout == "found\n"


def test_mount_stays_private_to_the_container(pod: CommandLine, folder: Path) -> None:
    shell(pod, "mount -t tmpfs x /data", "--privileged", "-v", f"{folder}:/data")
    assert str(folder) not in Path("/proc/self/mounts").read_text()
    assert (folder / "file").exists()


# --- tmpfs and shm -----------------------------------------------------------------------------------------------


def test_tmpfs_has_the_size_and_mode_asked_for(pod: CommandLine) -> None:
    script = "stat -c %a /scratch; df -k /scratch | tail -n 1 | awk '{print $2}'; touch /scratch/x"
    assert shell(pod, script, "--tmpfs", "/scratch:size=2m,mode=750").ok().lines == ["750", "2048"]
    words = ("--mount", "type=tmpfs,target=/scratch,tmpfs-size=2m,tmpfs-mode=750")
    assert shell(pod, script, *words).ok().lines == ["750", "2048"]


def test_tmpfs_has_safe_flags_unless_others_are_asked_for(pod: CommandLine) -> None:
    assert {"rw", "nosuid", "nodev", "noexec"} <= options_of(pod, "/x", "--tmpfs", "/x")
    assert not {"nosuid", "noexec"} & options_of(pod, "/x", "--tmpfs", "/x:exec,suid")
    assert "ro" in options_of(pod, "/x", "--tmpfs", "/x:ro")


def test_shared_memory_and_queues_work(pod: CommandLine) -> None:
    assert shell(pod, "touch /dev/shm/x && ls /dev/shm; stat -c %a /dev/shm; mount | grep -c mqueue").ok().lines == [
        "x",
        "1777",
        "1",
    ]


# --- the root ----------------------------------------------------------------------------------------------------


def test_read_only_root_has_podmans_writable_places(pod: CommandLine) -> None:
    script = "for d in / /etc /root /tmp /run /var/tmp /dev/shm; do touch $d/x 2>/dev/null && echo $d; done; true"
    assert shell(pod, script, "--read-only").ok().lines == ["/tmp", "/run", "/var/tmp", "/dev/shm"]


def test_read_only_root_with_mounts_and_a_working_directory_to_be_made(pod: CommandLine, folder: Path) -> None:
    words = ("--read-only", "-v", f"{folder}:/data", "-w", "/made/here")
    assert shell(pod, "pwd; cat /data/file; touch /made/x", *words).lines == ["/made/here", "from the host"]


def test_kernel_folders_are_there(pod: CommandLine) -> None:
    script = "stat -f -c %T /proc /sys /dev /dev/pts /dev/shm; ls /sys/fs/cgroup >/dev/null && cat /proc/self/cgroup"
    lines = shell(pod, script).ok().lines
    assert lines[0] == "proc" and lines[1] == "sysfs" and lines[2] == "tmpfs" and lines[4] == "tmpfs"


def test_containerenv_tells_the_engine(pod: CommandLine) -> None:
    assert 'engine="pod"' in run(pod, "busybox", "cat", "/run/.containerenv").ok().stdout


def test_changes_of_one_container_are_not_seen_by_another(pod: CommandLine) -> None:
    shell(pod, "echo changed >/etc/passwd; rm -r /bin/vi /home; mkdir /new").ok()
    assert shell(pod, "grep -c root /etc/passwd; ls -d /bin/vi /home /new").stdout == "1\n/bin/vi\n/home\n"


def test_source_that_the_user_may_not_read_stays_closed(pod: CommandLine) -> None:
    """What the user cannot reach, the container cannot have."""
    result = run(pod, "-v", "/root:/data", "busybox", "ls", "/data")
    assert result.code != 0
    if os.access("/root", os.R_OK):
        pytest.skip("this user may read /root")
    assert "ermission denied" in result.stderr
