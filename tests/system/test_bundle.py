"""The runtime as a library: an OCI bundle, as another runtime's `spec` command writes it, made to run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pod.errors import CommandNotFound
from pod.linux import files, process
from pod.runtime import bundle, launch
from tests.support import busybox
from tests.support.inside import in_namespace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle with busybox in it and the configuration that runc proposes."""
    if shutil.which("runc") is None:
        pytest.skip("runc is not installed: apt-get install runc")
    (tmp_path / "rootfs" / "bin").mkdir(parents=True)
    shutil.copy(busybox.program(), tmp_path / "rootfs" / "bin" / "busybox")
    subprocess.run(["runc", "spec"], cwd=tmp_path, check=True)
    change(tmp_path, terminal=False)
    return tmp_path


def change(folder: Path, **process_members: Any) -> None:
    path = folder / "config.json"
    document = json.loads(path.read_text())
    document["process"].update(process_members)
    path.write_text(json.dumps(document))


def run(folder: Path, *args: str) -> tuple[int, str]:
    """Run the bundle with these words; return exit code and output."""
    change(folder, args=list(args))
    null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    reader, writer = os.pipe()
    launched = launch.launch(bundle.read(str(folder)), (null, writer, writer))
    os.close(writer)
    output = files.read_all(reader).decode()
    return process.exit_code(os.waitpid(launched.pid, 0)[1]), output


@in_namespace
def test_its_program_runs_as_pid_one_of_its_own_root_and_names(folder: Path) -> None:
    script = "echo $$ $(/bin/busybox hostname); /bin/busybox ls /; exit 7"
    code, output = run(folder, "/bin/busybox", "sh", "-c", script)
    assert code == 7
    assert output.split()[:2] == ["1", "runc"]
    assert output.split()[2:] == ["bin", "dev", "proc", "sys"]


@in_namespace
def test_what_the_document_says_of_privileges_holds(folder: Path) -> None:
    change(folder, user={"uid": 5, "gid": 6, "additionalGids": [7]}, noNewPrivileges=True)
    _code, output = run(folder, "/bin/busybox", "grep", "-E", "^(Uid|Gid|CapBnd|NoNewPrivs)", "/proc/self/status")
    found = {line.split(":")[0]: line.split()[1] for line in output.splitlines()}
    assert (found["Uid"], found["Gid"], found["NoNewPrivs"]) == ("5", "6", "1")
    assert found["CapBnd"] == "0000000020000420"  # audit_write, kill, net_bind_service: runc's proposal


@in_namespace
def test_its_root_is_read_only_where_the_document_says_so(folder: Path) -> None:
    code, output = run(folder, "/bin/busybox", "touch", "/new")
    assert (code, "Read-only file system" in output) == (1, True)


@in_namespace
def test_its_seccomp_object_is_in_force(folder: Path) -> None:
    path = folder / "config.json"
    document = json.loads(path.read_text())
    rule = {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}
    document["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}
    path.write_text(json.dumps(document))
    code, output = run(folder, "/bin/busybox", "mkdir", "/dev/shm/x")
    assert (code, "Operation not permitted" in output) == (1, True)


@in_namespace
def test_a_missing_program_is_127(folder: Path) -> None:
    with pytest.raises(CommandNotFound) as caught:
        run(folder, "/bin/nothing")
    assert caught.value.exit_code == 127
