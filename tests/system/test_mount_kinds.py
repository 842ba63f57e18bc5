"""The types and flags of -v and --mount beyond plain folders: overlays, images, parts, globs, owners."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import folders, stores
from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, run, shell


@pytest.fixture
def folder(tmp_path: Path, pod: CommandLine) -> Iterator[Path]:
    """A folder of the host with two files; whoever owns them in the end, they go."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "a1").write_text("one\n")
    (source / "a2").write_text("two\n")
    yield source
    pod("unshare", "rm", "-rf", source).ok()


@pytest.fixture(autouse=True)
def no_volumes_left(pod: CommandLine) -> Iterator[None]:
    yield
    pod("volume", "rm", "-a", "-f").ok()


# --- overlays ----------------------------------------------------------------------------------------------------


def test_overlay_keeps_the_folder_as_it_is(pod: CommandLine, folder: Path) -> None:
    script = "echo changed >/o/a1; rm /o/a2; echo new >/o/new; cat /o/*"
    assert shell(pod, script, "-v", f"{folder}:/o:O").ok().stdout == "changed\nnew\n"
    assert sorted(os.listdir(folder)) == ["a1", "a2"] and (folder / "a1").read_text() == "one\n"


def test_overlay_begins_anew_with_each_start_as_podmans(pod: CommandLine, folder: Path) -> None:
    words = ("--name", "again", *NO_NETWORK, "-v", f"{folder}:/o:O", "busybox", "sh", "-c", "ls /o; touch /o/b")
    assert pod("run", *words).ok().stdout == pod("start", "-a", "again").ok().stdout == "a1\na2\n"
    pod("rm", "again").ok()


def test_overlay_keeps_changes_in_the_folders_that_are_named(pod: CommandLine, folder: Path, tmp_path: Path) -> None:
    for name in ("upper", "work"):
        (tmp_path / name).mkdir()
    option = f"{folder}:/o:O,upperdir={tmp_path}/upper,workdir={tmp_path}/work"
    shell(pod, "echo kept >/o/new", "-v", option).ok()
    assert (tmp_path / "upper" / "new").read_text() == "kept\n"
    assert shell(pod, "cat /o/new", "-v", option).ok().stdout == "kept\n"
    pod("unshare", "rm", "-rf", tmp_path / "upper", tmp_path / "work").ok()


def test_overlay_on_a_missing_folder_names_it(pod: CommandLine, tmp_path: Path) -> None:
    for words in ("upperdir=/no/such,workdir=/no/such", f"upperdir={tmp_path},workdir=/no/such"):
        result = shell(pod, "true", "-v", f"{tmp_path}:/m:O,{words}")
        assert result.code == 125 and "dir /no/such is no folder" in result.stderr


def test_overlay_of_a_volume(pod: CommandLine) -> None:
    shell(pod, "echo below >/v/x", "-v", "below:/v").ok()
    assert shell(pod, "echo above >/v/y; cat /v/*", "-v", "below:/v:O").ok().stdout == "below\nabove\n"
    assert shell(pod, "ls /v", "-v", "below:/v").ok().stdout == "x\n"


# --- images ------------------------------------------------------------------------------------------------------


def test_image_is_mounted_read_only_unless_asked_otherwise(pod: CommandLine) -> None:
    mount = ("--mount", "type=image,source=busybox,target=/i")
    refused = shell(pod, "/i/bin/busybox echo works; touch /i/x", *mount)
    assert refused.stdout == "works\n" and "Read-only file system" in refused.stderr
    assert shell(pod, "touch /i/x && ls /i/x", mount[0], f"{mount[1]},rw=true").ok().stdout == "/i/x\n"
    assert shell(pod, "ls /i/x", *mount).code == 1


def test_part_of_an_image(pod: CommandLine) -> None:
    option = "type=image,source=busybox,target=/b,subpath=bin"
    assert shell(pod, "/b/busybox echo works", "--mount", option).ok().stdout == "works\n"


