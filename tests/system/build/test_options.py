"""Where a build's files come from and where its result goes: the options that are not about steps."""

from __future__ import annotations

import gzip
import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support import contexts
from tests.support.commands import CommandLine
from tests.support.containers import run
from tests.support.web import served
from tests.system.build.conftest import NO_NETWORK

TEXT = "FROM scratch\nCOPY . /\n"


def files_of(pod: CommandLine, folder: Path, out: Path, *options: str | Path) -> list[str]:
    pod("build", NO_NETWORK, "-o", out, *options, folder).ok()
    return sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())


def test_ignore_files_in_the_order_of_precedence(pod: CommandLine, tmp_path: Path) -> None:
    rest = {"a": "", "b": "", "c": "", "d": ""}
    folder = contexts.write(tmp_path / "c", {"Containerfile": TEXT, ".dockerignore": "a\n.d*\nC*\n", **rest})
    assert files_of(pod, folder, tmp_path / "1") == ["b", "c", "d"]
    contexts.write(folder, {"Containerfile.dockerignore": "b\n.*\nC*\n"})
    assert files_of(pod, folder, tmp_path / "2") == ["a", "c", "d"]
    contexts.write(tmp_path, {"other": "c\n.*\nC*\n"})
    assert files_of(pod, folder, tmp_path / "3", "--ignorefile", tmp_path / "other") == ["a", "b", "d"]


def test_dockerfile_by_name_by_url_and_from_stdin(pod: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path / "c", {"sub/Other": "FROM scratch\nCOPY f /by-name\n", "f": ""})
    assert files_of(pod, folder, tmp_path / "1", "-f", folder / "sub" / "Other") == ["by-name"]
    assert files_of(pod, folder, tmp_path / "2", "-f", "sub/Other") == ["by-name"]
    web = contexts.write(tmp_path / "web", {"D": "FROM scratch\nCOPY f /by-url\n"})
    with served(web) as address:
        assert files_of(pod, folder, tmp_path / "3", "-f", f"{address}/D") == ["by-url"]
        assert "the server answers 404" in pod("build", "-f", f"{address}/none", folder).stderr


def test_context_from_a_tarball_by_http(pod: CommandLine, tmp_path: Path) -> None:
    inner = contexts.write(tmp_path / "c", {"Dockerfile": "FROM scratch\nCOPY d /\n", "d/f": "x"})
    (tmp_path / "web").mkdir()
    subprocess.run(["tar", "-C", inner, "-czf", tmp_path / "web" / "c.tar.gz", "."], check=True)
    with served(tmp_path / "web") as address:
        pod("build", NO_NETWORK, "-o", tmp_path / "out", f"{address}/c.tar.gz").ok()
    assert (tmp_path / "out" / "f").read_text() == "x"


def test_an_archive_that_swells_without_measure_is_refused(pod: CommandLine, tmp_path: Path) -> None:
    """Many gigabytes in a few kilobytes: as context, and as what ADD unpacks. The disk is not filled first."""
    header = tarfile.TarInfo("zeros")
    header.size = 1 << 37
    bomb = gzip.compress(header.tobuf() + bytes(1 << 20))
    folder = contexts.write(tmp_path / "c", {"Dockerfile": "FROM scratch\nADD bomb /\n", "bomb": bomb})
    for told in (pod("build", NO_NETWORK, folder), pod("build", NO_NETWORK, "-", input=bomb)):
        assert told.code != 0 and "bytes that are allowed" in told.stderr


def test_result_as_tarball_and_oci_archive(pod: CommandLine, build: Callable[..., Any], tmp_path: Path) -> None:
    files = {"f": "x"}
    build("FROM scratch\nCOPY f /d/f\n", "-o", f"type=tar,dest={tmp_path}/out.tar", files=files).ok()
    with tarfile.open(tmp_path / "out.tar") as archive:
        assert {"d", "d/f"} <= set(archive.getnames())
    build("FROM busybox\nCOPY f /d/f\n", "-t", "archived", "-o", f"type=oci,dest={tmp_path}/oci.tar", files=files).ok()
    pod("rmi", "archived").ok()
    pod("load", "-i", tmp_path / "oci.tar").ok()
    assert run(pod, "archived", "cat", "/d/f").ok().stdout == "x"
    assert build(TEXT, "-o", "type=iso,dest=x").stderr.startswith("Error: invalid value")


def test_what_is_written_beside_the_image(build: Callable[..., Any], tmp_path: Path) -> None:
    places = (
        "--iidfile",
        str(tmp_path / "id"),
        "--metadata-file",
        str(tmp_path / "meta"),
        "--logfile",
        str(tmp_path / "log"),
    )
    result = build("FROM busybox\nRUN echo written\n", "--no-cache", "-t", "beside-it", *places).ok()
    image = result.stdout.strip()
    assert (tmp_path / "id").read_text() == f"sha256:{image}"
    metadata = json.loads((tmp_path / "meta").read_text())
    assert metadata["containerimage.config.digest"] == f"sha256:{image}"
    assert "written" in (tmp_path / "log").read_text() and result.stderr == ""


def test_docker_format_and_history(pod: CommandLine, build: Callable[..., Any]) -> None:
    build("FROM busybox\nLABEL a=b\nRUN true\n", "-t", "dockers", "--format", "docker").ok()
    (image,) = json.loads(pod("image", "inspect", "dockers").ok().stdout)
    assert image["ManifestType"] == "application/vnd.docker.distribution.manifest.v2+json"
    shown = pod("history", "--format", "{{.CreatedBy}}", "dockers").ok().lines
    assert shown[:2] == ["RUN /bin/sh -c true", "LABEL a=b"]
    build("FROM busybox\nLABEL a=b\n", "-t", "dockers", "--omit-history").ok()
    assert pod("history", "-q", "dockers").ok().lines == [] or len(pod("history", "-q", "dockers").lines) <= 1


def test_another_base_and_pull_policies(build: Callable[..., Any]) -> None:
    build("FROM nowhere.test/missing\nRUN true\n", "--from", "busybox").ok()
    told = build("FROM nowhere.test/missing\nRUN true\n", "--pull=never")
    assert told.stderr.startswith("Error: Dockerfile:1:6: cannot get the base image nowhere.test/missing: ")
    assert "FROM nowhere.test/missing\n" in told.stderr and "^" in told.stderr


def test_what_a_dockerfile_offers(build: Callable[..., Any]) -> None:
    text = "# VERSION of the tool\nARG VERSION=1\n# base where all begins\nFROM busybox AS base\n"
    text += "# TOKEN to fetch with\nARG TOKEN\n"
    outline = build(text, "--call", "outline,format=json").ok()
    assert json.loads(outline.stdout) == [
        {"name": "VERSION", "default": "1", "description": "of the tool"},
        {"name": "TOKEN", "default": "", "description": "to fetch with"},
    ]
    lines = build(text, "--call=targets").ok().lines
    assert lines[1].split(None, 2) == ["base", "busybox", "where all begins"]
