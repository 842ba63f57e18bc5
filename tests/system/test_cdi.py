"""--device with names of the Container Device Interface, and --gpus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import run, shell

YAML = """
cdiVersion: "0.6.0"
kind: vendor.com/dev
containerEdits:
  env: [COMMON=1]
devices:
- name: one
  containerEdits:
    env: [DEV=one]
    deviceNodes: [{path: /dev/gpu0, hostPath: /dev/null}]
    mounts: [{hostPath: /etc/passwd, containerPath: /opt/file, options: [ro, bind]}]
- name: hooked
  containerEdits:
    hooks: [{hookName: createContainer, path: /usr/bin/hook}]
    additionalGids: [44]
"""
GPU = {"cdiVersion": "0.6.0", "kind": "nvidia.com/gpu", "devices": []}


@pytest.fixture
def folder(session_env: dict[str, str]) -> Iterator[Path]:
    """The user's own folder for specifications."""
    folder = Path(session_env["HOME"]) / ".config" / "cdi"
    folder.mkdir(parents=True)
    yield folder
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def test_a_device_brings_what_its_maker_says(pod: CommandLine, folder: Path) -> None:
    (folder / "vendor.yaml").write_text(YAML)
    script = "echo $COMMON $DEV; [ -c /dev/gpu0 ] && head -c1 /opt/file; echo; touch /opt/file 2>/dev/null || echo ro"
    assert shell(pod, script, "--device", "vendor.com/dev=one").ok().lines == ["1 one", "r", "ro"]
    result = shell(pod, "id -G", "--device", "vendor.com/dev=hooked").ok()
    assert result.stdout.split() == ["0", "44"]
    assert result.stderr == (
        "vendor.com/dev=hooked wants /usr/bin/hook to be run at each start; pod runs no hooks: see whether it works\n"
    )


def test_gpus_are_devices_of_nvidias(pod: CommandLine, folder: Path) -> None:
    devices = [{"name": name, "containerEdits": {"env": [f"GPU{name}=1"]}} for name in ("0", "1", "all")]
    (folder / "nvidia.json").write_text(json.dumps({**GPU, "devices": devices}))
    for words, names in (("all", ["GPUall=1"]), ("2", ["GPU0=1", "GPU1=1"]), ("device=1", ["GPU1=1"])):
        assert shell(pod, "env | grep ^GPU | sort", "--gpus", words).ok().lines == names


def test_what_is_not_there_is_told_with_the_remedy(pod: CommandLine, folder: Path) -> None:
    assert run(pod, "--gpus", "all", "busybox").stderr.splitlines() == [
        "Error: no GPU is described on this machine: there is no specification of nvidia.com/gpu",
        "  `nvidia-ctk cdi generate --output ~/.config/cdi/nvidia.yaml` makes one for you (no root needed)",
    ]
    (folder / "vendor.yaml").write_text(YAML)
    assert run(pod, "--device", "vendor.com/dev=two", "busybox").stderr.splitlines() == [
        "Error: no device vendor.com/dev=two: no CDI specification has it",
        "  there is vendor.com/dev=hooked, vendor.com/dev=one",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", "{x"),
        ("x.yaml", "a: [b"),
        ("x.json", "[]"),
        ("x.json", '{"kind": 5, "devices": []}'),
        ("x.json", '{"kind": "a/b", "devices": [{}]}'),
        ("x.json", '{"kind": "vendor.com/x", "devices": [{"name": "y", "containerEdits": []}]}'),
        ("x.json", '{"kind": "vendor.com/x", "devices": [{"name": "y", "containerEdits": {"mounts": [5]}}]}'),
        (
            "x.json",
            '{"kind": "vendor.com/x", "devices": [{"name": "y", "containerEdits": {"deviceNodes": [{"path": "a"}]}}]}',
        ),
    ],
)
def test_a_broken_specification_is_named(pod: CommandLine, folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    result = run(pod, "--device", "vendor.com/x=y", "busybox", "true")
    if content == '{"kind": "vendor.com/x", "devices": [{"name": "y", "containerEdits": []}]}':
        assert result.code == 0, "nothing is wanted"
        return
    assert result.code == 125
    assert str(folder / name) in result.stderr
    assert "bug" not in result.stderr
