"""What the tests of registries share: stores of their own, and a registry that can be told to misbehave."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import folders
from tests.support.commands import CommandLine
from tests.support.faulty_registry import FaultyRegistry, faulty_registry
from tests.support.registry import PASSWORD, USER, NoRegistry, Registry, docker_registry, make_certificate
from tests.support.token_server import TokenServer, token_server
from tests.system.images.stores import left_behind


@pytest.fixture(scope="module")
def own(make_pod: Callable[[str], CommandLine], request: pytest.FixtureRequest) -> CommandLine:
    """A `pod` with a store for one module, whose pulls wait for next to nothing before they try again."""
    return make_pod(request.module.__name__.rpartition("_")[2])


@pytest.fixture
def empty(own: CommandLine) -> Iterator[CommandLine]:
    """The same with no image in it, before and after."""
    yield own
    ids = own("images", "-aq", "--no-trunc").ok().lines
    if ids:
        own("rmi", "-f", *ids).ok()
    assert left_behind(own) == []


@pytest.fixture
def server() -> Iterator[FaultyRegistry]:
    with faulty_registry() as registry:
        yield registry


@pytest.fixture
def folder() -> Iterator[Path]:
    with folders.scratch() as path:
        yield path


@pytest.fixture(scope="module")
def plain(scratch: Path, request: pytest.FixtureRequest) -> Iterator[Registry]:
    """A registry that speaks plain HTTP and trusts everybody."""
    yield from _registry(_folder(scratch, request, "plain"))


@pytest.fixture(scope="module")
def secured(scratch: Path, request: pytest.FixtureRequest) -> Iterator[Registry]:
    """A registry with TLS and a password."""
    yield from _registry(_folder(scratch, request, "secured"), secured=True)


@pytest.fixture(scope="module")
def guarded(scratch: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Registry, TokenServer]]:
    """A registry that wants bearer tokens, and the server that gives them."""
    folder = _folder(scratch, request, "guarded")
    try:
        certificate = make_certificate(folder)
        with (
            token_server(folder / "key.pem", certificate, USER, PASSWORD) as tokens,
            docker_registry(folder, tokens=tokens.realm) as registry,
        ):
            yield registry, tokens
    except NoRegistry as reason:
        pytest.skip(str(reason))


def _folder(scratch: Path, request: pytest.FixtureRequest, kind: str) -> Path:
    return scratch / f"{request.module.__name__.rpartition('.')[2]}-{kind}"


def _registry(folder: Path, *, secured: bool = False) -> Iterator[Registry]:
    try:
        with docker_registry(folder, secured=secured) as registry:
            yield registry
    except NoRegistry as reason:
        pytest.skip(str(reason))


@pytest.fixture
def skopeo(session_env: dict[str, str]) -> CommandLine:
    if shutil.which("skopeo") is None:
        pytest.skip("no skopeo on this machine: apt-get install skopeo")
    return CommandLine(["skopeo"], session_env)
