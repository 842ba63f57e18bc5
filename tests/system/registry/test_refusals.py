"""What goes wrong with registries, a line each: the error names registry, repository and reason, the hint a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.faulty_registry import FaultyRegistry, Request, faulty_registry
from tests.support.images import write_docker_archive
from tests.support.registry import PASSWORD, USER, Registry, free_port
from tests.system.images.stores import left_behind, tiny

CREDS = ["--creds", f"{USER}:{PASSWORD}"]


@pytest.fixture(scope="module")
def pod(own: CommandLine, plain: Registry, secured: Registry, scratch: Path) -> CommandLine:
    own("load", "-i", write_docker_archive(scratch / "tiny.tar", tiny("tiny:1"))).ok()
    for tag in ("12.1", "12.3", "edge"):
        own("push", "-q", "tiny:1", f"{plain.host}/team/app:{tag}").ok()
    own("push", "-q", *CREDS, "tiny:1", f"{secured.host}/team/app").ok()
    return own


@contextmanager
def answering(status: int, body: bytes = b"{}", headers: dict[str, str] | None = None) -> Iterator[FaultyRegistry]:
    """A registry that answers everything but the first ping in one way."""

    def fault(request: Request) -> bool:
        return request.path != "/v2/" and request.answer(status, body, headers)

    with faulty_registry() as server:
        server.faults.append(fault)
        yield server


DENIED = b'{"errors": [{"code": "DENIED", "message": "\\u001b[2Jrequested access to the resource is denied"}]}'
LIMITED = b'{"errors": [{"code": "TOOMANYREQUESTS", "message": "You have reached your pull rate limit"}]}'


def test_every_failure_names_registry_repository_reason_and_remedy(
    pod: CommandLine, plain: Registry, secured: Registry
) -> None:
    nobody = f"localhost:{free_port()}"
    with answering(403, DENIED) as closed, answering(429, LIMITED) as busy, answering(500) as broken:
        table = [
            # command, what the error says, what the hint says
            (["pull", f"{plain.host}/team/app:12.2"], "the repository has no such tag", "it has 12.3, 12.1"),
            (["pull", f"{plain.host}/team/none"], f"registry {plain.host} has no such repository or tag", ""),
            (["pull", f"{plain.host}/team/app@sha256:{'0' * 64}"], "the repository has no such digest", "it has 12.1"),
            (["pull", f"{secured.host}/team/app"], "not authorized", f"`pod login {secured.host}` first"),
            (["push", "tiny:1", f"{secured.host}/team/app"], "not authorized", f"`pod login {secured.host}` first"),
            (["pull", "--creds", f"{USER}:wrong", f"{secured.host}/team/app"], "not authorized", "an account that may"),
            (["push", "tiny:1", f"{closed.host}/team/app"], "requested access to the resource is denied", "pod login"),
            (["pull", f"{busy.host}/team/app"], "too many requests", "accounts may do more"),
            (["push", "tiny:1", f"{broken.host}/team/app"], "answered: status 500", ""),
            (["pull", f"{nobody}/team/app"], "cannot reach", "is the registry running"),
            (["pull", "--tls-verify", f"{plain.host}/team/app"], "speaks plain HTTP, not TLS", "--tls-verify=false"),
            (
                ["pull", "--tls-verify", *CREDS, f"{secured.host}/team/app"],
                f"the certificate of {secured.host} cannot be trusted: self",
                f"/.config/containers/certs.d/{secured.host}/ca.crt",
            ),
            (["push", "tiny:1", "registry.invalid/team/app"], "no such host: registry.invalid", "check the name"),
        ]
        for command, reason, remedy in table:
            result = pod(command[0], "--retry", "0", *command[1:])
            first, _, hint = result.stderr.partition("\n")
            host = command[-1].partition("/")[0]
            assert result.code == 125, command
            assert first.startswith(("Error: cannot pull ", "Error: cannot push ")), first
            assert host in first and "team/" in first and reason in first, first
            assert remedy in hint, result.stderr
            assert "\x1b" not in result.stderr
    assert [path for path in left_behind(pod) if "/staging" in path] == []


def test_proxy_that_cannot_be_reached_is_named_without_its_password(pod: CommandLine) -> None:
    proxy = f"127.0.0.1:{free_port()}"
    env = {"https_proxy": f"http://ann:secret@{proxy}"}
    result = pod("pull", "registry.invalid/team/app", env=env)
    assert f"cannot pull registry.invalid/team/app:latest: cannot reach registry.invalid through the proxy {proxy}" in (
        result.stderr
    )
    assert "no_proxy" in result.stderr
    assert "secret" not in result.stderr


def test_proxy_that_refuses_is_told_in_its_words(pod: CommandLine) -> None:
    with faulty_registry() as server:  # which knows no CONNECT
        result = pod("pull", "registry.invalid/team/app", env={"https_proxy": f"http://{server.host}"})
    assert "through the proxy" in result.stderr and "501" in result.stderr


def test_certificate_for_another_name_asks_for_the_right_name(
    pod: CommandLine, secured: Registry, folder: Path
) -> None:
    certificates = folder / "certs"
    certificates.mkdir()
    assert secured.certificate is not None
    (certificates / "ca.crt").write_text(secured.certificate.read_text())
    pod("pull", *CREDS, "--tls-verify", "--cert-dir", certificates, f"{secured.host}/team/app").ok()
    other = f"[::ffff:127.0.0.1]:{secured.host.rpartition(':')[2]}"
    wrong = pod("pull", *CREDS, "--tls-verify", "--cert-dir", certificates, f"{other}/team/app")
    assert f"the certificate of {other} cannot be trusted: IP address mismatch" in wrong.stderr
    assert "use the name that the certificate is made for" in wrong.stderr
