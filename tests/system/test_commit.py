"""`commit`: an image made of a container."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pod.runtime import cgroups
from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, run, sleeping

SCRIPT = r"""
mkdir -p /data/sub; echo text > /data/file; chown 12:34 /data/file; chmod 4711 /data/file
ln /data/file /data/hard; ln -s /etc/passwd /data/soft; rm /etc/shadow; rm -r /root; rm -r /var; mkdir /var
dd if=/dev/zero of=/data/sparse bs=1 count=1 seek=40000000 2>/dev/null
"""
LOOK = (
    "stat -c '%u %g %a %h' /data/file; readlink /data/soft; stat -c %s /data/sparse; ls -d /etc/shadow /root /var/www"
)
SEEN = ["12 34 4711 2", "/etc/passwd", "40000001"]


@pytest.fixture(scope="module")
def changed(pod: CommandLine) -> str:
    pod("run", "--name", "changed", *NO_NETWORK, "busybox", "sh", "-c", SCRIPT).ok()
    return "changed"


def inspect(pod: CommandLine, image: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(pod("image", "inspect", image).ok().stdout)[0]
    return document


def test_image_has_what_the_container_changed(pod: CommandLine, changed: str) -> None:
    result = pod("commit", changed, "made").ok()
    assert result.stdout.strip() == inspect(pod, "made")["Id"].removeprefix("sha256:")
    assert run(pod, "made", "sh", "-c", LOOK).lines == SEEN


def test_image_has_one_layer_more_and_says_what_it_changes(pod: CommandLine, changed: str) -> None:
    pod("commit", changed, "one-more").ok()
    layers, before = (inspect(pod, name)["RootFS"]["Layers"] for name in ("one-more", "busybox"))
    assert layers[:-1] == before
    assert pod("diff", "one-more").ok().lines == pod("diff", changed).ok().lines


def test_history_tells_the_command_the_author_and_the_message(pod: CommandLine) -> None:
    pod("run", "--name", "told", *NO_NETWORK, "busybox", "touch", "/tmp/x").ok()
    pod("commit", "-a", "A. Person", "-m", "why it was made", "told", "told").ok()
    lines = pod("history", "--format", "{{.CreatedBy}}|{{.Comment}}", "told").ok().lines
    assert lines[0] == "touch /tmp/x|why it was made"
    assert len(lines) == len(pod("history", "-q", "busybox").ok().lines) + 1
    assert inspect(pod, "told")["Author"] == "A. Person"


def test_options_of_the_container_become_defaults_and_changes_go_before_them(pod: CommandLine) -> None:
    options = ("-e", "KEY=value", "-w", "/tmp", "-u", "5:6", "-l", "who=me", "--entrypoint", '["echo","start"]')
    pod("create", "--name", "given", *NO_NETWORK, *options, "busybox", "word").ok()
    pod("commit", "given", "given").ok()
    config = inspect(pod, "given")["Config"]
    assert (config["WorkingDir"], config["User"], config["Labels"]) == ("/tmp", "5:6", {"who": "me"})
    assert "KEY=value" in config["Env"]
    assert run(pod, "given").ok().stdout == "start word\n"
    pod("commit", "-c", "ENV KEY=other", "-c", 'CMD ["end"]', "--change", "WORKDIR sub", "given", "changed-more").ok()
    config = inspect(pod, "changed-more")["Config"]
    assert "KEY=other" in config["Env"]
    assert config["WorkingDir"] == "/tmp/sub"
    assert run(pod, "changed-more").ok().stdout == "start end\n"


def test_config_file_replaces_what_it_names(pod: CommandLine, changed: str, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(json.dumps({"config": {"Cmd": ["echo", "from the file"]}}))
    pod("commit", "--config", tmp_path / "c.json", changed, "by-file").ok()
    assert run(pod, "by-file").ok().stdout == "from the file\n"
    result = pod("commit", "--config", tmp_path / "none", changed)
    assert (result.code, "--config" in result.stderr) == (125, True)


def test_squashed_image_is_one_layer_with_everything(pod: CommandLine, changed: str) -> None:
    pod("commit", "--squash", changed, "flat").ok()
    assert len(inspect(pod, "flat")["RootFS"]["Layers"]) == 1
    assert run(pod, "flat", "sh", "-c", LOOK).lines == SEEN


@pytest.mark.parametrize("words", [(), ("--squash",)], ids=["layer", "squash"])
def test_volumes_come_along_only_when_asked(pod: CommandLine, words: tuple[str, ...]) -> None:
    with sleeping(pod, "-v", "committed:/named") as name:
        pod("exec", name, "sh", "-c", "echo inside >/named/x").ok()
        pod("commit", *words, "--include-volumes", name, "volumes:with").ok()
        pod("commit", *words, name, "volumes:without").ok()
    assert run(pod, "volumes:with", "cat", "/named/x").ok().stdout == "inside\n"
    assert run(pod, "volumes:without", "ls", "/named").ok().stdout == ""
    pod("volume", "rm", "committed").ok()


def test_places_of_volumes_are_podmans(pod: CommandLine, podman: CommandLine, tmp_path: Path) -> None:
    options = ("-v", "places:/named", "-v", "/nameless", "-v", f"{tmp_path}:/bound", "--tmpfs", "/memory")
    seen = []
    for peer in (pod, podman):
        peer("create", "--name", "places", *NO_NETWORK, *options, "busybox", "true").ok()
        found = []
        for words in ((), ("--include-volumes",)):
            peer("commit", *words, "places", "volumes:places").ok()
            found.append(sorted(inspect(peer, "volumes:places")["Config"]["Volumes"]))
        seen.append(found)
        peer("rm", "-v", "places").ok()
        peer("volume", "rm", "places").ok()
    assert seen[0] == seen[1] == [["/nameless"], ["/bound", "/memory", "/named", "/nameless"]]


def test_running_container_is_committed_as_it_is_now(pod: CommandLine) -> None:
    with sleeping(pod, "--tmpfs", "/scratch") as name:
        pod("exec", name, "sh", "-c", "echo now > /tmp/now; echo gone > /scratch/x").ok()
        pod("commit", name, "now").ok()
        assert pod("exec", name, "cat", "/tmp/now").ok().stdout == "now\n"
    assert run(pod, "now", "sh", "-c", "cat /tmp/now; ls /scratch").ok().stdout == "now\n"


def test_commits_of_the_same_files_share_the_layer(pod: CommandLine, changed: str) -> None:
    for name in ("twice-a", "twice-b"):
        pod("commit", changed, name).ok()
    assert inspect(pod, "twice-a")["RootFS"] == inspect(pod, "twice-b")["RootFS"]


def test_podman_runs_what_was_committed_and_saved(pod: CommandLine, podman: CommandLine, changed: str) -> None:
    for format_ in ("oci", "docker"):
        pod("commit", "-f", format_, changed, f"for-podman-{format_}").ok()
        for archive in ("docker-archive", "oci-archive"):
            data = pod("save", "--format", archive, f"for-podman-{format_}").ok().raw
            loaded = podman("load", input=data).ok().lines[-1].split(": ")[-1]
            assert podman("run", "--rm", "--network", "none", loaded, "sh", "-c", LOOK).lines == SEEN
            podman("rmi", loaded).ok()


def test_podman_commits_the_same_files(pod: CommandLine, podman: CommandLine, changed: str) -> None:
    podman("run", "--name", "commit-changed", "--network", "none", "busybox", "sh", "-c", SCRIPT).ok()
    podman("commit", "-q", "commit-changed", "theirs").ok()
    pod("load", input=podman("save", "theirs").ok().raw).ok()
    pod("commit", changed, "ours").ok()
    lines = [line for line in pod("diff", "localhost/theirs", "ours").ok().lines if not line.endswith(" /etc/mtab")]
    assert [line for line in lines if not line.startswith("C ")] == []
    keys = ("Cmd", "Env", "Entrypoint", "User")
    ours, theirs = inspect(pod, "ours")["Config"], inspect(pod, "localhost/theirs")["Config"]
    assert {key: ours.get(key) for key in keys[:1]} == {key: theirs.get(key) for key in keys[:1]}
    assert (ours["User"], ours["Entrypoint"]) == (theirs["User"], theirs["Entrypoint"])


def test_links_in_the_image_are_not_followed_when_folders_replace_them(pod: CommandLine) -> None:
    pod("run", "--name", "l1", *NO_NETWORK, "busybox", "ln", "-s", "/etc", "/link").ok()
    pod("commit", "-q", "l1", "with-link").ok()
    script = "rm /link; mkdir /link; touch /link/passwd"
    pod("run", "--name", "l2", *NO_NETWORK, "with-link", "sh", "-c", script).ok()
    lines = pod("diff", "l2").ok().lines
    assert "C /link" in lines
    assert "A /link/passwd" in lines, "it was compared with /etc/passwd, through the link"


def test_container_of_an_image_that_was_removed_can_be_committed(pod: CommandLine) -> None:
    pod("run", "--name", "old", *NO_NETWORK, "busybox", "touch", "/tmp/old").ok()
    pod("commit", "old", "parent").ok()
    pod("run", "--name", "orphan", *NO_NETWORK, "parent", "touch", "/tmp/new").ok()
    pod("untag", "parent").ok()
    pod("commit", "orphan", "child").ok()
    run(pod, "child", "ls", "/tmp/old", "/tmp/new").ok()


def test_container_on_this_machines_own_files_is_committed_without_them(pod: CommandLine) -> None:
    script = "echo of /usr > /usr/share/committed; echo of /etc > /etc/committed"
    pod("run", "--name", "on-host", *NO_NETWORK, "host", "sh", "-c", script).ok()
    pod("commit", "on-host", "from-host").ok()
    assert len(inspect(pod, "from-host")["RootFS"]["Layers"]) == 2
    result = run(pod, "from-host", "cat", "/usr/share/committed", "/etc/committed")
    assert result.ok().stdout == "of /usr\nof /etc\n"
    assert not Path("/usr/share/committed").exists()


def test_link_planted_while_packing_gives_nothing_of_the_host_away(pod: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("of the host")
    swap = f"""
    mkdir -p /a/dir; echo harmless > /a/dir/file; cd /a; ln -s {tmp_path}/outside link
    while :; do mv dir real 2>/dev/null; cp -P link dir 2>/dev/null; rm dir 2>/dev/null; mv real dir 2>/dev/null; done
    """
    with sleeping(pod) as name:
        pod("exec", "-d", name, "sh", "-c", swap).ok()
        for _ in range(10):
            image = pod("commit", name).ok().stdout.strip()
            layers = pod("save", image).ok().raw
            assert b"of the host" not in layers
            pod("rmi", image).ok()


def test_errors_name_what_is_wrong(pod: CommandLine, changed: str) -> None:
    assert pod("commit", "nobody").stderr.startswith('Error: no such container: "nobody"')
    assert "--change 'RUN x'" in pod("commit", "-c", "RUN x", changed).stderr
    assert pod("commit", changed, "Bad Name").code == 125


@pytest.mark.skipif(cgroups.find() is not None, reason="this session owns a control group, which can be frozen")
def test_pause_is_refused_where_nothing_can_be_frozen_as_by_podman(pod: CommandLine, podman: CommandLine) -> None:
    for engine in (pod, podman):
        with sleeping(engine) as name:
            assert engine("commit", "--pause", name, "paused").code == 125
            assert engine("image", "exists", "paused").code == 1
            assert engine("inspect", "-f", "{{.State.Status}}", name).ok().stdout == "running\n"
            assert engine("commit", "--pause=false", name, "not-paused").code == 0
            engine("rmi", "-f", "not-paused").ok()


def test_pause_of_a_container_that_does_not_run_is_nothing(pod: CommandLine, changed: str) -> None:
    pod("commit", "--pause", changed, "of-a-stopped-one").ok()
    pod("rmi", "of-a-stopped-one").ok()


def test_id_is_written_to_a_file(pod: CommandLine, changed: str, tmp_path: Path) -> None:
    printed = pod("commit", "--iidfile", tmp_path / "id", changed).ok().stdout.strip()
    assert (tmp_path / "id").read_text() == f"sha256:{printed}"


@pytest.mark.parametrize("driver", ["fuse-overlayfs", "vfs"])
def test_every_driver_commits(make_pod: Callable[[str], CommandLine], busybox_archive: Path, driver: str) -> None:
    pod = make_pod(f"m{driver[0]}").with_options("--storage-driver", driver)
    pod("load", "-i", busybox_archive)
    if (ran := pod("run", "--name", "one", *NO_NETWORK, "busybox", "sh", "-c", SCRIPT)).code:
        pytest.skip(f"{driver} does not work here: {ran.stderr}")
    pod("commit", "one", "made").ok()
    assert run(pod, "made", "sh", "-c", LOOK).lines == SEEN
    with tarfile.open(fileobj=io.BytesIO(pod("save", "made").ok().raw)) as archive:
        assert archive.getnames()
    pod("rm", "one").ok()
