"""Registries that break, lie and refuse: a pull gets over what passes, and says what does not, storing nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

from tests.support.commands import CommandLine, Result
from tests.support.faulty_registry import FaultyRegistry, Request, faulty_registry
from tests.support.images import Image
from tests.support.members import file, layer
from tests.system.images.stores import check_loaded, images, left_behind, root, tiny, wait_for_the_killed

BIG = 3 << 20


def big(size: int = BIG) -> Image:
    """An image whose layer does not get smaller when it is compressed."""
    return Image([layer([file("random", os.urandom(size))])], {"Cmd": ["sh"]})


def pull(pod: CommandLine, server: FaultyRegistry, *options: str, tag: str = "latest") -> Result:
    return pod("pull", "--retry-delay", "10ms", *options, f"{server.host}/team/app:{tag}")


def name(server: FaultyRegistry, tag: str = "latest") -> str:
    return f"{server.host}/team/app:{tag}"


def check_nothing_stored(pod: CommandLine) -> None:
    assert images(pod, "-q").ok().lines == []
    assert left_behind(pod) == []


def test_image_with_several_layers_is_pulled(empty: CommandLine, server: FaultyRegistry) -> None:
    image = tiny()
    server.add(image)
    pull(empty, server).ok()
    check_loaded(empty, image, name(server))


def test_nested_index_leads_to_the_image_for_the_platform(empty: CommandLine, server: FaultyRegistry) -> None:
    image = tiny()
    document = server.add(image, "plain")
    kind = "application/vnd.oci.image.index.v1+json"
    data = json.dumps(document).encode()
    platform = {"os": "linux", "architecture": json.loads(image.config_json())["architecture"]}
    other = {"mediaType": document["mediaType"], "digest": "sha256:" + "0" * 64, "size": 3}
    server.add_manifest(
        "inner",
        {
            "schemaVersion": 2,
            "mediaType": kind,
            "manifests": [
                {**other, "platform": {"os": "linux", "architecture": "s390x"}},
                {
                    "mediaType": document["mediaType"],
                    "digest": server.add_manifest("plain", document),
                    "size": len(data),
                    "platform": platform,
                },
            ],
        },
    )
    inner = server.manifests["inner"][1]
    pointer = {"mediaType": kind, "digest": next(k for k, v in server.manifests.items() if v[1] == inner and ":" in k)}
    server.add_manifest(
        "latest", {"schemaVersion": 2, "mediaType": kind, "manifests": [{**pointer, "size": len(inner)}]}
    )
    pull(empty, server).ok()
    check_loaded(empty, image, name(server))
    by_digest = f"{server.host}/team/app@{next(k for k, v in server.manifests.items() if v[1] == inner and ':' in k)}"
    empty("pull", by_digest).ok()
    server.asked.clear()
    empty("pull", "--policy", "missing", by_digest).ok()
    assert server.asked == []
    result = pull(empty, server, "--platform", "linux/riscv64", tag="inner")
    assert (result.code, "there is no image for linux/riscv64" in result.stderr) == (125, True)
    assert "linux/s390x" in result.stderr


def test_connection_that_breaks_after_every_percent_does_not_fetch_a_byte_twice(
    empty: CommandLine, server: FaultyRegistry
) -> None:
    image = big(30 << 20)
    server.add(image)
    sent = 0

    def cut(request: Request) -> bool:
        nonlocal sent
        if not request.is_layer:
            return False
        data = server.blobs[request.path.rpartition("/")[2]]
        start = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        sent += min(len(data) // 100 + 1, len(data) - start)
        return request.answer_blob(data, cut=len(data) // 100 + 1)

    server.faults.append(cut)
    pull(empty, server).ok()
    check_loaded(empty, image, name(server))
    (size,) = (len(blob) for blob in server.blobs.values() if len(blob) > BIG)
    assert sent == size
    assert len(server.ranges()) == 99


def test_connection_that_always_breaks_at_once_is_an_error_that_names_the_registry(
    empty: CommandLine, server: FaultyRegistry
) -> None:
    server.add(big())
    server.faults.append(lambda request: request.is_layer and request.answer_blob(b"x" * BIG, cut=0))
    result = pull(empty, server)
    assert result.code == 125
    assert server.host in result.stderr and "team/app" in result.stderr and "broke" in result.stderr
    check_nothing_stored(empty)


def test_wrong_byte_is_a_digest_mismatch_and_nothing_is_stored(empty: CommandLine, server: FaultyRegistry) -> None:
    server.add(big())
    server.faults.append(_spoil)
    result = pull(empty, server)
    assert result.code == 125
    assert "is damaged: its digest is sha256:" in result.stderr
    check_nothing_stored(empty)
    server.faults.clear()
    pull(empty, server).ok()


def _spoil(request: Request) -> bool:
    if not request.is_layer:
        return False
    data = bytearray(request.served.blobs[request.path.rpartition("/")[2]])
    data[1000] ^= 1
    return request.answer_blob(bytes(data))


def test_damaged_beginning_of_an_interrupted_pull_is_fetched_anew(empty: CommandLine, server: FaultyRegistry) -> None:
    image = big()
    server.add(image)
    (blob,) = (digest for digest, data in server.blobs.items() if len(data) > 2000)
    downloads = root(empty) / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    partial = downloads / f"{blob.removeprefix('sha256:')}.partial"
    partial.write_bytes(b"not what the blob begins with" * 1000)
    pull(empty, server).ok()
    check_loaded(empty, image, name(server))
    assert len(server.ranges()) == 1
    assert not partial.exists()


def test_too_many_requests_are_repeated_after_the_time_asked_for(empty: CommandLine, server: FaultyRegistry) -> None:
    server.add(tiny())
    busy = ["first"]
    server.faults.append(
        lambda request: (
            "/manifests/" in request.path
            and bool(busy)
            and request.answer(429, b"{}", {"Retry-After": busy.pop() and "1"})
        )
    )
    began = time.monotonic()
    pull(empty, server).ok()
    assert time.monotonic() - began > 1


def test_errors_of_the_server_are_repeated_and_then_told(empty: CommandLine, server: FaultyRegistry) -> None:
    server.add(tiny())
    failures = ["one", "two"]

    def fail(request: Request) -> bool:
        return "/blobs/" in request.path and bool(failures) and request.answer(500, failures.pop().encode())

    server.faults.append(fail)
    pull(empty, server).ok()
    empty("rmi", name(server)).ok()
    failures += ["again"] * 100
    result = pull(empty, server)
    assert result.code == 125
    assert f"{server.host} answered: status 500" in result.stderr
    check_nothing_stored(empty)


def test_redirect_to_another_host_goes_without_credentials(empty: CommandLine, server: FaultyRegistry) -> None:
    image = big()
    server.add(image)
    with faulty_registry() as other:
        other.blobs = server.blobs

        def challenge(request: Request) -> bool:
            if "Authorization" not in request.headers:
                return request.answer(401, b"{}", {"WWW-Authenticate": 'Basic realm="here"'})
            target = f"http://{other.host}{request.path}"
            return "/blobs/" in request.path and request.answer(307, b"", {"Location": target})

        server.faults.append(challenge)
        pull(empty, server, "--creds", "ann:secret").ok()
        check_loaded(empty, image, name(server))
        assert other.asked
        assert not any("authorization" in headers for _, _, headers in other.asked)
        assert any("authorization" in headers for _, _, headers in server.asked)


def test_expired_token_is_fetched_again_in_the_middle_of_a_pull(empty: CommandLine, server: FaultyRegistry) -> None:
    image = tiny()
    server.add(image)
    tokens: list[str] = []
    scopes: list[str] = []

    def guard(request: Request) -> bool:
        if request.path.startswith("/token"):
            scopes.append(request.path)
            tokens.append(f"token-{len(tokens)}")
            return request.answer(200, json.dumps({"token": tokens[-1], "expires_in": 300}).encode())
        sent = request.headers.get("Authorization", "")
        if not tokens or sent != f"Bearer {tokens[-1]}" or ("/blobs/" in request.path and len(tokens) < 2):
            realm = f'Bearer realm="http://{server.host}/token",service="here",scope="repository:team/app:pull"'
            return request.answer(401, b"{}", {"WWW-Authenticate": realm})
        return False

    server.faults.append(guard)
    pull(empty, server).ok()
    check_loaded(empty, image, name(server))
    assert len(tokens) > 1
    assert all("scope=repository%3Ateam%2Fapp%3Apull" in scope for scope in scopes)


def test_endless_manifest_is_refused(empty: CommandLine, server: FaultyRegistry) -> None:
    def endless(request: Request) -> bool:
        if "/manifests/" not in request.path:
            return False
        request.send_response(200)
        request.send_header("Content-Length", str(1 << 40))
        request.end_headers()
        while True:
            request.wfile.write(b" " * 65536)

    server.faults.append(endless)
    result = pull(empty, server)
    assert result.code == 125
    assert "is larger than 4096 KiB" in result.stderr


def test_manifest_that_lies_on_the_size_of_a_layer_is_refused(empty: CommandLine, server: FaultyRegistry) -> None:
    for wrong in (-1, 1):
        document = server.add(big())
        document["layers"][0]["size"] += wrong
        server.add_manifest("latest", document)
        result = pull(empty, server)
        assert result.code == 125
        assert "the manifest says" in result.stderr
        assert list((root(empty) / "downloads").glob("*.partial")) == []
        check_nothing_stored(empty)


def test_layer_that_wants_to_leave_its_folder_stays_in_it(empty: CommandLine, server: FaultyRegistry) -> None:
    image = Image([layer([file("../../../../evil", b"x")])])
    server.add(image)
    pull(empty, server)
    inside = root(empty) / "layers" / image.diff_ids()[0].removeprefix("sha256:") / "diff"
    assert {path.parent for path in root(empty).parent.rglob("evil")} <= {inside}


def test_what_is_no_image_is_refused_by_its_type(empty: CommandLine, server: FaultyRegistry) -> None:
    document = server.add(tiny())
    document["config"]["mediaType"] = "application/vnd.example.chart.v1+json"
    server.add_manifest("chart", document)
    assert (
        "it is an artifact of the type application/vnd.example.chart.v1+json" in pull(empty, server, tag="chart").stderr
    )
    document = server.add(tiny())
    document["layers"][0]["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    server.add_manifest("foreign", document)
    assert "is foreign" in pull(empty, server, tag="foreign").stderr


def test_unknown_tag_names_the_tags_that_are_near(empty: CommandLine, server: FaultyRegistry) -> None:
    server.add(tiny(), "12.1")
    server.add(tiny(), "edge")
    result = pull(empty, server, tag="12.2")
    first, hint = result.stderr.splitlines()
    assert first == f"Error: cannot pull {server.host}/team/app:12.2: the repository has no such tag"
    assert hint.startswith("  it has 12.1")


# --- interruptions -----------------------------------------------------------------------------------------------


def test_killed_pull_goes_on_where_it_was(empty: CommandLine, server: FaultyRegistry) -> None:
    image = big()
    server.add(image)
    server.faults.append(_stall)
    process = empty.start("pull", "-q", name(server), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (blob,) = (digest.removeprefix("sha256:") for digest, data in server.blobs.items() if len(data) > 2000)
    partial = root(empty) / "downloads" / f"{blob}.partial"
    _wait_for(lambda: partial.exists() and partial.stat().st_size >= 2 << 20)
    process.send_signal(signal.SIGKILL)
    process.wait()
    server.faults.clear()
    pull(empty, server).ok()
    check_loaded(empty, image, name(server))
    assert [int(text.removeprefix("bytes=").removesuffix("-")) >= 2 << 20 for text in server.ranges()] == [True]


def _stall(request: Request) -> bool:
    """Send two thirds of a layer, and then nothing for as long as anybody listens."""
    if not request.is_layer:
        return False
    data = request.served.blobs[request.path.rpartition("/")[2]]
    request.send_response(200)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data[: 2 << 20])
    request.wfile.flush()
    request.connection.settimeout(20)
    try:
        request.connection.recv(1)
    except OSError:
        pass
    request.close_connection = True
    return True


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 20 s"
        time.sleep(0.02)


def test_two_pulls_at_once_fetch_each_layer_once(empty: CommandLine, server: FaultyRegistry) -> None:
    image = big()
    server.add(image)
    both = threading.Barrier(2)

    def meet(request: Request) -> bool:
        if "/manifests/" in request.path:
            both.wait(20)  # neither goes on before the other has come as far
        return False

    server.faults.append(meet)
    pulls = [empty.start("pull", "-q", name(server), stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(60) for process in pulls] == [0, 0]
    check_loaded(empty, image, name(server))
    (blob,) = (digest for digest, data in server.blobs.items() if len(data) > 2000)
    assert server.fetched(blob) == 1


def test_image_that_was_pulled_is_not_fetched_again(empty: CommandLine, server: FaultyRegistry) -> None:
    server.add(tiny())
    pull(empty, server).ok()
    server.asked.clear()
    assert "Image is up to date" in pull(empty, server).ok().stdout
    assert pull(empty, server, "--policy", "missing", "-q").ok().stdout.strip() == tiny().id()
    configuration = json.loads(server.manifests["latest"][1])["config"]["digest"]
    assert {path.rpartition("/")[2] for _, path, _ in server.asked if "/blobs/" in path} <= {configuration}


def test_randomly_killed_pulls_leave_a_store_that_the_next_pull_completes(
    empty: CommandLine, server: FaultyRegistry
) -> None:
    image = Image([layer([file(f"random{n}", os.urandom(BIG))]) for n in range(4)])
    server.add(image)
    began = time.monotonic()
    pull(empty, server).ok()
    whole = time.monotonic() - began
    for number in range(12):
        empty("rmi", "-f", name(server))
        process = empty.start("pull", "-q", name(server), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * (number + 1) / 12)
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_for_the_killed(empty)
    pull(empty, server).ok()
    check_loaded(empty, image, name(server))
    assert not any((root(empty) / "downloads").iterdir())
