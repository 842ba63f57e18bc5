"""What becomes of a step's files: the layer itself, exact, and safe from collections as long as a build needs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import contexts
from tests.support.aftermath import Store
from tests.support.commands import CommandLine
from tests.support.containers import run
from tests.system.build.conftest import NO_NETWORK, written

SETCAP = shutil.which("setcap", path="/usr/sbin:/sbin:/usr/bin")


def test_the_upper_folder_becomes_the_layer_and_nothing_is_compressed(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, tmp_path: Path
) -> None:
    pod = make_pod("upper")
    pod("load", "-i", busybox_archive).ok()
    store = Store.of(pod)
    text = "FROM busybox\nRUN dd if=/dev/urandom of=/big bs=1M count=20 2>/dev/null; stat -c %i /big\n"
    folder = contexts.write(tmp_path, {"Dockerfile": text})
    (inode,) = written(pod("build", NO_NETWORK, folder).ok().stderr)
    (big,) = store.root.glob("layers/*/diff/big")
    assert big.stat().st_ino == int(inode), "it was moved, not copied"
    blobs = sum(path.stat().st_size for path in store.root.glob("images/blobs/*/*"))
    assert blobs < 5 << 20, "the layer has no archive before it is pushed or saved"


def test_sockets_fifos_links_and_owners_come_to_the_next_steps(pod: CommandLine, debian: str, tmp_path: Path) -> None:
    text = (
        f"FROM {debian} AS one\nRUN mkdir /s && mkfifo -m 640 /s/p && echo x > /s/f && ln /s/f /s/g && ln -s f /s/l && "
        "chown 65534:1234 /s/f && chmod 4711 /s/f && chown -h 7:8 /s/l && "
        "perl -e 'use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un(\"/s/sock\"))'\n"
        "RUN cd /s && stat -c '%n %F %a %u:%g %h' p f g l\n"
        f"FROM {debian}\nCOPY --from=one /s /t\nRUN cd /t && stat -c '%n %F %a %u:%g %h' p f g l\n"
    )
    folder = contexts.write(tmp_path, {"Dockerfile": text})
    lines = written(pod("build", NO_NETWORK, "--no-cache", folder, timeout=300).ok().stderr)
    wanted = ["p fifo 640 0:0 1", "f regular file 4711 65534:1234 2", "g regular file 4711 65534:1234 2"]
    assert lines == [*wanted, "l symbolic link 777 7:8 1"] * 2


@pytest.mark.skipif(SETCAP is None, reason="no setcap on this machine: apt-get install libcap2-bin")
def test_capabilities_of_files_are_kept(pod: CommandLine, debian: str, tmp_path: Path) -> None:
    assert SETCAP is not None
    folder = contexts.write(tmp_path, {"Dockerfile": ""})
    for program in (SETCAP, SETCAP.replace("setcap", "getcap")):
        shutil.copy(program, folder)
    linked = subprocess.run(["ldd", SETCAP], capture_output=True, text=True, check=True).stdout
    shutil.copy(next(word for word in linked.split() if word.startswith("/") and "libcap" in word), folder)
    tools = "COPY setcap getcap /usr/sbin/\nCOPY libcap.so.2 /usr/lib/\n"
    text = f"FROM {debian} AS one\n{tools}RUN cp /bin/true /mine\nRUN setcap cap_net_raw+ep /mine\n"
    text += f"FROM {debian}\n{tools}COPY --from=one /mine /there\nCMD getcap /there\n"
    contexts.write(folder, {"Dockerfile": text})
    pod("build", NO_NETWORK, "--no-cache", "-t", "capable", folder, timeout=300).ok()
    assert run(pod, "capable").ok().stdout == "/there cap_net_raw=ep\n"


def test_a_driver_that_copies_sees_that_only_attributes_are_new(pod: CommandLine, tmp_path: Path) -> None:
    text = "FROM busybox AS one\nCOPY f /f\nCOPY g /f\nFROM scratch\nCOPY --from=one /f /f\n"
    folder = contexts.write(tmp_path / "c", {"Dockerfile": text, "f": "same", "g": "same"})
    for name in ("f", "g"):
        os.utime(folder / name, (1, 1))
    os.setxattr(folder / "g", "user.told", b"1")
    copying = pod.with_options("--storage-driver", "vfs")
    copying("build", NO_NETWORK, "--no-cache", "-o", tmp_path / "out", folder).ok()
    assert os.getxattr(tmp_path / "out" / "f", "user.told") == b"1"


def test_cache_sees_attributes_and_owners(build: Callable[..., Any], tmp_path: Path) -> None:
    text = "FROM busybox\nCOPY f /f\n"
    build(text, files={"f": "attributed"}).ok()
    assert "CACHED" in build(text).ok().stderr
    os.setxattr(tmp_path / "context" / "f", "user.told", b"1")
    assert "CACHED" not in build(text).ok().stderr
    of_stage = "FROM busybox AS one\nRUN echo attributed > /f; chown {} /f\nFROM busybox\nCOPY --from=one /f /f\n"
    build(of_stage.format(5)).ok()
    assert build(of_stage.format(6)).ok().stderr.count("CACHED") == 0
    assert build(of_stage.format("5 /f; chown 5")).ok().stderr.count("CACHED") == 1, "another way to the same file"


def test_nothing_that_a_running_build_needs_is_removed(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, tmp_path: Path
) -> None:
    pod = make_pod("pinned")
    pod("load", "-i", busybox_archive).ok()
    text = (
        "FROM busybox\nRUN echo 1 > /one\n"
        "RUN --mount=type=cache,target=/c touch /c/here; until [ -e /c/go ]; do sleep 0.1; done\nRUN cat /one\n"
    )
    folder = contexts.write(tmp_path, {"Dockerfile": text})
    build = pod.start("build", NO_NETWORK, "-t", "kept", folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    mounts = Store.of(pod).root / "build" / "mounts"
    deadline = time.monotonic() + 30
    while not (here := list(mounts.glob("*/data/here"))) and time.monotonic() < deadline:
        time.sleep(0.02)
    pod("rmi", "-f", "busybox").ok()
    pod("builder", "prune", "-a", "-f").ok()
    pod("system", "prune", "-a", "-f").ok()
    here[0].with_name("go").touch()
    _out, told = build.communicate(timeout=60)
    assert build.returncode == 0, told
    assert run(pod, "kept", "cat", "/one").ok().stdout == "1\n"
