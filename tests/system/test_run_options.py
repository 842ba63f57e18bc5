"""Options of `run` that change a single thing inside: each is seen there, and a wrong value is one clear line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.commands import CommandLine

QUIET = ("run", "--rm", "--network", "none")


def test_umask_holds_for_new_files(pod: CommandLine) -> None:
    said = pod(*QUIET, "--umask", "027", "busybox", "sh", "-c", "umask; touch /x; stat -c %a /x").ok()
    assert said.lines == ["0027", "640"]


def test_the_time_zone_comes_from_the_host_and_needs_no_database_in_the_image(pod: CommandLine) -> None:
    if not Path("/usr/share/zoneinfo/Asia/Tokyo").exists():
        pytest.skip("this machine has no time zone database (package tzdata)")
    assert pod(*QUIET, "--tz", "Asia/Tokyo", "busybox", "date", "+%z").ok().lines == ["+0900"]


@pytest.mark.parametrize("zone", ["Nowhere/Land", "../../../etc/passwd"])
def test_an_unknown_time_zone_is_named_and_nothing_is_left(pod: CommandLine, zone: str) -> None:
    result = pod(*QUIET, "--name", "timeless", "--tz", zone, "busybox", "true")
    assert result.code == 125
    assert f"unknown time zone {zone!r}" in result.stderr
    assert pod("container", "exists", "timeless").code == 1


def test_a_sysctl_of_the_containers_own_namespace_is_set(pod: CommandLine) -> None:
    options = ("--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "kernel.shmmax=123456")
    said = pod(*QUIET, *options, "busybox", "cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/shmmax").ok()
    assert said.lines == ["1", "123456"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--sysctl", "vm.swappiness=1"),
            "cannot set sysctl vm.swappiness: it is the whole machine's, not a container's",
        ),
        (
            ("--network", "host", "--sysctl", "net.ipv4.ip_forward=1"),
            "cannot set sysctl net.ipv4.ip_forward with --network host: that namespace is not the container's own",
        ),
    ],
)
def test_a_sysctl_of_the_machine_is_refused(pod: CommandLine, options: tuple[str, ...], message: str) -> None:
    result = pod("run", "--rm", *options, "busybox", "true")
    assert (result.code, result.stderr.splitlines()[0]) == (125, f"Error: {message}")


def test_oom_score_adj_is_what_the_program_has(pod: CommandLine) -> None:
    said = pod(*QUIET, "--oom-score-adj", "700", "busybox", "cat", "/proc/self/oom_score_adj").ok()
    assert said.lines == ["700"]


def test_an_oom_score_below_the_sessions_own_is_refused(pod: CommandLine) -> None:
    result = pod(*QUIET, "--oom-score-adj", "-1000", "busybox", "true")
    assert result.code == 125
    assert "cannot set the out-of-memory score to -1000: without root it can only be raised" in result.stderr


def test_variables_of_the_image_can_be_left_out(pod: CommandLine, scratch: Path) -> None:
    pod("import", "--change", "ENV KEEP=1", "--change", "ENV DROP=2", _root_archive(scratch), "vars").ok()
    show = ("vars", "/bin/busybox", "env")
    assert "DROP=2" in pod(*QUIET, *show).ok().lines
    said = pod(*QUIET, "--unsetenv", "DROP", *show).ok().lines
    assert "KEEP=1" in said and "DROP=2" not in said
    said = pod(*QUIET, "--unsetenv-all", "-e", "MINE=3", *show).ok().lines
    assert "MINE=3" in said and "KEEP=1" not in said


def _root_archive(scratch: Path) -> str:
    """Return a root filesystem archive that holds busybox."""
    from tests.support import busybox
    from tests.support.members import layer

    path = scratch / "vars.tar"
    path.write_bytes(layer(busybox.members()))
    return str(path)


def test_env_host_hands_in_this_environment_below_the_options(pod: CommandLine) -> None:
    run = pod.with_env(COLOUR="red", SHAPE="round")
    said = run(*QUIET, "--env-host", "-e", "SHAPE=square", "busybox", "env").ok().lines
    assert "COLOUR=red" in said and "SHAPE=square" in said
    assert "COLOUR=red" not in run(*QUIET, "busybox", "env").ok().lines


def test_proxies_are_handed_in_unless_refused(pod: CommandLine) -> None:
    run = pod.with_env(https_proxy="http://proxy.example:3128")
    assert "https_proxy=http://proxy.example:3128" in run(*QUIET, "busybox", "env").ok().lines
    said = run(*QUIET, "--http-proxy=false", "busybox", "env").ok()
    assert "proxy.example" not in said.stdout


def test_the_images_own_hosts_and_hostname_stay_where_asked(pod: CommandLine) -> None:
    said = pod(*QUIET, "--no-hosts", "--no-hostname", "busybox", "sh", "-c", "ls -a /etc; mount").ok().stdout
    assert " /etc/hosts " not in said and " /etc/hostname " not in said
    assert " /etc/resolv.conf " in said


def test_read_only_without_tmpfs_has_nothing_writable(pod: CommandLine) -> None:
    check = "touch /tmp/x || touch /run/x || touch /var/tmp/x"
    assert pod(*QUIET, "--read-only", "busybox", "sh", "-c", check).code == 0
    assert pod(*QUIET, "--read-only", "--read-only-tmpfs=false", "busybox", "sh", "-c", check).code != 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--umask", "999"), 'invalid value "999" for --umask: it is an octal number up to 0777, such as 0027'),
        (("--oom-score-adj", "1001"), 'invalid value "1001" for --oom-score-adj: it is a number from -1000 to 1000'),
        (("--no-hosts", "--add-host", "a:1.2.3.4"), "--no-hosts and --add-host exclude each other"),
    ],
)
def test_wrong_values_are_one_clear_line(pod: CommandLine, options: tuple[str, ...], message: str) -> None:
    result = pod(*QUIET, *options, "busybox", "true")
    assert (result.code, result.stderr.splitlines()[0]) == (125, f"Error: {message}")


def test_a_device_of_the_host_is_there_under_the_name_asked_for(pod: CommandLine) -> None:
    said = pod(*QUIET, "--device", "/dev/fuse:/dev/mine:rw", "busybox", "stat", "-c", "%F %t %T", "/dev/mine").ok()
    assert said.lines == ["character special file a e5"]


def test_a_device_that_is_not_there_is_one_clear_line(pod: CommandLine) -> None:
    result = pod(*QUIET, "--device", "/dev/nothing", "busybox", "true")
    assert (result.code, result.stderr.splitlines()[0]) == (
        125,
        "Error: cannot hand in the device /dev/nothing: no such file",
    )


def test_keep_groups_lets_the_program_read_what_a_group_of_the_host_may(pod: CommandLine) -> None:
    kept = pod(*QUIET, "--group-add", "keep-groups", "busybox", "grep", "Groups", "/proc/self/status").ok()
    usual = pod(*QUIET, "busybox", "grep", "Groups", "/proc/self/status").ok()
    assert len(kept.stdout.split()) - 1 == len(os.getgroups())
    assert usual.stdout.split() == ["Groups:", "0"]
    refused = pod(*QUIET, "--group-add", "keep-groups,audio", "busybox", "true")
    assert refused.code == 125
    assert "--group-add keep-groups goes with no other group" in refused.stderr
