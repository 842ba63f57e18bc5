"""--userns, --uidmap and accounts: containers whose users are others than those of the user's namespace."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, run, shell

UID, GID = os.getuid(), os.getgid()
MAPS = "cat /proc/self/uid_map /proc/self/gid_map | tr -s ' '"
LOOK = (
    f"id -u; id -g; id -un; {MAPS}; pwd; echo $HOME; stat -c '%n %a %u %g' /etc /etc/shadow /tmp /dev/pts;"
    "touch /x; echo $?; tail -n1 /etc/passwd"
)


@pytest.fixture(scope="module")
def kept(pod: CommandLine) -> Iterator[str]:
    """A running container with --userns keep-id in which its user and root have made files."""
    pod("run", "-d", *NO_NETWORK, "--name", "kept", "--userns", "keep-id", "busybox", "sleep", "1000").ok()
    pod("exec", "kept", "touch", "/tmp/mine").ok()
    pod("exec", "-u", "root", "kept", "sh", "-c", "mkdir /made; touch /made/f; chown 33:5 /made/f").ok()
    yield "kept"


@pytest.mark.parametrize(
    "options",
    [
        ("--userns", "keep-id"),
        ("--userns", "keep-id", "-u", "root"),
        ("--userns", "keep-id", "-u", "www-data"),
        ("--userns", "keep-id:uid=200,gid=210"),
        ("--userns", "keep-id", "-w", "/tmp"),
        ("--userns", "keep-id", "--passwd-entry", "u:*:$UID:$GID:x:$HOME:/z"),
        ("--userns", "keep-id", "--passwd=false"),
        ("--userns", "keep-id", "--read-only"),
        ("--userns", "keep-id", "--hostuser", "sync"),
        ("--userns", "nomap"),
        ("--userns", "host"),
        ("--userns", "auto:size=5000"),
        ("--uidmap", "0:0:1", "--uidmap", "1:10:100"),
        ("-u", "5:5"),
    ],
    ids=lambda options: " ".join(options),
)
def test_users_are_those_that_podman_gives(pod: CommandLine, podman: CommandLine, options: tuple[str, ...]) -> None:
    ours, theirs = (shell(program, LOOK, *options) for program in (pod, podman))
    assert ours.code == theirs.code
    kept_with_user = {"keep-id", "-u"} <= set(options)  # Podman's HOME is then where it works, not the user's own
    home = 10 if kept_with_user else None
    assert without(ours.lines, home) == without(theirs.lines, home)


def without(lines: list[str], number: int | None) -> list[str]:
    return [line for at, line in enumerate(lines) if at != number]


def test_files_of_a_bind_mount_are_the_users_on_both_sides(pod: CommandLine, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "outside").touch()
    result = shell(
        pod, "stat -c %u:%g outside; touch inside; whoami", "--userns", "keep-id", "-v", f"{tmp_path}:/w", "-w/w"
    )
    assert result.ok().lines[0] == f"{UID}:{GID}"
    made = (tmp_path / "inside").stat()
    assert (made.st_uid, made.st_gid) == (UID, GID)


def test_home_is_ones_own_where_it_is_mounted(pod: CommandLine) -> None:
    import pwd

    home = pwd.getpwuid(UID).pw_dir
    assert shell(pod, "echo $HOME", "--userns", "keep-id", "-v", f"{home}:{home}").ok().stdout == f"{home}\n"


def test_a_folder_that_only_the_user_may_enter_can_be_mounted_for_others(pod: CommandLine, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "open").mkdir(0o755)
    (tmp_path / "open" / "file").write_text("read\n")
    result = run(pod, "--userns", "nomap", "-v", f"{tmp_path}/open:/w", "busybox", "cat", "/w/file")
    assert result.ok().stdout == "read\n"


@pytest.mark.parametrize("users", ["keep-id", "auto", "nomap"])
def test_what_the_engine_hands_in_belongs_to_whom_it_should(pod: CommandLine, users: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush")
    pod("secret", "create", "owned", tmp_path / "secret").ok()
    generated = "/etc/hosts /etc/resolv.conf /etc/hostname /run/.containerenv"
    script = f"stat -c '%u:%g %a' {generated} /run/secrets/* /img/bin/busybox; touch /img/bin/x || echo read-only"
    words = ("--userns", users, "--secret", "owned,uid=7,gid=8,mode=0440", "--secret", "owned,target=plain")
    seen = shell(pod, script, *words, "--mount", "type=image,src=busybox,dst=/img").ok().lines
    assert seen == ["0:0 644"] * 4 + ["7:8 440", "0:0 444", "0:0 755", "read-only"]
    pod("secret", "rm", "owned").ok()


def test_names_of_a_network_that_is_joined_later_are_written(pod: CommandLine) -> None:
    pod("network", "create", "later").ok()
    pod("run", "-d", "--name", "joins", "--userns", "keep-id", "--network", "podman", "busybox", "sleep", "1000").ok()
    pod("network", "connect", "later", "joins").ok()
    assert "joins" in pod("exec", "joins", "cat", "/etc/hosts").ok().stdout
    assert pod("exec", "joins", "stat", "-c", "%u:%g", "/etc/hosts").ok().stdout == "0:0\n"
    pod("rm", "-f", "-t", "0", "joins").ok()
    pod("network", "rm", "later").ok()


def test_exec_is_the_same_user(pod: CommandLine, kept: str) -> None:
    assert pod("exec", kept, "id", "-u").ok().stdout == f"{UID}\n"
    assert pod("exec", "-u", "0", kept, "id", "-u").ok().stdout == "0\n"
    assert pod("exec", "-t", "-u", "www-data", kept, "sh", "-c", "id -un; tty; stat -c %U /dev/pts/0").ok().lines == [
        "www-data",
        "/dev/pts/0",
        "www-data",
    ]


def test_top_names_the_user(pod: CommandLine, kept: str) -> None:
    assert pod("top", kept, "user", "huser").ok().stdout.split()[2:] == [user_name(), str(UID)]


def user_name() -> str:
    import pwd

    return pwd.getpwuid(UID).pw_name


def owners(archive: bytes) -> dict[str, tuple[int, int]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name.strip("/"): (member.uid, member.gid) for member in tar}


EXPECTED = {"made": (0, 0), "made/f": (33, 5), "tmp/mine": (UID, GID), "etc/shadow": (0, 0), "bin": (0, 0)}


def test_files_have_the_containers_owners_wherever_they_go(pod: CommandLine, kept: str, tmp_path: Path) -> None:
    for running in (True, False):
        if not running:
            pod("stop", "-t", "0", kept).ok()
        assert owners(pod("cp", f"{kept}:/made", "-").ok().raw)["made/f"] == (33, 5)
        exported = owners(pod("export", kept).ok().raw)
        assert {name: exported[name] for name in EXPECTED} == EXPECTED
    for number, options in enumerate(((), ("--squash",))):
        image = f"kept{number}"
        pod("commit", "-q", *options, kept, image).ok()
        result = run(pod, image, "stat", "-c", "%n %u %g", *(f"/{name}" for name in EXPECTED)).ok()
        assert result.lines == [f"/{name} {uid} {gid}" for name, (uid, gid) in EXPECTED.items()]
        pod("rmi", image).ok()
    (tmp_path / "new").touch()
    pod("cp", tmp_path / "new", f"{kept}:/made/new").ok()
    pod("start", kept).ok()
    assert pod("exec", kept, "stat", "-c", "%u", "/made/new", "/made/f", "/tmp/mine").ok().stdout.split() == [
        str(UID),
        "33",
        str(UID),
    ]


def test_diff_shows_what_was_changed_alone(pod: CommandLine) -> None:
    for name, options in (("usual", ()), ("changed", ("--userns", "nomap"))):
        pod("run", *NO_NETWORK, "--name", name, *options, "busybox", "touch", "/new").ok()
    shown = pod("diff", "changed").ok().lines
    assert shown == pod("diff", "usual").ok().lines
    assert "A /new" in shown


def test_inspect_shows_the_map(pod: CommandLine, podman: CommandLine, kept: str) -> None:
    template = "{{.HostConfig.UsernsMode}} {{json .HostConfig.IDMappings}}"
    podman("create", "--name", "kept", "--userns", "keep-id", "busybox", "true").ok()
    theirs = podman("inspect", "--format", template, "kept").ok().stdout
    podman("rm", "kept").ok()
    assert pod("inspect", "--format", template, kept).ok().stdout == theirs


def test_a_container_can_share_the_users_of_another(pod: CommandLine, kept: str) -> None:
    expected = pod("exec", kept, "sh", "-c", MAPS).ok().stdout
    shared = shell(pod, f"{MAPS}; ps -o pid,user", "--userns", f"container:{kept}", "--pid", f"container:{kept}")
    assert shared.ok().stdout.startswith(expected)
    assert str(UID) in shared.stdout[len(expected) :]


def test_its_namespaces_are_its_own(pod: CommandLine) -> None:
    """Root of the container has its capabilities over its network, its host name and its mounts."""
    script = "hostname other; hostname; ip link set lo down; ip link set lo up; mount -t tmpfs none /mnt; echo $?"
    options = ("--userns", "keep-id", "-u", "0", "--privileged", "--tmpfs", "/mnt")
    assert shell(pod, script, *options).ok().lines == ["other", "0"]
    assert shell(pod, "echo > /proc/sys/net/ipv4/ip_forward; umount /proc", "--userns", "nomap").code != 0


def test_two_automatic_containers_have_no_id_in_common(pod: CommandLine) -> None:
    starts = []
    for name in ("auto1", "auto2"):
        pod("run", "-d", *NO_NETWORK, "--name", name, "--userns", "auto", "busybox", "sleep", "1000").ok()
        starts.append(pod("exec", name, "cat", "/proc/self/uid_map").ok().stdout.split()[1:])
    assert starts == [["1", "1024"], ["1025", "1024"]]
    pod("container", "clone", "auto1", "auto3").ok()
    cloned = pod("inspect", "--format", "{{index .HostConfig.IDMappings.UidMap 0}}", "auto3").ok().stdout
    assert cloned == "0:2049:1024\n"
    pod("rm", "auto3").ok()
    pod("rm", "-f", "-t", "0", "auto1").ok()
    assert shell(pod, "cat /proc/self/uid_map", "--userns", "auto").ok().stdout.split()[1] == "1", "free again"
    pod("rm", "-f", "-t", "0", "auto2").ok()


def test_what_is_impossible_is_said(pod: CommandLine) -> None:
    for options, words in (
        (("--userns", "private"), "needs a map"),
        (("--uidmap", "0:65000:1000"), "your namespace has the ids 0 to 65536"),
        (("--subuidname", "root"), "the subordinate ids of root are not yours"),
        (("--userns", "container:nobody-here"), "no such container"),
        (("--userns", "ns:/proc/1/ns/user"), "cannot join the user namespace"),
        (("--hostuser", "nobody-here"), "this machine has no such user"),
        (("--userns", "auto:size=100000"), "no 100000 ids are left"),
    ):
        result = run(pod, *options, "busybox", "true")
        assert result.code == 125
        assert words in result.stderr


@pytest.mark.parametrize("driver", ["fuse-overlayfs", "vfs"])
def test_every_driver_shows_the_right_owners(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, driver: str
) -> None:
    pod = make_pod(f"un{driver[0]}").with_options("--storage-driver", driver)
    pod("load", "-i", busybox_archive).ok()
    script = "stat -c %u / /etc/shadow /bin/sh /img/bin/sh; touch /tmp/x; stat -c %u /tmp/x; /img/bin/sh -c 'echo runs'"
    for mount in ("type=image,src=busybox,dst=/img", "type=image,src=busybox,dst=/img,rw"):
        seen = shell(pod, script, "--userns", "keep-id", "--mount", mount).ok().stdout.split()
        assert seen == ["0", "0", "0", "0", str(UID), "runs"]


def test_without_subordinate_ids_the_user_is_there_and_nobody_else(plain_pod: CommandLine) -> None:
    uid = (
        shell(plain_pod, "id -u; whoami; stat -c %u /etc /bin/sh; touch /x; echo $?", "--userns", "keep-id").ok().lines
    )
    assert uid[0] == uid[2] == uid[3] != "0"
    assert uid[4] == "0"
    result = run(plain_pod, "--userns", "keep-id", "-u", "0", "busybox", "true")
    assert result.stderr.splitlines() == [
        "Error: cannot become user 0:0: the id does not exist in this user namespace",
        f"  only {uid[0]} exists in this container",
    ]
    assert "you have no others" in run(plain_pod, "--userns", "nomap", "busybox", "true").stderr
    assert "you have no others" in run(plain_pod, "--userns", "auto", "busybox", "true").stderr
