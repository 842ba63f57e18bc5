"""`pod events`: what happened, in order, and what happens while one looks."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.commands import CommandLine, Result

PODMANS_OWN = ("init", "cleanup", "pull")  # steps of Podman's that pod does not have


@pytest.fixture(scope="module")
def own(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    """A store whose log holds only what this module does."""
    pod = make_pod("ev")
    pod("load", "-i", busybox_archive).ok()
    return pod


@pytest.fixture
def docker(own: CommandLine, tmp_path: Path) -> CommandLine:
    """The same program called `docker`."""
    link = tmp_path / "docker"
    link.symlink_to(own.prefix[0])
    return CommandLine([str(link), *own.prefix[1:]], own.env)


def log_of(pod: CommandLine) -> Path:
    return Path(pod.prefix[list(pod.prefix).index("--root") + 1]) / "events.log"


def past(pod: CommandLine, *options: str) -> Result:
    return pod("events", "--stream=false", *options).ok()


def statuses(pod: CommandLine, name: str) -> list[str]:
    lines = past(pod, "--filter", f"container={name}", "--format", "{{.Status}}").lines
    return [line for line in lines if line not in PODMANS_OWN]


def live(pod: CommandLine, name: str) -> None:
    """A container's life with an event of every kind."""
    pod("create", "--name", name, "busybox", "sleep", "1000").ok()
    pod("start", name).ok()
    pod("exec", name, "true").ok()
    pod("kill", name).ok()
    pod("wait", name).ok()
    pod("rm", name).ok()


def test_a_life_is_told_in_order_and_in_podmans_words(own: CommandLine, podman: CommandLine) -> None:
    live(own, "ev-life")
    live(podman, "ev-life")
    assert statuses(own, "ev-life") == ["create", "start", "exec", "exec_died", "kill", "died", "remove"]
    once = list(dict.fromkeys(statuses(podman, "ev-life")))  # Podman 4.3 tells of exec_died twice
    assert once == statuses(own, "ev-life")


def test_the_exit_code_is_told(own: CommandLine) -> None:
    assert own("run", "--rm", "--name", "ev-code", "busybox", "sh", "-c", "exit 7").code == 7
    chosen = ("--filter", "container=ev-code", "--filter", "event=died")
    assert past(own, *chosen, "--format", "{{.ContainerExitCode}}").lines == ["7"]
    assert json.loads(past(own, *chosen, "--format", "json").stdout)["ContainerExitCode"] == 7


def test_the_fields_of_templates_are_podmans(own: CommandLine) -> None:
    own("create", "--name", "ev-fields", "--label", "l=v", "busybox", "true").ok()
    chosen = ("--filter", "container=ev-fields", "--filter", "event=create")
    fields = "Attributes|ContainerInspectData|Details|Error|HealthStatus|Name|Network|PodID|Status|Type"
    template = "|".join(f"{{{{.{name}}}}}" for name in fields.split("|"))
    line = past(own, *chosen, "--format", template).lines[0]
    assert line == "map[l:v]||{  map[l:v]}|||ev-fields|||create|container"


def test_the_line_is_podmans(own: CommandLine, podman: CommandLine) -> None:
    for program in (own, podman):
        program("create", "--name", "ev-line", "--label", "l=v", "busybox", "true").ok()
    chosen = ("--filter", "container=ev-line", "--filter", "event=create")
    ours, theirs = (past(program, *chosen).stdout.split() for program in (own, podman))
    assert (ours[2:6], ours[7:]) == (theirs[2:6], theirs[7:])
    assert ours[7:] == ["(image=docker.io/library/busybox:latest,", "name=ev-line,", "l=v)"]
    ours, theirs = (json.loads(past(program, *chosen, "--format", "json").stdout) for program in (own, podman))
    # Podman 5 has two times, in seconds and in nanoseconds, where Podman 4 and pod have one as text.
    assert ours.keys() - {"Time"} == theirs.keys() - {"Time", "time", "timeNano"}
    assert {key: ours[key] for key in ("Image", "Name", "Status", "Type", "Attributes")} == {
        key: theirs[key] for key in ("Image", "Name", "Status", "Type", "Attributes")
    }


def test_called_docker_it_has_dockers_words_and_document(own: CommandLine, docker: CommandLine) -> None:
    container = own("run", "-d", "--label", "a=b", "--name", "ev-docker", "busybox", "true").ok().stdout.strip()
    own("wait", "ev-docker").ok()
    chosen = ("--until", "0s", "--filter", "container=ev-docker", "--filter", "event=die")
    event = json.loads(docker("events", *chosen, "--format", "{{json .}}").ok().stdout)
    moment = event.pop("timeNano")
    assert event == {
        "status": "die",
        "id": container,
        "from": "busybox",
        "Type": "container",
        "Action": "die",
        "Actor": {"ID": container, "Attributes": {"a": "b", "exitCode": "0", "image": "busybox", "name": "ev-docker"}},
        "scope": "local",
        "time": moment // 1_000_000_000,
    }
    line = docker("events", *chosen).ok().stdout
    assert line.split()[1:] == f"container die {container} (a=b, exitCode=0, image=busybox, name=ev-docker)".split()


