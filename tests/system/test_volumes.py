"""Volumes: their lifetime, what is copied into a new one, and who keeps whom, beside what Podman does."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, run, shell, sleeping

_FILL = """
mkdir -p /data/sub && echo content >/data/file && chmod 600 /data/file && ln /data/file /data/hard
ln -s file /data/link && chown -R 33:44 /data && chmod 750 /data
"""
_LOOK = "cd /data && stat -c '%n %u %g %a %h %F' . file hard sub && readlink link && cat file"


def make_image(peer: CommandLine) -> str:
    """An image with files and owners at /data and a VOLUME at /anon, made in a store of pod's or Podman's."""
    name = "with-data"
    if peer("image", "exists", name).code:
        peer("run", "--name", "maker", *NO_NETWORK, "busybox", "sh", "-c", _FILL).ok()
        peer("commit", "-q", "-c", "VOLUME /anon", "maker", name).ok()
        peer("rm", "maker").ok()
    return name


@pytest.fixture(scope="module")
def image(pod: CommandLine) -> str:
    return make_image(pod)


@pytest.fixture(autouse=True)
def no_volumes_left(pod: CommandLine) -> Iterator[None]:
    """Every test starts and ends without volumes."""
    yield
    pod("volume", "rm", "-a", "-f").ok()
    assert pod("volume", "ls", "-q").ok().lines == []


def volumes(pod: CommandLine) -> list[str]:
    return pod("volume", "ls", "-q").ok().lines


def inspected(pod: CommandLine, name: str) -> dict[str, Any]:
    [document] = json.loads(pod("volume", "inspect", name).ok().stdout)
    return dict(document)


# --- beside Podman -----------------------------------------------------------------------------------------------


def test_first_use_is_podmans(pod: CommandLine, podman: CommandLine, image: str) -> None:
    """Copy-up with owners, modes and links; nocopy and what it leaves for later; who owns what the image lacks."""
    make_image(podman)
    seen = []
    for peer in (pod, podman):
        shown = [
            shell_of(peer, image, _LOOK, "-v", "copied:/data"),
            shell_of(peer, image, _LOOK, "-v", "copied:/data"),
            shell_of(peer, image, "stat -c '%u %g %a' /data; ls /data", "-v", "later:/data:nocopy"),
            shell_of(peer, image, _LOOK, "-v", "later:/data"),
            shell_of(peer, image, "stat -c '%u %g %a' /new", "-v", "owned:/new", "--user", "12:13"),
            shell_of(peer, image, _LOOK, "-v", "owned:/data"),
            shell_of(peer, image, "touch /data/mine; rm /data/file", "-v", "changed:/data"),
            shell_of(peer, image, "ls -a /data", "-v", "changed:/data"),
        ]
        seen.append(shown)
        peer("volume", "rm", "-a", "-f").ok()
    assert seen[0] == seen[1]
    assert seen[0][0].startswith(". 33 44 750 3 directory\nfile 33 44 600 2 regular file\n")


def shell_of(peer: CommandLine, image: str, script: str, *options: str) -> str:
    return peer("run", "--rm", *NO_NETWORK, *options, image, "sh", "-c", script).ok().stdout


def test_documents_have_podmans_members(pod: CommandLine, podman: CommandLine) -> None:
    documents = []
    for peer in (pod, podman):
        peer("volume", "create", "--label", "a=b", "kept").ok()
        document = inspected(peer, "kept")
        documents.append({key: value for key, value in document.items() if key not in ("Mountpoint", "CreatedAt")})
        peer("volume", "rm", "kept").ok()
    assert documents[0] == documents[1]


def test_exit_codes_are_podmans(pod: CommandLine, podman: CommandLine) -> None:
    codes = []
    for peer in (pod, podman):
        peer("create", "--name", "user", *NO_NETWORK, "-v", "used:/v", "busybox", "true").ok()
        words = (
            *("volume create used", "volume create ../x", "volume exists used", "volume exists nope"),
            *("volume rm nope", "volume rm used", "volume inspect nope", "volume ls --filter nope=1"),
            *("volume rm", "volume mount nope", "volume export nope", "volume create --opt nope=1 other"),
            "volume rm -f used",
        )
        codes.append({word: peer(*word.split()).code for word in words})
        assert peer("container", "exists", "user").code == 1  # rm -f took it along
    assert codes[0] == codes[1]


def test_lifetimes_of_nameless_volumes_are_podmans(pod: CommandLine, podman: CommandLine, image: str) -> None:
    make_image(podman)
    counts = []
    for peer in (pod, podman):
        counted = []
        for options, remove in (
            (("--rm",), ()),
            ((), ("rm", "one")),
            ((), ("rm", "-v", "one")),
            (("--rm", "-v", "named:/named"), ()),
        ):
            peer("run", "--name", "one", *NO_NETWORK, "-v", "/another", *options, image, "true").ok()
            if remove:
                peer(*remove).ok()
            counted.append(len(volumes(peer)))
            peer("volume", "prune", "-f").ok()
        counts.append(counted)
    assert counts[0] == counts[1] == [0, 2, 0, 1]


# --- names and use ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["..", "../x", ".hidden", "a/b", "/abs", "-x", "a\nb", "a" * 256, "..%2f", "a b"])
def test_name_can_hide_no_path(pod: CommandLine, name: str) -> None:
    for words in (("volume", "create", "--", name), ("run", "--rm", "-v", f"{name}:/x", "busybox", "true")):
        result = pod(*words)
        if not name.startswith(("/", ".")) or words[0] == "volume":  # -v /abs:/x and -v ..:/x are folders of the host
            assert result.code == 125, result
    assert volumes(pod) == []


def test_volume_in_use_names_its_containers(pod: CommandLine) -> None:
    with sleeping(pod, "--name", "first", "-v", "busy:/v"):
        pod("create", "--name", "second", "-v", "busy:/w", "busybox", "true").ok()
        result = pod("volume", "rm", "busy")
        assert result.code == 2
        assert "volume busy is being used by containers " in result.stderr
        assert "first (" in result.stderr and "second (" in result.stderr
        pod("rm", "second").ok()
    assert pod("volume", "rm", "busy").ok().stdout == "busy\n"


def test_volume_is_shared_while_both_run(pod: CommandLine) -> None:
    with sleeping(pod, "-v", "both:/a") as first, sleeping(pod, "-v", "both:/b:ro") as second:
        pod("exec", first, "sh", "-c", "echo said >/a/x").ok()
        assert pod("exec", second, "cat", "/b/x").ok().stdout == "said\n"
        assert pod("exec", second, "touch", "/b/y").code == 1


def test_data_outlives_its_containers(pod: CommandLine) -> None:
    shell(pod, "echo kept >/v/x", "-v", "durable:/v").ok()
    assert shell(pod, "cat /v/x", "-v", "durable:/v").ok().stdout == "kept\n"


def test_prune_spares_what_a_container_uses(pod: CommandLine) -> None:
    pod("volume", "create", "free").ok()
    pod("create", "--name", "holder", "-v", "held:/v", "-v", "/nameless", "busybox", "true").ok()
    assert pod("volume", "prune", "-f").ok().lines == ["free"]
    assert len(volumes(pod)) == 2
    pod("rm", "holder").ok()
    assert len(pod("volume", "prune", "-f").ok().lines) == 2


def test_prune_removes_nothing_while_nobody_knows_what_a_container_uses(make_pod: Any, busybox_archive: Path) -> None:
    pod = make_pod("vb")
    pod("load", "-i", busybox_archive).ok()
    pod("create", "--name", "broken", "-v", "precious:/v", "busybox", "true").ok()
    [record] = (Path(pod.prefix[2]) / "containers").glob("*/record.json")
    record.write_text("{")
    result = pod("volume", "prune", "-f")
    assert result.code == 125 and "nobody can tell which volumes container" in result.stderr
    assert volumes(pod) == ["precious"]
    assert pod("volume", "rm", "precious").code == 125


def test_prune_never_takes_a_volume_from_a_starting_container(pod: CommandLine) -> None:
    """While containers with nameless volumes come and go, a prune that runs all the time breaks none of them."""
    pruning = pod.start("system", "prune", "--volumes", "-f", "--filter", "label=none-such")
    pruning.wait()
    pruners = [pod.start("volume", "prune", "-f") for _ in range(3)]
    for number in range(4):
        pruners += [pod.start("volume", "prune", "-f") for _ in range(2)]
        script = f"echo {number} >/v/x && cat /v/x"
        assert shell(pod, script, "-v", "/v", "-v", f"n{number}:/w").ok().stdout == f"{number}\n"
    for pruner in pruners:
        assert pruner.wait() == 0


# --- --volumes-from, --image-volume ------------------------------------------------------------------------------


def test_volumes_from_takes_all_of_anothers(pod: CommandLine, image: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("host\n")
    pod("run", "--name", "giver", *NO_NETWORK, "-v", "named:/named", "-v", f"{tmp_path}:/host", image, "sh", "-c",
        "echo 1 >/named/x; echo 2 >/anon/x").ok()  # fmt: skip
    words = ("--volumes-from", "giver", image, "sh", "-c", "cat /named/x /anon/x /host/f")
    assert run(pod, *words).ok().stdout == "1\n2\nhost\n"
    assert len(volumes(pod)) == 2  # those of the image are the giver's, not new ones
    result = run(pod, "--volumes-from", "giver:ro", image, "touch", "/named/y")
    assert result.code == 1 and "Read-only file system" in result.stderr
    own = run(pod, "--volumes-from", "giver", "-v", "mine:/named", "busybox", "ls", "/named")
    assert own.ok().stdout == ""
    assert run(pod, "--volumes-from", "nobody", "busybox", "true").code == 125
    assert run(pod, "--volumes-from", "giver:foo", "busybox", "true").code == 125
    pod("rm", "-v", "giver").ok()


def test_nameless_volume_stays_for_whom_it_was_given_to(pod: CommandLine) -> None:
    pod("run", "--name", "owner", *NO_NETWORK, "-v", "/v", "busybox", "sh", "-c", "echo x >/v/x").ok()
    pod("create", "--name", "heir", "--volumes-from", "owner", "busybox", "cat", "/v/x").ok()
    pod("rm", "-v", "owner").ok()
    assert pod("start", "-a", "heir").ok().stdout == "x\n"
    pod("rm", "-v", "heir").ok()
    assert volumes(pod) == []


@pytest.mark.parametrize(
    ("how", "kind", "count"), [("anonymous", "ext", 1), ("bind", "ext", 1), ("tmpfs", "tmpfs", 0), ("ignore", "", 0)]
)
def test_image_volume(pod: CommandLine, image: str, how: str, kind: str, count: int) -> None:
    words = ("run", "--name", "iv", *NO_NETWORK, "--image-volume", how, image, "cat", "/proc/mounts")
    mounts = [line.split() for line in pod(*words).ok().lines]
    found = [fields[2] for fields in mounts if fields[1] == "/anon"]
    assert len(volumes(pod)) == count
    assert [bool(kind)] * len(found) == [True] * (how != "ignore")
    if how == "tmpfs":
        assert found == ["tmpfs"]
    pod("rm", "-v", "iv").ok()


# --- volumes that stand for something else ------------------------------------------------------------------------


def test_tmpfs_volume_is_one_for_all_who_use_it_and_gone_with_the_last(pod: CommandLine) -> None:
    options = ("--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=size=1m,uid=5")
    pod("volume", "create", *options, "memory").ok()
    with sleeping(pod, "-v", "memory:/a") as first:
        pod("exec", first, "sh", "-c", "echo shared >/a/x").ok()
        found = shell(pod, "cat /b/x; stat -c %u /b; df -k /b | tail -n 1 | awk '{print $2}'", "-v", "memory:/b")
        assert found.ok().stdout == "shared\n5\n1024\n"
        assert pod("cp", f"{first}:/a/x", "-").ok().stdout
    assert shell(pod, "ls /b", "-v", "memory:/b").ok().stdout == ""


def test_bind_volume_is_the_folder(pod: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("mine\n")
    pod("volume", "create", "--opt", "type=none", "--opt", "o=bind", "--opt", f"device={tmp_path}", "folder").ok()
    assert shell(pod, "cat /v/f; echo back >/v/g", "-v", "folder:/v").ok().stdout == "mine\n"
    assert (tmp_path / "g").read_text() == "back\n"
    pod("volume", "rm", "folder").ok()
    assert (tmp_path / "f").exists()


def test_what_only_root_can_mount_says_so(pod: CommandLine) -> None:
    pod("volume", "create", "--opt", "type=ext4", "--opt", "device=/dev/sda1", "disk").ok()
    result = shell(pod, "true", "-v", "disk:/v")
    assert result.code == 125
    assert result.stderr.splitlines()[0].startswith("Error: cannot mount volume disk: ext4 of /dev/sda1: ")
    assert "without root" in result.stderr


def test_quota_is_refused_with_the_reason(pod: CommandLine) -> None:
    result = pod("volume", "create", "--opt", "o=size=1g", "limited")
    assert result.code == 125 and "cannot limit a volume's size" in result.stderr


def test_volume_mount_keeps_it_mounted(pod: CommandLine) -> None:
    pod("volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs", "pinned").ok()
    [folder] = pod("volume", "mount", "pinned").ok().lines
    shell(pod, "echo here >/v/x", "-v", "pinned:/v").ok()
    assert pod("unshare", "cat", f"{folder}/x").ok().stdout == "here\n"
    assert inspected(pod, "pinned")["MountCount"] == 1
    pod("volume", "unmount", "pinned").ok()
    assert pod("unshare", "ls", folder).ok().stdout == ""


def test_owner_asked_for_holds(pod: CommandLine, image: str) -> None:
    pod("volume", "create", "--uid", "7", "--gid", "8", "own").ok()
    found = run(pod, "-v", "own:/data", image, "stat", "-c", "%u %g", "/data", "/data/file").ok()
    assert found.stdout == "7 8\n33 44\n"


# --- export and import --------------------------------------------------------------------------------------------


def test_export_and_import_keep_everything(pod: CommandLine, tmp_path: Path) -> None:
    script = (
        "cd /v && touch f && chown 5:6 f && chmod 4711 f && ln f g && ln -s /nowhere l && mkfifo p && mkdir -m 1777 d"
    )
    shell(pod, script, "-v", "from:/v").ok()
    pod("volume", "create", "to").ok()
    pod("volume", "export", "-o", tmp_path / "v.tar", "from").ok()
    pod("volume", "import", "to", tmp_path / "v.tar").ok()
    look = "cd /v && stat -c '%n %u %g %a %h %F %Y' f g l p d"
    assert shell(pod, look, "-v", "to:/v").ok().stdout == shell(pod, look, "-v", "from:/v").ok().stdout


def test_import_stays_in_the_volume(pod: CommandLine, tmp_path: Path) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        link = tarfile.TarInfo("out")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
        tar.addfile(link)
        for name in ("out/escaped", "../../escaped"):
            member = tarfile.TarInfo(name)
            member.size = 1
            tar.addfile(member, io.BytesIO(b"x"))
    pod("volume", "create", "trap").ok()
    pod("volume", "import", "trap", "-", input=data.getvalue())
    assert os.listdir(tmp_path) == []


def test_import_into_nothing_is_an_error(pod: CommandLine, tmp_path: Path) -> None:
    assert pod("volume", "import", "nope", tmp_path / "x.tar").code == 125
    pod("volume", "create", "there").ok()
    result = pod("volume", "import", "there", tmp_path / "x.tar")
    assert result.code == 125 and "cannot read" in result.stderr
