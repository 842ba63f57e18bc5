"""What RUN finds: networks, rights, hosts, volumes, devices, agents, proxies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import contexts
from tests.support.commands import CommandLine
from tests.system.build.conftest import NO_NETWORK, written

ALL = "CapEff:\t000001ffffffffff"


def test_network_of_a_step_is_none_or_the_hosts(pod: CommandLine, tmp_path: Path) -> None:
    text = "FROM busybox\nRUN --network=none ls /sys/class/net\nRUN --network=host readlink /proc/self/ns/net\n"
    folder = contexts.write(tmp_path, {"Dockerfile": text})
    lines = written(pod("build", "--no-cache", folder).ok().stderr)
    assert lines == ["lo", os.readlink("/proc/self/ns/net")]
    lines = written(pod("build", "--no-cache", "--network", "host", folder).ok().stderr)
    assert lines == ["lo", os.readlink("/proc/self/ns/net")]
    assert "--network=bogus does not exist" in pod("build", "-", input="FROM busybox\nRUN --network=bogus x\n").stderr


def test_all_rights_are_for_steps_that_ask_and_builds_that_allow(build: Callable[..., Any]) -> None:
    text = "FROM busybox\nRUN --security=insecure grep CapEff /proc/self/status\nRUN grep CapEff /proc/self/status\n"
    assert "pod build --allow security.insecure" in build(text, "--no-cache").stderr
    first, second = written(build(text, "--no-cache", "--allow", "security.insecure").ok().stderr)
    assert first == ALL and second != ALL


def test_capabilities_are_added_and_dropped(build: Callable[..., Any]) -> None:
    dropped = build("FROM busybox\nRUN chown 6 /bin/sh || echo refused\n", "--no-cache", "--cap-drop", "chown").ok()
    assert "refused" in written(dropped.stderr)
    result = build("FROM busybox\nRUN grep CapEff /proc/self/status\n", "--cap-drop", "all", "--cap-add", "chown")
    assert written(result.ok().stderr) == ["CapEff:\t0000000000000001"]


def test_names_and_resolver_are_those_of_the_options_and_not_of_the_image(build: Callable[..., Any]) -> None:
    text = "FROM busybox AS one\nRUN cat /etc/hosts /etc/resolv.conf; hostname\nFROM scratch\nCOPY --from=one /etc/ /\n"
    options = (
        "--add-host",
        "there:192.0.2.7",
        "--dns",
        "192.0.2.1",
        "--dns-search",
        "search.it",
        "--dns-option",
        "debug",
    )
    lines = written(build(text, "--no-cache", "--network", "private", *options).ok().stderr)
    assert any(line.split() == ["192.0.2.7", "there"] for line in lines)
    assert {"nameserver 192.0.2.1", "search search.it", "options debug"} <= set(lines)
    assert lines[-1] == "buildkitsandbox"


def test_volumes_and_devices_of_the_machine(pod: CommandLine, build: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "f").write_text("of the machine\n")
    text = "FROM busybox\nRUN cat /v/f; echo new > /w/new; ! touch /v/g 2>/dev/null; ls -l /dev/mine | cut -c1\n"
    volumes = ("-v", f"{tmp_path}/v:/v:ro", "-v", f"{tmp_path}/v:/w", "--device", "/dev/null:/dev/mine")
    result = build(text, *volumes, "-t", "volumes", "--no-cache").ok()
    assert written(result.stderr) == ["of the machine", "c"]
    assert (tmp_path / "v" / "new").read_text() == "new\n"
    assert pod("run", "--rm", NO_NETWORK, "volumes", "ls", "/v", "/w").stdout.strip() in ("", "/v:\n\n/w:")


def test_an_agent_is_there_for_the_step_that_asks(build: Callable[..., Any], tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(tmp_path / "agent"))
        agent.listen()
        text = 'FROM busybox\nRUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo there\n'
        text += 'RUN --mount=type=ssh,id=other,target=/s test -S /s && echo other\nRUN echo "[$SSH_AUTH_SOCK]"\n'
        where = ("--ssh", f"default={tmp_path}/agent", "--ssh", f"other={tmp_path}/agent")
        assert written(build(text, "--no-cache", *where).ok().stderr) == ["there", "other", "[]"]
    needed = "FROM busybox\nRUN --mount=type=ssh,required=true true\n"
    assert "there is no ssh agent default" in build(needed).stderr


def test_proxies_reach_steps_but_neither_image_nor_cache(pod: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path, {"Dockerfile": 'FROM busybox\nRUN echo "[$http_proxy]"\n'})
    behind = pod.with_env(http_proxy="http://proxy.test:1")
    assert written(behind("build", NO_NETWORK, "--no-cache", "-t", "proxied", folder).ok().stderr) == [
        "[http://proxy.test:1]"
    ]
    assert "CACHED" in pod("build", NO_NETWORK, folder).ok().stderr
    (image,) = json.loads(pod("image", "inspect", "proxied").ok().stdout)
    assert not [one for one in image["Config"]["Env"] if "proxy" in one]
    asked = behind("build", NO_NETWORK, "--no-cache", "--http-proxy=false", folder).ok()
    assert written(asked.stderr) == ["[]"]


@pytest.mark.parametrize("option", ["--pid", "--ipc", "--uts"])
def test_namespaces_of_the_host_may_be_shared(option: str, build: Callable[..., Any]) -> None:
    kind = option.removeprefix("--")
    text = f"FROM busybox\nRUN readlink /proc/self/ns/{kind}\n"
    assert written(build(text, "--no-cache", option, "host").ok().stderr) == [os.readlink(f"/proc/self/ns/{kind}")]
    assert written(build(text, "--no-cache").ok().stderr) != [os.readlink(f"/proc/self/ns/{kind}")]
