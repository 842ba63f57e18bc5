"""`pod port`: where published ports lead."""

from __future__ import annotations

from tests.support.commands import CommandLine


def test_without_published_ports_nothing_is_printed(pod: CommandLine, podman: CommandLine) -> None:
    for program in (pod, podman):
        program("create", "--name", "po-none", "busybox", "true").ok()
        assert program("port", "po-none").ok().stdout == ""


def test_a_port_that_is_not_published_is_an_error_with_those_that_are(pod: CommandLine) -> None:
    pod("create", "--name", "po-one", "busybox", "true").ok()
    result = pod("port", "po-one", "80/tcp")
    assert (result.code, result.stdout) == (1, "")
    assert "port 80/tcp of container po-one is not published" in result.stderr
    assert "published: none" in result.stderr


def test_mistakes_are_named(pod: CommandLine) -> None:
    pod("create", "--name", "po-bad", "busybox", "true").ok()
    assert "invalid port 'http'" in pod("port", "po-bad", "http").stderr
    assert 'no such container: "po-nobody"' in pod("port", "po-nobody").stderr
    assert "no container is named" in pod("port").stderr
