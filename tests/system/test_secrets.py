"""Secrets reach the container that is to have them, and nothing else: no image, document, log or command line."""

from __future__ import annotations

import json
import os
import secrets
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, eventually, run, shell, sleeping


@pytest.fixture
def value(pod: CommandLine) -> Iterator[str]:
    """What the secret `token` is in this test."""
    text = f"hush-{secrets.token_hex(12)}"
    pod("secret", "create", "token", "-", input=text).ok()
    yield text
    pod("secret", "rm", "-a").ok()


def store_of(pod: CommandLine) -> tuple[Path, Path]:
    words = list(pod.prefix)
    return Path(words[words.index("--root") + 1]), Path(words[words.index("--runroot") + 1])


def mode_of(path: Path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def files_with(text: str, folder: Path) -> list[Path]:
    found = subprocess.run(["grep", "-rlaF", text, folder], capture_output=True, text=True, check=False).stdout
    return [Path(line) for line in found.splitlines()]


def test_file_and_variable_as_podmans(pod: CommandLine, podman: CommandLine) -> None:
    script = (
        "stat -c '%n %u %g %a' /run/secrets/token /run/secrets/other /etc/deep/x; "
        "cat /run/secrets/token /etc/deep/x; echo $token $FOO"
    )
    seen = []
    for peer in (pod, podman):
        for name in ("token", "more", "third"):
            peer("secret", "create", name, "-", input=f"{name}\n").ok()
        options = (
            *("--secret", "token", "--secret", "token,type=env", "--secret", "source=token,type=env,target=FOO"),
            *("--secret", "more,target=/etc/deep/x,uid=5,gid=6,mode=0400", "--secret", "third,target=other,mode=640"),
        )
        seen.append(shell(peer, script, *options).ok().stdout)
        for name in ("token", "more", "third"):
            peer("secret", "rm", name).ok()
    assert seen[0] == seen[1]


def test_secret_is_in_no_document_log_image_or_command_line(pod: CommandLine, value: str, tmp_path: Path) -> None:
    root, runroot = store_of(pod)
    with sleeping(pod, "--secret", "token", "--secret", "token,type=env,target=T") as container:
        assert pod("exec", container, "sh", "-c", "cat /run/secrets/token; echo; echo $T").ok().lines == [value, value]
        kept = files_with(value, root) + files_with(value, runroot)
        assert {mode_of(path) for path in files_with(value, root)} == {0o600}
        assert mode_of(runroot / "containers") == 0o700
        assert {path.name for path in kept} <= {"data", "0"}  # the secret, and the copies for this container
        assert value not in pod("inspect", container).ok().stdout
        assert value not in pod("secret", "inspect", "token").ok().stdout
        assert value not in pod("events", "--stream=false").ok().stdout
        pod("commit", "-q", container, "made-with-secret").ok()
        pod("save", "-o", tmp_path / "image.tar", "made-with-secret").ok()
        pod("export", "-o", tmp_path / "files.tar", container).ok()
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                assert value.encode() not in process.read_bytes()
            except OSError:
                continue
    assert files_with(value, tmp_path) == []
    assert run(pod, "made-with-secret", "ls", "/run").ok().stdout == ""
    pod("rmi", "made-with-secret").ok()
    assert {path.name for path in files_with(value, root) + files_with(value, runroot)} == {"data"}


def test_container_keeps_the_file_that_it_was_made_with(pod: CommandLine, value: str) -> None:
    words = ("--secret", "token", "busybox", "cat", "/run/secrets/token")
    pod("create", "--name", "keeper", *NO_NETWORK, *words).ok()
    pod("secret", "create", "--replace", "token", "-", input="another").ok()
    assert pod("start", "-a", "keeper").ok().stdout == value
    pod("secret", "rm", "token").ok()
    assert pod("start", "-a", "keeper").ok().stdout == value
    pod("rm", "keeper").ok()


def test_variable_is_looked_up_at_each_start(pod: CommandLine, value: str) -> None:
    words = ("--secret", "token,type=env", "busybox", "sh", "-c", "echo $token")
    pod("create", "--name", "reader", *NO_NETWORK, *words).ok()
    assert pod("start", "-a", "reader").ok().lines == [value]
    pod("secret", "create", "--replace", "token", "-", input="another").ok()
    assert pod("start", "-a", "reader").ok().lines == ["another"]
    pod("secret", "rm", "token").ok()
    gone = pod("start", "-a", "reader")
    assert gone.code == 125 and "secret token of container reader is gone" in gone.stderr
    pod("rm", "reader").ok()


def test_container_without_its_own_user_reads_it_only_as_far_as_the_mode_says(pod: CommandLine, value: str) -> None:
    read = ("busybox", "cat", "/run/secrets/token")
    assert run(pod, "--user", "5", "--secret", "token", *read).ok().stdout == value
    assert run(pod, "--user", "5", "--secret", "token,mode=0400", *read).code == 1
    assert shell(pod, "echo x >/run/secrets/token", "--secret", "token,mode=0666").code == 1  # read-only


def test_documents_and_listing(pod: CommandLine, value: str) -> None:
    [document] = json.loads(pod("secret", "inspect", "token").ok().stdout)
    assert set(document) == {"ID", "CreatedAt", "UpdatedAt", "Spec"} and len(document["ID"]) == 25
    assert document["Spec"] == {"Name": "token", "Driver": {"Name": "file", "Options": {}}, "Labels": {}}
    shown = pod("secret", "inspect", "--showsecret", "-f", "{{.SecretData}}", "token").ok()
    assert shown.lines == [value]
    assert pod("secret", "ls", "-q").ok().lines == [document["ID"]]
    assert pod("secret", "ls", "--filter", "name=tok", "--format", "{{.Name}} {{.Driver}}").ok().lines == ["token file"]
    assert pod("secret", "ls", "-n", "--filter", "name=zzz").ok().stdout == ""
    assert pod("secret", "exists", document["ID"][:9]).code == 0 and pod("secret", "exists", "nope").code == 1


def test_exit_codes_are_podmans(pod: CommandLine, podman: CommandLine) -> None:
    codes = []
    for peer in (pod, podman):
        peer("secret", "create", "one", "-", input="x").ok()
        words = (
            "secret create one /etc/hostname", "secret create empty /dev/null", "secret create a/b /etc/hostname",
            "secret create x /no/such", "secret rm nope", "secret inspect nope", "secret rm one",
            "run --rm --secret nope busybox true", "run --rm --secret one,foo=1 busybox true",
        )  # fmt: skip
        codes.append({word: peer(*word.split()).code for word in words})
    assert codes[0] == codes[1]


def test_variable_as_the_source(pod: CommandLine) -> None:
    pod("secret", "create", "--env", "fromenv", "MINE", env={**pod.env, "MINE": "from the environment"}).ok()
    assert (
        run(pod, "--secret", "fromenv", "busybox", "cat", "/run/secrets/fromenv").ok().stdout == "from the environment"
    )
    assert pod("secret", "create", "--env", "other", "NO_SUCH").code == 125
    pod("secret", "rm", "fromenv").ok()


def test_too_large_a_secret_is_refused(pod: CommandLine) -> None:
    assert pod("secret", "create", "big", "-", input=b"x" * 511_999).ok()
    assert pod("secret", "create", "bigger", "-", input=b"x" * 512_000).code == 125
    pod("secret", "rm", "big").ok()


def test_shell_driver_runs_the_users_commands(pod: CommandLine, tmp_path: Path) -> None:
    commands = {
        "store": f"cat >{tmp_path}/$SECRET_ID",
        "lookup": f"cat {tmp_path}/$SECRET_ID",
        "delete": f"rm {tmp_path}/$SECRET_ID",
        "list": f"ls {tmp_path}",
    }
    options = [word for key, command in commands.items() for word in ("--driver-opts", f"{key}={command}")]
    pod("secret", "create", "-d", "shell", *options, "outside", "-", input="kept elsewhere").ok()
    assert len(os.listdir(tmp_path)) == 1
    assert run(pod, "--secret", "outside", "busybox", "cat", "/run/secrets/outside").ok().stdout == "kept elsewhere"
    pod("secret", "rm", "outside").ok()
    assert os.listdir(tmp_path) == []


def test_failing_driver_says_what_failed(pod: CommandLine) -> None:
    options = [word for key in ("store", "lookup", "delete", "list") for word in ("--driver-opts", f"{key}=false")]
    result = pod("secret", "create", "-d", "shell", *options, "lost", "-", input="x")
    assert result.code == 125 and "fails" in result.stderr
    assert pod("secret", "exists", "lost").code == 1
    assert pod("secret", "create", "-d", "pass", "unkeyed", "-", input="x").code == 125


def test_pass_driver_keeps_it_encrypted(pod: CommandLine, tmp_path: Path) -> None:
    home = Path("/tmp") / f"gpg-{os.getpid()}"  # the socket's path must be short
    home.mkdir(mode=0o700)
    gpg = CommandLine(["gpg", "--batch", "--homedir", str(home)], pod.env)
    try:
        if gpg("--passphrase", "", "--quick-gen-key", "me@example.org", "default", "default", "never").code:
            pytest.skip("gpg cannot make a key here")
        options = f"key=me@example.org,root={tmp_path},gpghomedir={home}"
        pod("secret", "create", "-d", "pass", "--driver-opts", options, "locked", "-", input="for gpg only").ok()
        [encrypted] = tmp_path.iterdir()
        assert encrypted.suffix == ".gpg" and b"for gpg only" not in encrypted.read_bytes()
        words = ("--secret", "locked", "busybox", "cat", "/run/secrets/locked")
        assert run(pod, *words).ok().stdout == "for gpg only"
        assert files_with("for gpg only", store_of(pod)[0]) == []
        pod("secret", "rm", "locked").ok()
    finally:
        subprocess.run(["rm", "-rf", home], check=True)
        eventually(lambda: not running_with(str(home)), "the end of gpg's agent, which follows that of its folder")


def running_with(word: str) -> list[str]:
    """The processes whose command lines name something."""
    found = subprocess.run(["pgrep", "-f", word], capture_output=True, text=True, check=False).stdout
    return found.split()
