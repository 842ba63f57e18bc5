"""--security-opt, --seccomp-policy, --personality, --systemd, --env-merge, --init-path: what they do, and when not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import run, shell

NO_MKDIR = json.dumps(
    {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}],
    }
)
KERNELS = "mount | grep -oE ' (/proc|/sys)/[a-zA-Z0-9_/]+' | sort -u"


@pytest.mark.parametrize(
    "options",
    [
        ("unmask=ALL",),
        ("unmask=/proc/*",),
        ("unmask=/proc/acpi:/proc/k*",),
        ("unmask=/proc/acpi", "unmask=/sys/firmware"),
        ("mask=/etc/shadow:/usr",),
        ("mask=/root", "mask=/home"),
    ],
    ids=" ".join,
)
def test_masks_are_podmans(pod: CommandLine, podman: CommandLine, options: tuple[str, ...]) -> None:
    words = [word for option in options for word in ("--security-opt", option)]
    paths = "/proc/acpi /proc/kcore /proc/keys /sys/firmware /usr /root /home /etc/shadow /proc/bus"
    script = f'for f in {paths}; do mount | grep -c " $f "; done'
    assert shell(pod, script, *words).lines == shell(podman, script, *words).lines


def test_systempaths_are_docker_s_word_for_unmask_all(pod: CommandLine) -> None:
    every = shell(pod, KERNELS, "--security-opt", "unmask=ALL").ok().stdout
    assert shell(pod, KERNELS, "--security-opt", "systempaths=unconfined").ok().stdout == every
    assert shell(pod, KERNELS).ok().stdout != every


def test_proc_can_hide_the_processes_of_others(pod: CommandLine) -> None:
    options = ("--security-opt", "proc-opts=hidepid=2")
    assert "hidepid=" in shell(pod, "grep ' /proc proc' /proc/mounts", *options).ok().stdout
    assert "cannot mount proc" in shell(pod, "true", "--security-opt", "proc-opts=bogus=2").stderr


def test_a_profile_may_be_named_by_a_relative_path_and_lives_with_the_container(
    pod: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "profile.json").write_text(NO_MKDIR)
    option = ("--security-opt", "seccomp=profile.json")
    result = pod("run", "--rm", "--network", "none", *option, "busybox", "mkdir", "/x", cwd=tmp_path)
    assert result.stderr == "mkdir: can't create directory '/x': Operation not permitted\n"


def test_an_image_may_bring_its_profile(pod: CommandLine) -> None:
    label = ("--label", f"io.containers.seccomp.profile={NO_MKDIR}")
    assert run(pod, *label, "busybox", "mkdir", "/x").code == 0
    assert run(pod, *label, "--seccomp-policy", "image", "busybox", "mkdir", "/x").code == 1
    pod(
        "run",
        "-d",
        "--network",
        "none",
        "--name",
        "policy",
        *label,
        "--seccomp-policy",
        "image",
        "busybox",
        "sleep",
        "9",
    ).ok()
    assert pod("exec", "policy", "mkdir", "/x").code == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--security-opt", "apparmor=x"), "profiles of AppArmor are loaded by root"),
        (("--security-opt", "seccomp=/nope"), "cannot read seccomp profile /nope"),
        (("--security-opt", "systempaths=x"), "systempaths is unconfined, or not given"),
        (("--seccomp-policy", "image"), "the image brings no seccomp profile"),
        (("--device", "/dev/null:r"), "cannot be narrowed to r without root"),
        (("--device-cgroup-rule", "c 1:3 rwm"), "only root may load"),
        (("--personality", "x"), "it is LINUX or LINUX32"),
        (("--env-merge", "A"), "it is written KEY=VALUE"),
        (("--init-path", "/bin/true"), "--init-path goes with --init"),
        (("--runtime", "crun"), "pod is its own OCI runtime"),
        (("--pod", "x"), "no such pod: x"),
        (("--isolation", "hyperv"), "containers of Windows"),
        (("--rdt-class", "x"), "handed out by root"),
        (("--decryption-key", "x"), "pod cannot decrypt layers"),
        (("--kernel-memory", "1g"), "the kernel has dropped this limit"),
        (("--oom-kill-disable",), "cannot wait for memory"),
        (("--memory-swappiness", "5"), "no such limit"),
        (("--cpu-rt-runtime", "5"), "only root shares out"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_impossible_is_refused_with_its_reason(pod: CommandLine, options: tuple[str, ...], words: str) -> None:
    result = run(pod, *options, "busybox", "true")
    assert result.code == 125
    assert words in result.stderr


@pytest.mark.parametrize("option", ["apparmor=unconfined", "label=disable", "no-new-privileges:true"])
def test_what_changes_nothing_here_is_taken(pod: CommandLine, option: str) -> None:
    run(pod, "--security-opt", option, "busybox", "true").ok()


def test_personality_is_what_programs_see(pod: CommandLine) -> None:
    assert run(pod, "--personality", "LINUX32", "busybox", "uname", "-m").ok().stdout == "i686\n"


def test_variables_can_be_made_of_the_images(pod: CommandLine, podman: CommandLine) -> None:
    options = ("--env-merge", "PATH=${PATH}:/opt/x", "--env-merge", "B=1", "-e", "B=2")
    script = "echo $PATH $B"
    ours, theirs = shell(pod, script, *options).ok().stdout, shell(podman, script, *options).ok().stdout
    assert ours == theirs
    assert ours.endswith(":/opt/x 2\n")
    assert shell(pod, "echo $A", "--env-merge", "A=x${NOPE}y$NOPE-").ok().stdout == "xy-\n"


def test_systemd_finds_what_it_needs(pod: CommandLine) -> None:
    script = "grep -cE '^tmpfs /(run|run/lock|tmp|var/log/journal) ' /proc/mounts"
    assert shell(pod, script, "--systemd", "always").ok().lines[0] == "4"
    sized = shell(pod, "df -k /run | tail -n1", "--systemd", "always", "--shm-size-systemd", "5m").ok().stdout
    assert sized.split()[1] == "5120"


@pytest.mark.parametrize(
    ("words", "signal"),
    [
        (("busybox", "/sbin/init"), "SIGRTMIN+3"),
        (("busybox", "/lib/systemd/systemd"), "SIGRTMIN+3"),
        (("--systemd=false", "busybox", "/sbin/init"), "SIGTERM"),
        (("--stop-signal", "INT", "busybox", "/sbin/init"), "SIGINT"),
        (("--systemd=always", "busybox", "sh"), "SIGRTMIN+3"),
        (("busybox", "sh"), "SIGTERM"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_an_init_is_stopped_as_systemd_wants_it(pod: CommandLine, words: tuple[str, ...], signal: str) -> None:
    container = pod("create", *words).ok().stdout.strip()
    assert pod("inspect", "--format", "{{.Config.StopSignal}}", container).ok().stdout == f"{signal}\n"
    pod("rm", container).ok()


def test_another_init_can_be_named(pod: CommandLine, tmp_path: Path) -> None:
    init = tmp_path / "init"
    init.write_text('#!/bin/sh\nshift\necho before\nexec "$@"\n')
    init.chmod(0o755)
    assert run(pod, "--init", "--init-path", str(init), "busybox", "echo", "program").ok().lines == [
        "before",
        "program",
    ]
