"""`-u`, `--group-add`, and users without subordinate ids."""

from __future__ import annotations

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import run, shell

ID = ("busybox", "id")


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("", "uid=0(root) gid=0(root) groups=0(root)"),
        ("root", "uid=0(root) gid=0(root) groups=0(root)"),
        ("www-data", "uid=33(www-data) gid=33(www-data) groups=33(www-data),100(users)"),
        ("33", "uid=33(www-data) gid=33(www-data) groups=33(www-data),100(users)"),
        ("daemon", "uid=1(daemon) gid=1(daemon) groups=1(daemon),4(adm)"),
        ("www-data:daemon", "uid=33(www-data) gid=1(daemon) groups=1(daemon)"),
        ("1234", "uid=1234(1234) gid=0(root) groups=0(root)"),
        ("1234:4321", "uid=1234(1234) gid=4321(4321) groups=4321(4321)"),
        ("nobody", "uid=65534(nobody) gid=65534(nobody) groups=65534(nobody)"),
    ],
)
def test_user_is_looked_up_in_the_image(pod: CommandLine, user: str, expected: str) -> None:
    assert run(pod, "-u", user, *ID).ok().stdout.strip() == expected


@pytest.mark.parametrize("user", ["33", "www-data", "33:4", "1234", "1234:4321", "nobody"])
def test_ids_are_those_that_podman_gives(pod: CommandLine, podman: CommandLine, user: str) -> None:
    script = "id -u; id -g; echo $HOME"
    assert shell(pod, script, "-u", user).ok().lines == shell(podman, script, "-u", user).ok().lines


def test_unknown_user_and_group_are_named(pod: CommandLine) -> None:
    result = run(pod, "-u", "joe", *ID)
    assert (result.code, result.stderr.splitlines()[0]) == (
        125,
        'Error: no user "joe" in the image: no line of /etc/passwd has that name',
    )
    assert 'no group "joes" in the image' in run(pod, "-u", "root:joes", *ID).stderr
    assert 'no group "joes" in the image' in run(pod, "--group-add", "joes", *ID).stderr


def test_user_that_the_map_does_not_have_is_named(pod: CommandLine) -> None:
    result = run(pod, "-u", "99999", *ID)
    assert result.code == 125
    assert result.stderr.splitlines() == [
        "Error: cannot become user 99999:0: the id does not exist in this user namespace",
        "  0 to 65536 exist in this container: no more than /etc/subuid and /etc/subgid give",
    ]


def test_groups_are_added_by_name_and_number(pod: CommandLine) -> None:
    shown = run(pod, "-u", "daemon", "--group-add", "users", "--group-add", "4242", *ID).ok().stdout
    assert shown == "uid=1(daemon) gid=1(daemon) groups=1(daemon),4(adm),100(users),4242\n"


def test_home_is_that_of_the_user(pod: CommandLine) -> None:
    assert shell(pod, "echo $HOME", "-u", "www-data").ok().stdout == "/var/www\n"
    assert shell(pod, "echo $HOME", "-u", "1234").ok().stdout == "/\n"
    assert shell(pod, "echo $HOME", "-e", "HOME=/given", "-u", "www-data").ok().stdout == "/given\n"


def test_user_may_open_its_own_streams_again(pod: CommandLine) -> None:
    """nginx and others log to /dev/stdout."""
    result = shell(pod, "echo out >/dev/stdout; echo err >/dev/stderr", "-u", "www-data").ok()
    assert (result.stdout, result.stderr) == ("out\n", "err\n")
    assert shell(pod, "echo out >/dev/stdout; tty", "-t", "-u", "www-data").ok().lines == ["out", "/dev/pts/0"]


def test_user_has_no_more_than_its_rights(pod: CommandLine) -> None:
    words = (
        "cat /etc/shadow",
        "touch /root/x",
        "touch /x",
        "chown 33 /etc/passwd",
        "hostname me",
        "mount -t tmpfs x /tmp",
    )
    script = "; ".join(f"{attempt} && echo done: {attempt}" for attempt in words)
    assert shell(pod, f"{script}; true", "-u", "www-data").ok().stdout == ""


# --- a user without subordinate ids ------------------------------------------------------------------------------


def test_without_subordinate_ids_containers_run_as_root(plain_pod: CommandLine) -> None:
    assert run(plain_pod, *ID).ok().stdout.startswith("uid=0(root) gid=0(root)")
    assert run(plain_pod, "-u", "0", "busybox", "id", "-u").ok().stdout == "0\n"
    assert run(plain_pod, "-u", "root:root", "busybox", "id", "-u").ok().stdout == "0\n"


def test_without_subordinate_ids_another_user_is_refused_with_the_reason(plain_pod: CommandLine) -> None:
    result = run(plain_pod, "-u", "1000", *ID)
    assert result.code == 125
    assert result.stderr.splitlines() == [
        "Error: cannot become user 1000:0: the id does not exist in this user namespace",
        "  without subordinate ids only root exists in a container; `pod info` shows the ids that are mapped",
    ]


def test_without_subordinate_ids_the_notice_comes_once(plain_pod: CommandLine) -> None:
    said = [run(plain_pod, "busybox", "true").ok().stderr for _ in range(3)]
    assert sum("subordinate ids" in text for text in said) <= 1
    assert said[-1] == ""


def test_without_subordinate_ids_exec_and_terminals_work(plain_pod: CommandLine) -> None:
    container = plain_pod("run", "-d", "--network", "none", "busybox", "sleep", "1000").ok().stdout.strip()
    assert plain_pod("exec", container, "id", "-u").ok().stdout == "0\n"
    assert plain_pod("exec", "-t", container, "tty").ok().stdout == "/dev/pts/0\r\n"
    assert run(plain_pod, "-t", "busybox", "tty").ok().stdout == "/dev/pts/0\r\n"
    assert plain_pod("exec", "-u", "1000", container, "id").code == 125
    plain_pod("rm", "-f", container).ok()


@pytest.mark.parametrize("driver", ["overlay", "fuse-overlayfs", "vfs"])
def test_without_subordinate_ids_files_belong_to_root_with_every_driver(plain_pod: CommandLine, driver: str) -> None:
    with_driver = plain_pod.with_options("--storage-driver", driver)
    script = "stat -c %u:%g /etc/shadow /bin/busybox /var/www; touch /x && rm /bin/vi && ls /bin/vi"
    result = shell(with_driver, script)
    assert result.lines == ["0:0"] * 3 and "No such file" in result.stderr