def test_mounted_image_stays_for_as_long_as_the_container(pod: CommandLine) -> None:
    pod("run", "--name", "maker", *NO_NETWORK, "busybox", "sh", "-c", "echo unique >/only-here").ok()
    pod("commit", "-q", "maker", "short-lived").ok()
    pod("rm", "maker").ok()
    words = ("--mount", "type=image,source=short-lived,target=/i", "busybox", "cat", "/i/only-here")
    pod("create", "--name", "user", *NO_NETWORK, *words).ok()
    pod("rmi", "-f", "short-lived")
    pod("image", "prune", "-f").ok()  # not -a: the store is shared, and others need its images
    assert pod("start", "-a", "user").ok().stdout == "unique\n"
    pod("rm", "user").ok()


# --- parts of volumes --------------------------------------------------------------------------------------------


def test_part_of_a_volume(pod: CommandLine) -> None:
    shell(pod, "mkdir /v/d && echo deep >/v/d/f", "-v", "parts:/v").ok()
    for part, path in (("d", "/s/f"), ("d/f", "/s")):
        option = f"type=volume,source=parts,target=/s,volume-subpath={part}"
        assert shell(pod, f"cat {path}", "--mount", option).ok().stdout == "deep\n"


@pytest.mark.parametrize("link", ["/", "../../../../../..", "/proc/self/root", "/etc"])
def test_part_of_a_volume_never_leads_out_of_it(pod: CommandLine, link: str) -> None:
    shell(pod, f"ln -s {link} /v/out && mkdir -p /v/etc && touch /v/etc/inside", "-v", "parts:/v").ok()
    for part in ("out", "out/etc", "../../etc", "/etc"):
        result = shell(pod, "ls /s", "--mount", f"type=volume,source=parts,target=/s,volume-subpath={part}")
        assert result.code != 0 or set(result.lines) <= {"inside", "out", "etc"}, result


def test_missing_part_is_named(pod: CommandLine) -> None:
    result = shell(pod, "true", "--mount", "type=volume,source=parts,target=/s,volume-subpath=no/such")
    assert result.code == 125
    assert result.stderr.splitlines()[0] == "Error: cannot mount no/such of volume parts: No such file or directory"


# --- owners, tmpfs, devpts, ramfs, glob ---------------------------------------------------------------------------


def test_u_gives_everything_to_the_containers_user(pod: CommandLine, folder: Path) -> None:
    (folder / "outside").symlink_to("/etc/passwd")
    look = ("busybox", "stat", "-c", "%u %g", "/u", "/u/a1")
    assert run(pod, "-v", f"{folder}:/u:U", "--user", "5:6", *look).ok().stdout == "5 6\n5 6\n"
    assert run(pod, "-v", "fresh:/u:U", "--user", "5:6", *look[:-1]).ok().stdout == "5 6\n"
    refused = run(pod, "-v", "/etc:/u:U", "busybox", "true")
    assert refused.code == 125 and "refusing to change the owner of everything in /etc" in refused.stderr


def test_idmap_is_refused_with_the_reason(pod: CommandLine, folder: Path) -> None:
    for words in (("-v", f"{folder}:/u:idmap"), ("--mount", f"type=bind,src={folder},dst=/u,idmap")):
        result = run(pod, *words, "busybox", "true")
        assert result.code == 125 and "without root the kernel gives no mount other ids" in result.stderr


def test_tmpfs_begins_with_what_the_image_has_there(pod: CommandLine, podman: CommandLine) -> None:
    look = ("busybox", "sh", "-c", "ls /bin | head -n 3; touch /bin/new")
    seen = [peer("run", "--rm", *NO_NETWORK, "--tmpfs", "/bin:exec", *look).ok().stdout for peer in (pod, podman)]
    assert seen[0] == seen[1] != ""
    found = shell(pod, "echo *", "--tmpfs", "/etc:notmpcopyup", "--workdir", "/etc")
    assert "passwd" not in found.stdout


