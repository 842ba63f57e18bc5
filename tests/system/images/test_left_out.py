"""What no unprivileged user can make is left out of a layer, and said to whoever debugs."""

from __future__ import annotations

from pathlib import Path

from tests.support import busybox, members
from tests.support.commands import CommandLine
from tests.support.images import Image, write_docker_archive


def archive(scratch: Path) -> Path:
    devices = [members.device("dev/sda", 8, 0, block=True), members.file("beside", b"kept")]
    image = Image([members.layer([*busybox.members(), *devices])], tags=["devices:latest"])
    path = scratch / "devices.tar"
    write_docker_archive(path, image)
    return path


def test_a_device_is_left_out_with_a_line_at_debug_level_only(pod: CommandLine, scratch: Path) -> None:
    path = archive(scratch)
    assert "left out" not in pod("load", "-i", path).ok().stderr
    pod("rmi", "devices").ok()
    said = pod("--log-level=debug", "load", "-i", path).ok().stderr
    assert "'dev/sda': a block device is left out" in said
    shown = pod("run", "--rm", "--network", "none", "devices", "/bin/busybox", "ls", "/dev/sda", "/beside")
    assert (shown.code, "/beside" in shown.stdout, "/dev/sda" in shown.stdout) == (1, True, False)
