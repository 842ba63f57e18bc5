"""Fixtures for every suite: the program under test, its peer, and the images that they run.

`pod` and `podman` are called like the commands they are: `pod("run", "--rm", "busybox", "true").ok().stdout`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import busybox as busybox_image
from tests.support import debian as debian_image
from tests.support import folders, images, peers, program, stores, users
from tests.support.commands import CommandLine, clean_environment

BUSYBOX = "busybox"
DEBIAN = "debian:bookworm"


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder with a short path for the whole run; stores, sockets and archives go here."""
    with folders.scratch() as folder:
        yield folder


@pytest.fixture(scope="session")
def expected_processes() -> list[Callable[[], list[int]]]:
    """What may run from one module to the next: a fixture that keeps a server adds a function that tells its pids."""
    return []


@pytest.fixture(scope="session")
def pod_program(scratch: Path) -> str:
    """The path of the program under test."""
    return program.pod_program(scratch)


@pytest.fixture(scope="session")
def session_env(scratch: Path) -> dict[str, str]:
    """The environment of a fresh login with an empty home, so that no one's own configuration is in play."""
    home = scratch / "home"
    home.mkdir()
    return {**clean_environment(), "HOME": str(home)}


@pytest.fixture(scope="session")
def make_pod(pod_program: str, session_env: dict[str, str], scratch: Path) -> Iterator[Callable[[str], CommandLine]]:
    """Make a `pod` with a store of its own, by a short name: for tests that break or count things."""
    made: dict[Path, CommandLine] = {}

    def make(name: str) -> CommandLine:
        store, runroot = scratch / name / "s", scratch / name / "r"
        made[runroot] = CommandLine([pod_program, "--root", str(store), "--runroot", str(runroot)], session_env)
        return made[runroot]

    yield make
    for runroot, pod in made.items():
        stores.remove_containers(pod)
        stores.end_namespace(runroot)


@pytest.fixture(scope="session")
def busybox_archive(scratch: Path) -> Path:
    """A docker-archive of docker.io/library/busybox:latest."""
    try:
        return images.write_docker_archive(scratch / "busybox.tar", busybox_image.image())
    except busybox_image.NoBusybox as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def debian_archive() -> Path:
    """A docker-archive of docker.io/library/debian:bookworm, a real minbase system."""
    try:
        return debian_image.image_archive()
    except debian_image.NoDebian as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def shared_pod(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    """The store that most tests share, with the image busybox. Tests take `pod`."""
    pod = make_pod("a")
    pod("load", "-i", busybox_archive).ok()
    return pod


@pytest.fixture(scope="module")
def pod(shared_pod: CommandLine) -> Iterator[CommandLine]:
    """The program under test with the image busybox; the containers of a module go when the module ends."""
    yield shared_pod
    stores.remove_containers(shared_pod)


@pytest.fixture(scope="session")
def debian(shared_pod: CommandLine, debian_archive: Path) -> str:
    """The name of a real Debian image in the store of `pod`."""
    shared_pod("load", "-i", debian_archive, timeout=300).ok()
    return DEBIAN


@pytest.fixture(scope="session")
def podman(
    scratch: Path,
    session_env: dict[str, str],
    busybox_archive: Path,
    expected_processes: list[Callable[[], list[int]]],
) -> Iterator[CommandLine]:
    """Podman with a store of its own that has the image busybox: what the same words do there."""
    runtime_folder = scratch / "pr"
    runtime_folder.mkdir(mode=0o700)
    try:
        peer = peers.podman(scratch / "p", busybox_archive, {**session_env, "XDG_RUNTIME_DIR": str(runtime_folder)})
    except peers.NoPeer as reason:
        pytest.skip(str(reason))
    expected_processes.append(lambda: peers.pause_processes(peer))
    yield peer
    peers.shut_down(peer)


@pytest.fixture(scope="session")
def plain_pod(pod_program: str, busybox_archive: Path) -> Iterator[CommandLine]:
    """The program under test as a user without subordinate ids, with a store of that user's that has busybox."""
    try:
        prefix = users.plain_user_prefix()
    except users.NoPlainUser as reason:
        pytest.skip(str(reason))
    made = CommandLine(prefix, clean_environment())("mktemp", "-d", "/var/tmp/pp-XXXXXX").ok()
    folder = Path(made.stdout.strip())
    options = ["--root", str(folder / "s"), "--runroot", str(folder / "r")]
    pod = CommandLine([*prefix, pod_program, *options], clean_environment())
    pod("load", "-i", "-", input=busybox_archive.read_bytes()).ok()
    yield pod
    stores.remove_containers(pod)
    stores.end_namespace(folder / "r", prefix)
    CommandLine(prefix, clean_environment())("rm", "-rf", folder)
