"""How a pull goes about it: unpacked while it is fetched, resumed after whatever, beside other pulls and prunes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.commands import CommandLine
from tests.support.faulty_registry import FaultyRegistry, Request
from tests.support.images import Image
from tests.support.members import file, layer
from tests.support.terminal import Terminal
from tests.system.images.stores import check_loaded, images, root, wait_for_the_killed

SEED = 4
KILLS = int(os.environ.get("POD_TEST_KILLS", "12"))
"""How many pulls are killed: 100 in the long run of the release."""


def random_layer(number: int, files: int = 4, size: int = 256 << 10) -> bytes:
    chance = random.Random(number)
    return layer([file(f"folder{number}/{index}", chance.randbytes(size)) for index in range(files)])


def name(server: FaultyRegistry, tag: str = "latest") -> str:
    return f"{server.host}/team/app:{tag}"


def large_blobs(server: FaultyRegistry) -> list[str]:
    return [digest.removeprefix("sha256:") for digest, data in server.blobs.items() if len(data) > 2000]


def half(request: Request, go_on: threading.Event) -> bool:
    """Send the first half of a layer, and the rest when it is time."""
    if not request.is_layer:
        return False
    data = request.served.blobs[request.path.rpartition("/")[2]]
    request.send_response(200)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data[: len(data) // 2])
    request.wfile.flush()
    go_on.wait(30)
    request.wfile.write(data[len(data) // 2 :])
    return True


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 s"
        time.sleep(0.02)


def unpacking(pod: CommandLine) -> list[Path]:
    """Return the files of layers that are being unpacked."""
    while True:
        try:
            return [path for path in root(pod).glob("staging/layer.*/layer.*/diff/*/*") if path.is_file()]
        except FileNotFoundError:
            continue  # a folder that only tries out what the file system can do


def test_layer_is_unpacked_while_it_is_fetched_and_appears_when_it_is_verified(
    empty: CommandLine, server: FaultyRegistry
) -> None:
    image = Image([random_layer(1)], {"Cmd": ["sh"]})
    server.add(image)
    go_on = threading.Event()
    server.faults.append(lambda request: half(request, go_on))
    process = empty.start("pull", "-q", name(server), stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(unpacking(empty)) >= 1)
        assert not list(root(empty).glob("layers/*/layer.json"))
        assert images(empty, "-q").ok().lines == []
    finally:
        go_on.set()
        assert process.wait(30) == 0
    check_loaded(empty, image, name(server))


def test_wrong_end_of_a_layer_that_is_being_unpacked_leaves_nothing_of_it(
    empty: CommandLine, server: FaultyRegistry
) -> None:
    server.add(Image([random_layer(1)]))

    def spoil(request: Request) -> bool:
        if not request.is_layer:
            return False
        data = request.served.blobs[request.path.rpartition("/")[2]]
        return request.answer_blob(data[:-200] + bytes(200))

    server.faults.append(spoil)
    result = empty("pull", name(server))
    assert result.code == 125
    assert "is damaged: its digest is sha256:" in result.stderr
    assert not list(root(empty).glob("layers/*")) and not unpacking(empty)


def test_interrupted_pull_goes_on_with_a_range(empty: CommandLine, server: FaultyRegistry) -> None:
    image = Image([random_layer(1)])
    server.add(image)
    go_on = threading.Event()
    server.faults.append(lambda request: half(request, go_on))
    process = empty.start("pull", "-q", name(server), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    (blob,) = large_blobs(server)
    size = len(server.blobs[f"sha256:{blob}"])
    partial = root(empty) / "downloads" / f"{blob}.partial"
    wait_for(lambda: partial.exists() and partial.stat().st_size == size // 2)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == -signal.SIGINT
    go_on.set()
    server.faults.clear()
    server.asked.clear()
    empty("pull", name(server)).ok()
    check_loaded(empty, image, name(server))
    assert server.ranges() == [f"bytes={size // 2}-"]


def test_server_that_dies_is_told_and_the_next_pull_goes_on_with_a_range(
    empty: CommandLine, server: FaultyRegistry
) -> None:
    image = Image([random_layer(1), random_layer(2)])
    server.add(image)
    dead: list[bool] = []

    def die(request: Request) -> bool:
        if not dead and not request.is_layer:
            return False
        if request.is_layer and not dead:
            data = request.served.blobs[request.path.rpartition("/")[2]]
            request.answer_blob(data, cut=len(data) // 2)
            dead.append(True)
        request.close_connection = True
        return True

    server.faults.append(die)
    result = empty("pull", "--retry", "1", "--retry-delay", "10ms", name(server))
    assert result.code == 125
    assert f"the connection to {server.host} broke" in result.stderr
    assert images(empty, "-q").ok().lines == [] and not unpacking(empty)
    server.faults.clear()
    empty("pull", name(server)).ok()
    check_loaded(empty, image, name(server))
    assert len(server.ranges()) >= 1


def test_terminal_shows_a_line_for_each_layer_and_a_total(empty: CommandLine, server: FaultyRegistry) -> None:
    old, new = random_layer(1), random_layer(2)
    server.add(Image([old]), "old")
    server.add(Image([old, new]))
    empty("pull", name(server, "old")).ok()
    short = {digest[:12] for digest in large_blobs(server)}
    with Terminal(empty.argv("pull", name(server)), empty.env, columns=120) as terminal:
        assert terminal.wait() == 0
        screen = terminal.output.decode()
    lines = [line for line in screen.splitlines() if any(f"{digest} " in line for digest in short)]
    assert any(" cached " in line and "1.0/1.0 MB" in line for line in lines)
    assert any(" done " in line and "MB/s" in line for line in lines)
    assert "total " in screen
    assert screen.splitlines()[-1].endswith(name(server))


def test_prune_beside_a_pull_takes_nothing_that_the_pull_needs(empty: CommandLine, server: FaultyRegistry) -> None:
    old, new = random_layer(1), random_layer(2)
    image = Image([old, new])
    server.add(Image([old]), "old")
    server.add(image)
    empty("pull", name(server, "old")).ok()
    go_on = threading.Event()
    server.faults.append(lambda request: half(request, go_on))
    process = empty.start("pull", "-q", name(server), stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(unpacking(empty)) >= 1)
        empty("image", "prune", "-af").ok()  # takes the old image, and with it the layer that both have
        assert images(empty, "-q").ok().lines == []
    finally:
        go_on.set()
        assert process.wait(30) == 0
    check_loaded(empty, image, name(server))
    empty("system", "check").ok()
    assert server.fetched(f"sha256:{large_blobs(server)[0]}") == 1


def test_randomly_killed_pulls_and_prunes_beside_them_leave_a_sound_store(
    empty: CommandLine, server: FaultyRegistry
) -> None:
    chance = random.Random(SEED)
    shared = random_layer(1)
    pictures = {"a": Image([shared, random_layer(2)]), "b": Image([shared, random_layer(3), random_layer(4)])}
    for tag, image in pictures.items():
        server.add(image, tag)
    began = time.monotonic()
    empty("pull", name(server, "b")).ok()
    whole = time.monotonic() - began
    for turn in range(KILLS):
        empty("rmi", "-f", name(server, chance.choice("ab")))
        tags = chance.choice(("a", "b", "ab", "aa"))
        pulls = [
            empty.start("pull", "-q", name(server, tag), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for tag in tags
        ]
        if turn % 3 == 0:
            pulls.append(empty.start("image", "prune", "-af", stdout=subprocess.DEVNULL))
        time.sleep(chance.uniform(0, 1.2 * whole))
        for process in pulls:
            process.kill()
            process.wait()
    wait_for_the_killed(empty)
    empty("system", "check").ok()
    for tag, image in pictures.items():
        empty("pull", name(server, tag)).ok()
        check_loaded(empty, image, name(server, tag))
    empty("system", "check").ok()
