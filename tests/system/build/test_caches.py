"""Caches that are folders, or the image itself; other contexts; what is said of builders and of what they keep."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import contexts
from tests.support.commands import CommandLine
from tests.system.build.conftest import NO_NETWORK

TEXT = "FROM busybox\nRUN date +%N > /a\nCOPY f /f\nRUN date +%N > /b\n"


@pytest.fixture
def other(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    """Another machine, so to speak, where nothing was built yet."""
    pod = make_pod("elsewhere")
    pod("load", "-i", busybox_archive).ok()
    pod("builder", "prune", "-a", "-f").ok()
    return pod


def test_a_folder_holds_the_cache(pod: CommandLine, other: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path / "context", {"Dockerfile": TEXT, "f": "x"})
    place = tmp_path / "cache"
    pod("build", NO_NETWORK, "--cache-to", f"type=local,dest={place}", folder).ok()
    pod("build", NO_NETWORK, "--cache-to", f"type=local,dest={place}", folder).ok()
    told = other("build", NO_NETWORK, "--cache-from", f"type=local,src={place}", folder).ok().stderr
    assert told.count("CACHED") == 3 and "DONE" not in told
    assert (
        "Warning: no cache from"
        in other("build", NO_NETWORK, "--cache-from", "type=local,src=/nowhere", folder).ok().stderr
    )


def test_an_image_is_its_own_cache(pod: CommandLine, other: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path / "context", {"Dockerfile": TEXT, "f": "y"})
    pod("build", NO_NETWORK, "--cache-to", "type=inline", "-t", "inlined", folder).ok()
    pod("save", "--format", "oci-dir", "-o", tmp_path / "saved", "inlined").ok()
    told = other("build", NO_NETWORK, "--cache-from", f"type=local,src={tmp_path}/saved", folder).ok().stderr
    assert told.count("CACHED") == 3


def test_steps_that_are_too_old_are_done_anew(build: Callable[..., Any]) -> None:
    text = "FROM busybox\nRUN echo aged > /x\n"
    build(text).ok()
    assert "CACHED" in build(text, "--cache-ttl", "1h").ok().stderr
    for ttl in ("1ms", "0"):
        assert "CACHED" not in build(text, "--cache-ttl", ttl).ok().stderr


def test_services_that_keep_caches_are_refused(build: Callable[..., Any]) -> None:
    assert "no cache with the service gha" in build(TEXT, "--cache-to", "type=gha,mode=max").stderr


def test_a_layout_on_the_disk_is_a_context(pod: CommandLine, build: Callable[..., Any], tmp_path: Path) -> None:
    pod("save", "--format", "oci-dir", "-o", tmp_path / "layout", "busybox").ok()
    text = "FROM base\nRUN test -f /etc/passwd\nFROM scratch\nCOPY --from=base /etc/group /\n"
    build(text, "--build-context", f"base=oci-layout://{tmp_path}/layout", "-o", str(tmp_path / "out")).ok()
    assert (tmp_path / "out" / "group").read_text().startswith("root:")


def test_progress_as_json_tells_steps_and_what_they_write(build: Callable[..., Any]) -> None:
    result = build("FROM busybox\nRUN echo told; false\n", "--progress", "rawjson", "--no-cache")
    documents = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    vertex = documents[-1]["vertexes"][0]
    assert vertex["name"] == "[2/2] RUN echo told; false" and "exit code 1" in vertex["error"]
    (log,) = (one for document in documents for one in document.get("logs", ()))
    assert (base64.b64decode(log["data"]), log["vertex"]) == (b"told\n", vertex["digest"])


def test_usage_names_the_steps(pod: CommandLine, build: Callable[..., Any]) -> None:
    build("FROM busybox\nRUN echo a step to be found > /x\n", "-t", "kept").ok()
    lines = pod("buildx", "du", "--verbose").ok().lines
    (line,) = (line for line in lines if "a step to be found" in line)
    assert line.split()[1] == "false"
    pod("rmi", "kept").ok()
    (line,) = (line for line in pod("buildx", "du", "--verbose").ok().lines if "a step to be found" in line)
    assert line.split()[1] == "true"


@pytest.mark.parametrize(
    "words", ["create --name b --use --bootstrap", "use b", "inspect b --bootstrap", "ls", "stop", "rm -f b", "version"]
)
def test_words_of_scripts_that_name_builders_are_understood(words: str, pod: CommandLine) -> None:
    pod("buildx", *words.split()).ok()
