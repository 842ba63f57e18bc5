"""Builds for other platforms, and for several at once."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pod.oci.emulation import platforms
from pod.oci.platform import Platform
from tests.support.commands import CommandLine

BOTH = "linux/amd64,linux/arm64"
TEXT = """\
FROM --platform=$BUILDPLATFORM busybox AS build
RUN date +%N > /common
ARG TARGETARCH
RUN echo "for $TARGETARCH" > /arch
FROM scratch
COPY --from=build /arch /common /
"""
FOREIGN = next(one for one in ("s390x", "arm64") if one not in {platform.architecture for platform in platforms()})


def entries(pod: CommandLine, name: str) -> list[str]:
    index = json.loads(pod("manifest", "inspect", name).ok().stdout)
    return sorted(f"{one['platform']['os']}/{one['platform']['architecture']}" for one in index["manifests"])


def test_several_platforms_become_a_list_under_the_name(pod: CommandLine, build: Callable[..., Any]) -> None:
    result = build(TEXT, "--platform", BOTH, "-t", "several:1", "-t", "several:2").ok()
    assert "[linux/arm64 build 4/4]" in result.stderr
    assert entries(pod, "several:1") == entries(pod, "several:2") == BOTH.split(",")
    build(TEXT.replace('"for ', '"now for '), "--platform", BOTH, "-t", "several:1").ok()
    assert entries(pod, "several:1") == BOTH.split(","), "a list of that name gives way"
    build("FROM scratch\nCOPY --from=busybox /etc/passwd /\n", "-t", "was-one").ok()
    build(TEXT, "--platform", BOTH, "-t", "was-one").ok()
    assert entries(pod, "was-one") == BOTH.split(","), "so does an image"


def test_one_platform_after_the_other_goes_into_the_list_of_manifest(
    pod: CommandLine, build: Callable[..., Any]
) -> None:
    for platform in BOTH.split(","):
        build(TEXT, "--platform", platform, "--manifest", "one-by-one").ok()
    assert entries(pod, "one-by-one") == BOTH.split(",")


def test_files_of_several_platforms_get_a_folder_each(build: Callable[..., Any], tmp_path: Path) -> None:
    build(TEXT, "--platform", BOTH, "-o", str(tmp_path / "out")).ok()
    found = {name: (tmp_path / "out" / name / "arch").read_text() for name in os.listdir(tmp_path / "out")}
    assert found == {"linux_amd64": "for amd64\n", "linux_arm64": "for arm64\n"}
    assert len({(tmp_path / "out" / name / "common").read_text() for name in found}) == 1, "done once for both"
    assert stat.S_ISDIR((tmp_path / "out" / "linux_amd64").stat().st_mode)


def test_nothing_runs_for_a_processor_that_is_not_emulated(build: Callable[..., Any]) -> None:
    text = "FROM scratch\nCOPY --chmod=755 sh /bin/sh\n"
    program = b"\x7fELF" + bytes(60)
    files = {"sh": program}
    build(text, "--platform", f"linux/{FOREIGN}", files=files).ok()
    result = build(f"{text}RUN --mount=type=tmpfs,target=/t echo x\n", "--platform", f"linux/{FOREIGN}", files=files)
    assert f"Dockerfile:3: RUN cannot run programs for linux/{FOREIGN}: this machine is {Platform.host()}" in (
        result.stderr
    )
    assert "FROM --platform=$BUILDPLATFORM" in result.stderr


def test_an_unknown_platform_is_named(build: Callable[..., Any]) -> None:
    assert "invalid platform 'linux/a/b/c'" in build("FROM scratch\n", "--platform", "linux/a/b/c").stderr
