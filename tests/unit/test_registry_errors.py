"""Every error of the HTTP libraries becomes one of ours, which names the registry."""

from __future__ import annotations

import errno
import ssl

import pytest
import requests
import urllib3

from pod.errors import PodError, RegistryError
from pod.registry.session import PlainHttp, is_loopback, translated


def subclasses(kind: type[BaseException]) -> set[type[BaseException]]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


def message(err: BaseException) -> RegistryError:
    with pytest.raises(RegistryError) as caught, translated("cannot pull x", "r.example:5000"):
        raise err
    return caught.value


REQUESTS = sorted(subclasses(requests.exceptions.RequestException), key=lambda kind: kind.__name__)
URLLIB3 = sorted(subclasses(urllib3.exceptions.HTTPError), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", [*REQUESTS, *URLLIB3], ids=lambda kind: kind.__name__)
def test_no_exception_of_the_libraries_escapes(kind: type[BaseException]) -> None:
    err = kind.__new__(kind, "text")
    err.args = ("text",)
    err.__dict__.update(partial=1, expected=2, length=3)  # what the text of some is made of
    found = message(err)
    assert found.message.startswith("cannot pull x: ")
    assert "r.example:5000" in found.message or "no such host" in found.message


def test_refused_connection_is_not_tried_again() -> None:
    err = requests.exceptions.ConnectionError(OSError(errno.ECONNREFUSED, "refused"))
    found = message(err)
    assert found.message == "cannot pull x: cannot reach r.example:5000: connection refused"
    assert not found.temporary


def test_reset_connection_is_temporary() -> None:
    found = message(ConnectionResetError(errno.ECONNRESET, "reset"))
    assert found.message == "cannot pull x: the connection to r.example:5000 broke: connection reset by peer"
    assert found.temporary


def test_unknown_certificate_tells_the_file_for_it() -> None:
    text = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:992)"
    found = message(ssl.SSLError(text))
    assert (
        found.message == "cannot pull x: the certificate of r.example:5000 cannot be trusted: self-signed certificate"
    )
    assert "/containers/certs.d/r.example:5000/ca.crt" in found.hint
    assert not found.temporary


def test_plain_http_is_recognised() -> None:
    assert isinstance(message(ssl.SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version number")), PlainHttp)


def test_errors_of_ours_pass() -> None:
    with pytest.raises(PodError, match="mine"), translated("x", "y"):
        raise RegistryError("mine")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:5000", True),
        ("localhost", True),
        ("127.0.0.1:1", True),
        ("[::1]:5000", True),
        ("localhost.example.com", False),
        ("10.127.0.1", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