def test_tmpfs_of_the_containers_user(pod: CommandLine) -> None:
    words = ("--mount", "type=tmpfs,dst=/t,U=true", "--user", "5", "busybox", "stat", "-c", "%u", "/t")
    assert run(pod, *words).ok().stdout == "5\n"


def test_devpts_and_ramfs(pod: CommandLine) -> None:
    words = ("--mount", "type=devpts,target=/pty,mode=600", "--mount", "type=ramfs,target=/ram")
    lines = [line.split() for line in run(pod, *words, "busybox", "cat", "/proc/mounts").ok().lines]
    assert {fields[1]: fields[2] for fields in lines if fields[1] in ("/pty", "/ram")} == {
        "/pty": "devpts",
        "/ram": "ramfs",
    }
    assert "mode=600" in next(fields[3] for fields in lines if fields[1] == "/pty")


def test_glob_mounts_every_match(pod: CommandLine, folder: Path) -> None:
    assert shell(pod, "cat /g/*", "--mount", f"type=glob,source={folder}/a*,target=/g,ro").ok().stdout == "one\ntwo\n"
    assert shell(pod, f"cat {folder}/a2", "--mount", f"type=glob,source={folder}/a*").ok().stdout == "two\n"
    assert shell(pod, "true", "--mount", f"type=glob,source={folder}/nothing*").code == 125


def test_read_only_of_the_top_leaves_what_is_below_writable(pod: CommandLine) -> None:
    script = "awk '$2 ~ /^\\/host\\// && $4 ~ /^rw/ {print $2; exit}' /proc/mounts"
    mount = "type=bind,src=/,dst=/host,ro,bind-recursive=writable"
    assert shell(pod, script, "--mount", mount).ok().stdout != ""
    assert shell(pod, "touch /host/x", "--mount", mount).code == 1


def test_chrootdirs_have_the_generated_files_too(pod: CommandLine) -> None:
    script = "cmp /etc/hosts /jail/etc/hosts && cmp /etc/resolv.conf /jail/etc/resolv.conf && cat /jail/etc/hostname"
    assert shell(pod, script, "--chrootdirs", "/jail", "--hostname", "inmate").ok().stdout == "inmate\n"


def test_inner_mounts_come_after_outer_ones_in_whatever_order(pod: CommandLine, folder: Path) -> None:
    words = ("-v", "inner:/a/b/c", "-v", f"{folder}:/a/b", "--tmpfs", "/a")
    assert shell(pod, "ls /a/b; touch /a/b/c/x && ls /a/b/c", *words).ok().stdout == "a1\na2\nc\nx\n"


# --- propagation --------------------------------------------------------------------------------------------------

LATER = """
set -e
pod() {{ {program} --root {folder}/s --runroot {folder}/r "$@" 2>/dev/null; }}
pod load -i {archive} >&2
mkdir -p {folder}/shared/below
for kind in rslave slave rshared rprivate; do
    pod run -d --name $kind --network none -v {folder}/shared:/m:$kind busybox sleep 1000 >&2
done
mount -t tmpfs later {folder}/shared/below
touch {folder}/shared/below/seen
for kind in rslave slave rshared rprivate; do echo $kind $(pod exec $kind ls /m/below); done
pod rm -a -f -t 0 >&2
"""


def test_what_is_mounted_later_on_the_host_is_seen_as_the_propagation_says(
    pod: CommandLine, busybox_archive: Path
) -> None:
    with folders.scratch() as folder:
        script = LATER.format(program=pod.prefix[0], folder=folder, archive=busybox_archive)
        machine = CommandLine(["unshare", "--map-root-user", "--mount", "--propagation", "shared"], pod.env)
        seen = machine("sh", "-c", script).ok().lines
        stores.end_namespace(folder / "r")
    assert seen == ["rslave seen", "slave seen", "rshared seen", "rprivate"]
