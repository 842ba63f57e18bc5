"""Containers as services of the user's own systemd: started, watched, restarted, stopped, and there after a boot."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

from tests.manager.conftest import PATIENCE, Manager
from tests.support.commands import CommandLine

WEB = """
[Unit]
Description=Web server
[Container]
Image=busybox
ContainerName=web
Exec=sh -c 'echo serving; echo hello >/data/index.html; exec httpd -f -p 80 -h /data'
Volume=web.volume:/data
PublishPort=127.0.0.1:18080:80
HealthCmd=test -s /data/index.html
HealthInterval=1s
Notify=healthy
StopTimeout=0
[Service]
Restart=always
RestartSec=0
[Install]
WantedBy=default.target
"""


def install(pod: CommandLine, quadlets: Path, **files: str) -> None:
    for name, text in files.items():
        (quadlets / name.replace("__", ".")).write_text(text)
    result = pod("system", "install-units").ok()
    assert result.stderr == ""


def answer() -> bytes:
    with socket.create_connection(("127.0.0.1", 18080), timeout=5) as connection:
        connection.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
        with connection.makefile("rb") as stream:
            return stream.read().rpartition(b"\r\n\r\n")[2]


def init_pid(pod: CommandLine, name: str) -> int:
    return int(pod("inspect", "-f", "{{.State.Pid}}", name).ok().stdout)


def test_a_service_with_health_check_volume_and_port_lives_as_systemd_says(
    manager: Manager, pod: CommandLine, quadlets: Path
) -> None:
    install(pod, quadlets, web__container=WEB, web__volume="[Volume]\nLabel=a=b\n")
    manager.ok("start", "web.service")
    # Type=notify with Notify=healthy: started means healthy.
    assert pod("inspect", "-f", "{{.State.Health.Status}}", "web").ok().stdout == "healthy\n"
    assert answer() == b"hello\n"
    assert "Active: active (running)" in manager.ok("status", "web.service")
    assert manager.state("web-volume.service") == "active"
    assert pod("volume", "inspect", "-f", "{{.Labels.a}}", "systemd-web").ok().stdout == "b\n"

    first = pod("inspect", "-f", "{{.Id}}", "web").ok().stdout
    manager.ok("restart", "web.service")
    assert pod("inspect", "-f", "{{.Id}}", "web").ok().stdout != first and answer() == b"hello\n"

    os.kill(init_pid(pod, "web"), signal.SIGKILL)  # a crash
    end = time.monotonic() + PATIENCE
    while manager.ok("show", "-P", "NRestarts", "web.service") != "1\n":
        assert time.monotonic() < end, manager.journal("web.service")
        time.sleep(0.1)
    manager.becomes("web.service", "active")
    assert answer() == b"hello\n"

    manager.ok("stop", "web.service")
    assert pod("ps", "-aq").ok().stdout == ""
    assert manager.state("web.service") == "inactive", manager.journal("web.service")


def test_after_a_boot_it_is_up_again(manager: Manager, pod: CommandLine, quadlets: Path) -> None:
    install(pod, quadlets, web__container=WEB, web__volume="[Volume]\n")
    pod("run", "-d", "--name", "always", "--restart", "always", "--stop-timeout", "0", "busybox", "sleep", "1000").ok()
    manager.end()
    assert pod("ps", "-q", "--filter", "name=web").ok().stdout == ""
    pod("kill", "always")
    manager.start()
    manager.becomes("web.service", "active")
    assert answer() == b"hello\n"
    manager.becomes("pod-restart.service", "active")
    assert pod("inspect", "-f", "{{.State.Status}}", "always").ok().stdout == "running\n"
    pod("rm", "-f", "-t", "0", "always").ok()


def test_output_is_in_the_journal_under_the_unit_and_in_logs(
    manager: Manager, pod: CommandLine, quadlets: Path
) -> None:
    text = "[Container]\nImage=busybox\nContainerName=talk\nLogDriver=journald\n"
    text += "Exec=sh -c 'echo spoken; exec sleep 100'\nStopTimeout=0\n"
    install(pod, quadlets, talk__container=text)
    manager.ok("start", "talk.service")
    assert pod("logs", "talk").ok().stdout == "spoken\n"
    assert "spoken" in manager.journal("talk.service")


def test_a_oneshot_that_fails_says_so(manager: Manager, pod: CommandLine, quadlets: Path) -> None:
    text = "[Container]\nImage=busybox\nExec=sh -c 'exit {}'\n[Service]\nType=oneshot\n"
    install(pod, quadlets, good__container=text.format(0), bad__container=text.format(7))
    assert manager.systemctl("start", "good.service").returncode == 0
    assert manager.systemctl("start", "bad.service").returncode == 1
    assert manager.ok("show", "-P", "ExecMainStatus", "bad.service") == "7\n"


def test_an_instance_of_a_template_knows_its_name(manager: Manager, pod: CommandLine, quadlets: Path) -> None:
    text = "[Container]\nImage=busybox\nExec=sh -c 'echo I am %i; exec sleep 100'\nStopTimeout=0\n"
    install(pod, quadlets, **{"who@__container": text})
    manager.ok("start", "who@you.service")
    assert pod("logs", "systemd-who_you").ok().stdout == "I am you\n"
    manager.ok("stop", "who@you.service")


def test_a_generated_unit_runs_and_repeats_its_container(manager: Manager, pod: CommandLine) -> None:
    units = Path.home() / ".config/systemd/user"
    units.mkdir(parents=True, exist_ok=True)
    pod("create", "--name", "made", "--stop-timeout", "0", "busybox", "sleep", "1000").ok()
    for options, unit in ((["--new"], "anew"), ([], "same")):
        text = pod("generate", "systemd", "--name", *options, "made").ok().stdout
        (units / f"{unit}.service").write_text(text)
    manager.ok("daemon-reload")
    before = pod("inspect", "-f", "{{.Id}}", "made").ok().stdout
    try:
        manager.ok("start", "same.service")
        end = time.monotonic() + PATIENCE  # what systemd waits for is that the program `pod start` runs
        while pod("inspect", "-f", "{{.State.Status}}", "made").ok().stdout != "running\n":
            assert time.monotonic() < end, manager.journal("same.service")
        assert pod("inspect", "-f", "{{.Id}}", "made").ok().stdout == before
        manager.ok("stop", "same.service")
        assert pod("inspect", "-f", "{{.State.Status}}", "made").ok().stdout == "exited\n"
        manager.ok("start", "anew.service")
        assert pod("inspect", "-f", "{{.Id}}", "made").ok().stdout != before
        manager.ok("stop", "anew.service")
        assert pod("ps", "-aq").ok().stdout == ""
    finally:
        for unit in ("same", "anew"):
            (units / f"{unit}.service").unlink()


def test_an_updated_image_restarts_its_unit_and_a_broken_one_is_rolled_back(
    manager: Manager, pod: CommandLine, quadlets: Path
) -> None:
    pod("tag", "busybox", "localhost/upd:1").ok()
    text = "[Container]\nImage=localhost/upd:1\nContainerName=upd\nAutoUpdate=local\nStopTimeout=0\nExec=sleep 1000\n"
    install(pod, quadlets, upd__container=text + "[Service]\nTimeoutStartSec=20\n")
    manager.ok("start", "upd.service")
    pod("commit", "-c", "LABEL v=2", "upd", "localhost/upd:1").ok()
    second = pod("image", "inspect", "-f", "{{.Id}}", "localhost/upd:1").ok().stdout
    assert pod("auto-update", "--format", "{{.Unit}} {{.Updated}}").ok().stdout == "upd.service true\n"
    assert pod("inspect", "-f", "{{.Image}}", "upd").ok().stdout.strip().removeprefix("sha256:") == (
        second.strip().removeprefix("sha256:")
    )
    pod("commit", "-c", 'ENTRYPOINT ["/no/such/program"]', "upd", "localhost/upd:1").ok()
    assert pod("auto-update", "--format", "{{.Updated}}").stdout == "rolled back\n"
    assert pod("inspect", "-f", "{{.State.Status}}", "upd").ok().stdout == "running\n"


def test_a_socket_of_systemds_is_handed_into_the_container(manager: Manager, pod: CommandLine, quadlets: Path) -> None:
    units = Path.home() / ".config/systemd/user"
    units.mkdir(parents=True, exist_ok=True)
    text = "[Container]\nImage=busybox\nContainerName=sock\nStopTimeout=0\nNetwork=none\n"
    text += "Exec=sh -c 'echo $LISTEN_FDS $LISTEN_PID; readlink /proc/self/fd/3; exec sleep 100'\n"
    install(pod, quadlets, sock__container=text)
    (units / "sock.socket").write_text("[Socket]\nListenStream=127.0.0.1:18081\n")
    manager.ok("daemon-reload")
    try:
        manager.ok("start", "sock.socket")
        with socket.create_connection(("127.0.0.1", 18081), timeout=5):
            manager.becomes("sock.service", "active")
        lines = pod("logs", "sock").ok().lines
        assert lines[0] == "1 1" and lines[1].startswith("socket:")
    finally:
        manager.systemctl("stop", "sock.socket", "sock.service")
        (units / "sock.socket").unlink()


def test_a_pod_starts_its_containers_and_goes_with_them(manager: Manager, pod: CommandLine, quadlets: Path) -> None:
    member = "[Container]\nImage=busybox\nPod=site.pod\nStopTimeout=0\n"
    install(
        pod,
        quadlets,
        site__pod="[Pod]\nPodName=site\nPublishPort=127.0.0.1:18082:80\n",
        serve__container=member + "Exec=sh -c 'echo from the pod >/index.html; exec httpd -f -p 80 -h /'\n",
        aside__container=member + "ContainerName=aside\nExec=sleep 1000\n",
    )
    manager.ok("start", "site-pod.service")
    manager.becomes("serve.service", "active")
    manager.becomes("aside.service", "active")
    assert pod("exec", "aside", "hostname").ok().stdout == "site\n"
    with socket.create_connection(("127.0.0.1", 18082), timeout=5) as connection:
        connection.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
        with connection.makefile("rb") as stream:
            assert stream.read().endswith(b"from the pod\n")
    assert pod("pod", "ps", "--format", "{{.Name}} {{.Status}}").ok().stdout == "site Running\n"
    manager.ok("stop", "site-pod.service")
    assert manager.state("site-pod.service") == manager.state("serve.service") == "inactive"
    assert pod("pod", "ps", "-q").ok().stdout == pod("ps", "-aq").ok().stdout == ""


KUBE = """
apiVersion: v1
kind: Pod
metadata: {name: played}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: c, image: busybox, command: [sh, -c, 'echo played; exec sleep 1000']}
"""


def test_a_kube_file_is_a_service_that_lives_as_long_as_its_pods(
    manager: Manager, pod: CommandLine, quadlets: Path
) -> None:
    (quadlets / "played.yaml").write_text(KUBE)
    install(pod, quadlets, played__kube="[Kube]\nYaml=played.yaml\nNetwork=none\nExitCodePropagation=any\n")
    manager.ok("start", "played.service")
    assert manager.state("played.service") == "active"
    assert pod("logs", "played-c").ok().stdout == "played\n"
    manager.ok("stop", "played.service")
    assert manager.state("played.service") == "inactive", manager.journal("played.service")
    assert pod("ps", "-aq").ok().stdout == ""
    manager.ok("start", "played.service")
    pod("update", "--restart", "no", "played-c").ok()
    pod("kill", "played-c").ok()
    manager.becomes("played.service", "failed")
    assert pod("ps", "-aq").ok().stdout == ""