def test_images_are_told_of(own: CommandLine, tmp_path: Path) -> None:
    image = own("inspect", "-f", "{{.Id}}", "busybox").ok().stdout.strip().removeprefix("sha256:")
    own("tag", "busybox", "ev:1").ok()
    own("save", "-o", tmp_path / "x.tar", "ev:1").ok()
    own("untag", "busybox", "ev:1").ok()
    told = past(
        own, "--filter", "type=image", "--filter", f"image={image[:12]}", "--format", "{{.Status}} {{.Name}}"
    ).lines
    assert told == ["tag docker.io/library/ev:1", f"save {tmp_path}/x.tar", "untag docker.io/library/ev:1"]


def test_a_name_that_is_taken_away_twice_in_one_go_is_told_of_once(own: CommandLine) -> None:
    own("tag", "busybox", "ev:a", "ev:b").ok()
    own("untag", "busybox", "ev:a", "ev:a", "ev:b").ok()
    told = past(own, "--filter", "event=untag", "--filter", "image=ev:a", "--format", "{{.Name}}").lines
    assert told == ["docker.io/library/ev:a"]


def test_followers_hear_at_once_and_nothing_of_the_past(own: CommandLine) -> None:
    own("create", "--name", "ev-before", "busybox", "true").ok()
    follower = own.start("events", "--format", "{{.Name}} {{.Status}}", stdout=subprocess.PIPE)
    try:
        assert follower.stdout is not None
        log = log_of(own)
        _until_watching(follower.pid)
        own("create", "--name", "ev-after", "busybox", "true").ok()
        assert follower.stdout.readline() == b"ev-after create\n"
        log.rename(f"{log}.1")
        own("rm", "ev-after").ok()
        assert follower.stdout.readline() == b"ev-after remove\n"
    finally:
        follower.send_signal(signal.SIGINT)
        follower.communicate(timeout=10)
    assert follower.returncode == -signal.SIGINT


def _until_watching(pid: int) -> None:
    """Wait until a follower has asked the kernel to be told of changes."""
    import time

    for _ in range(500):
        for fd in Path(f"/proc/{pid}/fdinfo").iterdir():
            if "inotify wd" in fd.read_text():
                time.sleep(0.05)
                return
        time.sleep(0.01)
    raise AssertionError("nobody watches the log")


def test_until_a_moment_to_come_ends_there(own: CommandLine) -> None:
    result = own("events", "--since", "0s", "--until", "-300ms", timeout=10)
    assert (result.code, result.stdout) == (0, ""), str(result)


def test_writers_at_the_same_time_do_not_mix_their_lines(own: CommandLine) -> None:
    names = [f"ev-many{number}" for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: own("create", "--name", name, "busybox", "true").ok(), names))
    told = past(own, "--filter", "event=create", "--since", "1m", "--format", "{{.Name}}").lines
    assert sorted(name for name in told if name.startswith("ev-many")) == names


def test_a_full_log_is_rotated_and_what_it_told_stays_known(own: CommandLine) -> None:
    own("create", "--name", "ev-old", "busybox", "true").ok()
    log = log_of(own)
    with log.open("a") as file:
        file.write("not an event\n" * 90_000)
    own("create", "--name", "ev-turn", "busybox", "true").ok()
    own("create", "--name", "ev-young", "busybox", "true").ok()
    assert log.stat().st_size < 10_000
    told = past(own, "--filter", "event=create", "--format", "{{.Name}}").lines
    assert told[-3:] == ["ev-old", "ev-turn", "ev-young"]


def test_labels_must_all_fit_and_names_are_alternatives(own: CommandLine) -> None:
    own("create", "--name", "ev-l1", "--label", "x=1", "--label", "y=1", "busybox", "true").ok()
    own("create", "--name", "ev-l2", "--label", "x=1", "busybox", "true").ok()
    both = ("--filter", "container=ev-l1", "--filter", "container=ev-l2", "--format", "{{.Name}}")
    assert past(own, *both).lines == ["ev-l1", "ev-l2"]
    assert past(own, *both, "--filter", "label=x=1", "--filter", "label=y").lines == ["ev-l1"]


def test_mistakes_are_named(own: CommandLine) -> None:
    unknown = own("events", "--filter", "colour=red")
    assert unknown.code == 125 and "there is no filter 'colour'" in unknown.stderr
    assert own("events", "--since", "yesterday").code == 125


def test_a_container_that_is_renamed_at_once_dies_under_its_new_name(own: CommandLine) -> None:
    own("run", "-d", "--name", "ev-first", "busybox", "sleep", "1000").ok()
    own("rename", "ev-first", "ev-second").ok()
    own("kill", "ev-second").ok()
    own("wait", "ev-second").ok()
    told = past(own, "--filter", "event=died", "--since", "1m", "--format", "{{.Name}}").lines
    assert told[-1] == "ev-second"
