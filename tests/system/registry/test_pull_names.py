"""What names mean to a pull, and what of the kinds of images it takes or refuses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.faulty_registry import FaultyRegistry
from tests.support.images import LAYER, Image
from tests.support.members import file, layer
from tests.support.terminal import Terminal
from tests.system.images.stores import check_loaded, tiny


@pytest.fixture
def conf(server: FaultyRegistry, folder: Path) -> dict[str, str]:
    """The environment with two registries to search for short names; they are one here, by two names."""
    hosts = [server.host, server.host.replace("localhost", "127.0.0.1")]
    (folder / "registries.conf").write_text(f"unqualified-search-registries = {json.dumps(hosts)}\n")
    return {"CONTAINERS_REGISTRIES_CONF": str(folder / "registries.conf"), "XDG_CACHE_HOME": str(folder / "cache")}


def test_person_at_a_terminal_chooses_what_a_short_name_means_once(
    empty: CommandLine, server: FaultyRegistry, conf: dict[str, str]
) -> None:
    server.add(tiny())
    second = server.host.replace("localhost", "127.0.0.1")
    with Terminal(empty.argv("pull", "team/app"), {**empty.env, **conf}) as terminal:
        terminal.expect(f"2) {second}/team/app:latest")
        terminal.expect("Which one? [1] ")
        terminal.type("9\n")
        terminal.expect("It is a number from 1 to 2.")
        terminal.type("2\n")
        terminal.expect(f"{second}/team/app:latest")
        assert terminal.wait() == 0
    recorded = Path(conf["XDG_CACHE_HOME"], "containers/short-name-aliases.conf").read_text()
    assert recorded == f'[aliases]\n  "team/app" = "{second}/team/app"\n'
    assert empty("pull", "-q", "team/app", env=conf).ok().stdout.strip() == tiny().id()
    run = Terminal(empty.argv("pull", "team/app"), {**empty.env, **conf})
    with run as terminal:
        assert terminal.wait() == 0
        assert b"Which one?" not in terminal.output


def test_wrong_choice_is_not_remembered(empty: CommandLine, server: FaultyRegistry, conf: dict[str, str]) -> None:
    with Terminal(empty.argv("run", "--rm", "no/such"), {**empty.env, **conf}) as terminal:
        terminal.expect("Which one? [1] ")
        terminal.type("\n")
        terminal.expect("the repository has no such tag")
        assert terminal.wait() == 125
    assert not Path(conf["XDG_CACHE_HOME"], "containers/short-name-aliases.conf").exists()
    assert server.asked


def test_enforcing_without_a_terminal_refuses_an_ambiguous_name(
    empty: CommandLine, server: FaultyRegistry, conf: dict[str, str]
) -> None:
    with Path(conf["CONTAINERS_REGISTRIES_CONF"]).open("a") as file:
        file.write('short-name-mode = "enforcing"\n')
    result = empty("pull", "team/app", env=conf)
    assert result.code == 125
    assert result.stderr.startswith("Error: the short name team/app is ambiguous")
    assert server.asked == []


def test_tag_beside_a_digest_does_not_matter(empty: CommandLine, server: FaultyRegistry) -> None:
    document = server.add(tiny(), "1")
    digest = f"sha256:{hashlib.sha256(json.dumps(document).encode()).hexdigest()}"
    server.add(Image([layer([file("other")])]), "2")
    assert empty("pull", "-q", f"{server.host}/team/app:2@{digest}").ok().stdout.strip() == tiny().id()
    wrong = empty("pull", f"{server.host}/team/app:1@sha256:{'0' * 64}")
    assert (wrong.code, "has no such digest" in wrong.stderr) == (125, True)


def test_uncompressed_and_zstd_layers_are_pulled(empty: CommandLine, server: FaultyRegistry) -> None:
    zstandard = pytest.importorskip("zstandard")
    image = tiny()
    document = server.add(image)
    for kind, pack in (("", bytes), ("+zstd", zstandard.ZstdCompressor().compress)):
        document["layers"] = []
        for data in image.layers:
            assert isinstance(data, bytes)
            packed = pack(data)
            entry = {"mediaType": f"{LAYER}{kind}", "digest": server.add_blob(packed), "size": len(packed)}
            document["layers"].append(entry)
        server.add_manifest("latest", document)
        empty("pull", f"{server.host}/team/app").ok()
        check_loaded(empty, image, f"{server.host}/team/app")
        empty("rmi", f"{server.host}/team/app").ok()


def test_artifact_without_layers_is_refused_by_its_type(empty: CommandLine, server: FaultyRegistry) -> None:
    nothing = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": server.add_blob(b"{}"), "size": 2}
    document = server.add(tiny())
    document.update(config=nothing, layers=[], artifactType="application/vnd.example.signature")
    server.add_manifest("latest", document)
    result = empty("pull", f"{server.host}/team/app")
    assert result.code == 125
    assert "it is an artifact of the type application/vnd.example.signature, not an image" in result.stderr


def test_image_for_another_processor_is_pulled_by_its_options(empty: CommandLine, server: FaultyRegistry) -> None:
    document = server.add(tiny(), "one")
    entry = {"mediaType": document["mediaType"], "digest": server.add_manifest("one", document)}
    entry["size"] = len(server.manifests["one"][1])
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json"}
    platform = {"os": "linux", "architecture": "arm", "variant": "v7"}
    server.add_manifest("latest", {**index, "manifests": [{**entry, "platform": platform}]})
    refused = empty("pull", "--arch", "arm", "--variant", "v6", f"{server.host}/team/app")
    assert "there is no image for linux/arm/v6" in refused.stderr and "linux/arm/v7" in refused.stderr
    chosen = empty("pull", "--os", "linux", "--arch", "arm", "--variant", "v7", f"{server.host}/team/app")
    assert "there is no image for linux/arm/v7" in chosen.stderr  # the index lies: the image is for another one


def test_policies_fetch_when_they_should(empty: CommandLine, server: FaultyRegistry) -> None:
    name = f"{server.host}/team/app"
    missing = empty("pull", "--policy", "never", name)
    assert (missing.code, "the policy here is never to do so" in missing.stderr) == (125, True)
    server.add(tiny())
    empty("pull", "--policy", "missing", name).ok()
    server.asked.clear()
    for policy in ("missing", "never"):
        empty("pull", "--policy", policy, name).ok()
    assert server.asked == []
    server.add(tiny(text="newer"))
    empty("pull", "--policy", "newer", name).ok()
    check_loaded(empty, tiny(text="newer"), name)
    server.manifests.clear()
    empty("pull", "--policy", "newer", name).ok()
    assert empty("pull", "--policy", "always", name).code == 125


def test_run_fetches_quietly_and_with_the_options_of_pull(
    empty: CommandLine, server: FaultyRegistry, folder: Path
) -> None:
    server.add(tiny())
    server.faults.append(
        lambda request: (
            request.headers.get("Authorization") != "Basic YW5uOnNlY3JldA=="
            and request.answer(401, b"{}", {"WWW-Authenticate": 'Basic realm="here"'})
        )
    )
    (folder / "auth.json").write_text(json.dumps({"auths": {server.host: {"auth": "YW5uOnNlY3JldA=="}}}))
    created = empty("create", "-q", "--authfile", folder / "auth.json", f"{server.host}/team/app").ok()
    assert (len(created.lines), created.stderr) == (1, "")
    empty("rm", created.lines[0]).ok()
    refused = empty("create", "--arch", "s390x", "--retry", "0", f"{server.host}/team/app")
    assert (refused.code, "not authorized" in refused.stderr) == (125, True)
