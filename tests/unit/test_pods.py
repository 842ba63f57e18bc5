"""Pods: the program of an infra container, what their containers take over, and what the options mean."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pod.cli.commands.container.create_flags import CreateFlags
from pod.cli.parsers.pod_options import parse_share
from pod.cli.parsers.pods import parse_pod
from pod.errors import KernelRefused, UsageError
from pod.runtime import pause
from pod.storage.container_records import PodMember


def test_the_pause_program_ends_with_term_alone_and_reaps(tmp_path: Path) -> None:
    path = tmp_path / "pause"
    path.write_bytes(pause.program())
    path.chmod(0o755)
    process = subprocess.Popen([path])
    waits_in = Path(f"/proc/{process.pid}/syscall")
    for _ in range(5000):  # until it waits in rt_sigtimedwait(2), by its number on x86-64 or aarch64
        if waits_in.read_text().split()[0] in ("128", "137"):
            break
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGUSR1)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    process.terminate()
    assert process.wait(5) == 0


def test_every_machine_has_a_program_or_a_refusal() -> None:
    assert pause.program("aarch64")[:4] == pause.program("x86_64")[:4] == b"\x7fELF"
    with pytest.raises(KernelRefused, match="no infra container for riscv64"):
        pause.program("riscv64")


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", ("ipc", "net", "uts")),
        ("none", ()),
        ("net,pid", ("net", "pid")),
        ("+pid", ("ipc", "net", "uts", "pid")),
    ],
)
def test_what_is_shared(text: str, share: tuple[str, ...]) -> None:
    assert parse_share(text) == share


def test_a_pod_is_named_by_name_or_by_the_file_that_holds_its_id(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("abc\n")
    assert parse_pod(CreateFlags(image="x", pod_id_file=str(tmp_path / "id"))) == PodMember("abc")
    assert parse_pod(CreateFlags(image="x", pod="p", init_ctr="once")) == PodMember("p", init="once")
    for wrong in ({"init_ctr": "once"}, {"pod": "a", "pod_id_file": "b"}, {"pod": "new:"}, {"pod_id_file": "/none"}):
        with pytest.raises(UsageError):
            parse_pod(CreateFlags(image="x", **wrong))  # type: ignore[arg-type]
