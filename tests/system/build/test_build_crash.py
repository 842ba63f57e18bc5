"""kill -9 of any process of a build at any moment, and Ctrl-C: nothing stays, and the next build is right."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support import contexts
from tests.support.aftermath import Store, command_of, descendants, kill, wait_until_gone
from tests.support.commands import CommandLine
from tests.system.build.conftest import NO_NETWORK

SEED = int(os.environ.get("POD_TEST_SEED", "0")) or random.randrange(1 << 32)
TEXT = """\
FROM busybox AS one
COPY . /in
RUN --mount=type=cache,target=/c echo 1 >> /c/f; cp -r /in /out
FROM busybox AS two
RUN mkdir /two && chown 5:6 /two; sleep 0.05
FROM scratch
COPY --from=one /out /one
COPY --from=two /two /two
"""


@pytest.fixture(scope="module")
def pod(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    """A store of this module's own, with busybox."""
    pod = make_pod("buildcrash")
    pod("load", "-i", busybox_archive).ok()
    return pod


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files: dict[str, str | bytes] = {f"d{n % 3}/f{n}": f"{n}" for n in range(40)}
    return contexts.write(tmp_path_factory.mktemp("context"), {"Dockerfile": TEXT, **files})


def emptied(pod: CommandLine) -> None:
    """Remove what images and the cache need: then nothing is left but the layer of busybox."""
    store = Store.of(pod)
    pod("image", "prune", "-f").ok()
    pod("builder", "prune", "-a", "-f").ok()
    store.assert_documents_parse()
    store.assert_empty()
    assert len(os.listdir(store.root / "layers")) == 1
    assert pod("system", "check").ok().stdout == "Everything is in order\n"


def test_every_process_of_a_build_may_be_killed_at_any_moment(pod: CommandLine, folder: Path) -> None:
    chance = random.Random(SEED)
    print(f"POD_TEST_SEED={SEED}")
    began = time.monotonic()
    words = ("build", NO_NETWORK, "-q", "--jobs", "2", folder)
    pod(*words, "--no-cache").ok()
    longest = (time.monotonic() - began) * 1.1
    for _round in range(10):
        command = pod.start(*words, "--no-cache", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(chance.uniform(0, longest))
        victim = chance.choice([command.pid, *descendants(command.pid)])
        print(f"killed {command_of(victim)}")
        kill(victim)
        command.communicate(timeout=60)
    image = pod(*words).ok().stdout.strip()
    assert pod("image", "inspect", "--format", "{{len .RootFS.Layers}}", image).ok().stdout == "2\n"
    emptied(pod)


def test_ctrl_c_leaves_nothing_at_any_moment(pod: CommandLine, folder: Path) -> None:
    """Steps are stopped while they make or remove their folders, too: of five such builds one left a folder."""
    chance = random.Random(SEED)
    print(f"POD_TEST_SEED={SEED}")
    words = ("build", NO_NETWORK, "-q", "--jobs", "2", "--no-cache", folder)
    began = time.monotonic()
    pod(*words)
    longest = time.monotonic() - began
    for _round in range(15):
        command = pod.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, new_session=True)
        time.sleep(chance.uniform(longest / 4, longest))
        for _time in range(chance.randint(1, 3)):
            os.killpg(command.pid, signal.SIGINT)
            time.sleep(0.01)
        output, errors = command.communicate(timeout=20)
        assert command.returncode != 125, (output, errors)
        assert Store.of(pod).debris() == []
    emptied(pod)


PARALLEL = """\
FROM busybox AS one
RUN echo begun; sleep 100
FROM busybox AS two
RUN sleep 100
FROM scratch
COPY --from=one / /
COPY --from=two / /
"""
SLOW = {
    "one step": "FROM busybox\nRUN echo begun; sleep 100\n",
    "a step that does not listen": "FROM busybox\nRUN trap '' INT TERM; echo begun; while :; do sleep 1; done\n",
    "two stages side by side": PARALLEL,
    "a copy": "FROM busybox\nRUN echo begun\n" + "".join(f"COPY . /{number}\n" for number in range(40)),  # a second
    "a fetch": "FROM busybox\nADD {server}/endless /\n",
}


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("name", SLOW)
def test_ctrl_c_leaves_nothing(name: str, times: int, pod: CommandLine, folder: Path, tmp_path: Path) -> None:
    with endless() as server:
        dockerfile = tmp_path / "Dockerfile"
        dockerfile.write_text(SLOW[name].format(server=server))
        words = ("build", NO_NETWORK, "--no-cache", "--jobs", "2", "-f", dockerfile, folder)
        command = pod.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, new_session=True)
        assert command.stderr is not None
        while not any(sign in (line := command.stderr.readline()) for sign in (b" begun", b"fetching")):
            assert line, "it has ended"
        time.sleep(0.1)
        everyone = descendants(command.pid)
        for _time in range(times):
            os.killpg(command.pid, signal.SIGINT)
            time.sleep(0.02)
        output, errors = command.communicate(timeout=20)
    assert command.returncode in (-signal.SIGINT, 130), (command.returncode, output, errors)
    for pid in everyone:
        wait_until_gone(pid)
    assert Store.of(pod).debris() == []
    emptied(pod)


@contextmanager
def endless() -> Iterator[str]:
    """Serve a file that comes slowly and never ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    one, _address = server.accept()
                    with one, suppress(OSError):
                        one.recv(4096)
                        one.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                        while True:
                            one.sendall(bytes(1000))
                            time.sleep(0.05)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
