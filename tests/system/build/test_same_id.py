"""With SOURCE_DATE_EPOCH a build gives the same image id, wherever and whenever it is done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import contexts
from tests.support.commands import CommandLine

NO_NETWORK = "--network=none"
# What drivers see with different eyes: files opened and left as they were, folders removed and made anew, removed
# files, further names of files of the base, mount points, and files in the place of what is mounted on.
DOCKERFILE = """\
FROM busybox AS files
WORKDIR /w/x
COPY src /w/src
COPY hosts /etc/hosts
RUN mkdir -p /d/e; echo x > /d/x; ln /d/x /d/y; touch -r /etc/group /etc/group; chmod 644 /etc/passwd
RUN mkdir /tmp/a; rmdir /tmp/a; rm -rf /var/www; mkdir /var/www; echo 1 > /var/www/1
RUN rm -r /d && mkdir /d && echo new > /d/x && ln /etc/passwd /d/passwd
RUN --mount=type=cache,target=/cache/deep --mount=type=tmpfs,target=/own/tmp echo 1 > /cache/deep/f
RUN true
FROM scratch
COPY --from=files / /
CMD ["cat", "/d/x"]
"""
FILES = {"Dockerfile": DOCKERFILE, "src/a": "a", "src/deep/b": "b", "hosts": "127.0.0.1 here\n"}


@pytest.fixture(scope="module")
def expected(pod: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The ids of the first stage and of the whole, with overlayfs or what this machine has in its place."""
    return ids_of(pod, contexts.write(tmp_path_factory.mktemp("context"), FILES))


def ids_of(pod: CommandLine, folder: Path, *options: str) -> tuple[str, str]:
    dated = pod.with_env(SOURCE_DATE_EPOCH="1000000000")
    first = dated("build", "-q", NO_NETWORK, "--target", "files", *options, folder).ok().stdout
    return first, dated("build", "-q", NO_NETWORK, folder).ok().stdout


@pytest.mark.parametrize("driver", ["fuse-overlayfs", "vfs"])
def test_every_storage_driver_makes_the_same_image(
    driver: str,
    expected: tuple[str, str],
    make_pod: Callable[[str], CommandLine],
    busybox_archive: Path,
    tmp_path: Path,
) -> None:
    if driver == "fuse-overlayfs" and (shutil.which(driver) is None or not os.access("/dev/fuse", os.R_OK | os.W_OK)):
        pytest.skip("there is no fuse-overlayfs, or this user may not open /dev/fuse")
    pod = make_pod(f"same-{driver}").with_options("--storage-driver", driver)
    pod("load", "-i", busybox_archive).ok()
    assert ids_of(pod, contexts.write(tmp_path, FILES)) == expected


def test_another_user_without_subordinate_ids_makes_the_same_image(
    expected: tuple[str, str], plain_pod: CommandLine, tmp_path: Path
) -> None:
    subprocess.run(["tar", "-C", contexts.write(tmp_path / "c", FILES), "-cf", tmp_path / "c.tar", "."], check=True)
    context = (tmp_path / "c.tar").read_bytes()
    words = ("--build-arg", "SOURCE_DATE_EPOCH=1000000000", "-")
    first = plain_pod("build", "-q", NO_NETWORK, "--target", "files", *words, input=context).ok().stdout
    assert (first, plain_pod("build", "-q", NO_NETWORK, *words, input=context).ok().stdout) == expected


def test_times_of_files_and_of_the_build_do_not_count(build: Callable[..., Any], tmp_path: Path) -> None:
    text = "FROM busybox\nCOPY f /f\nRUN mkdir /d; echo x > /d/x; ln /d/x /d/y\n"
    ids = []
    for when in (1_000_000, 2_000_000):
        contexts.write(tmp_path / "context", {"f": "x"})
        os.utime(tmp_path / "context" / "f", (when, when))
        ids.append(build(text, "--no-cache", "--timestamp", "0").ok().stdout)
    assert ids[0] == ids[1]


def test_driver_that_copies_makes_no_layer_of_the_base(pod: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path, {"Dockerfile": "FROM busybox\nRUN mkdir /d; echo x > /d/x\n"})
    copying = pod.with_options("--storage-driver", "vfs")
    image = copying("build", NO_NETWORK, "--timestamp", "0", "-q", folder).ok().stdout.strip()
    sizes = [json.loads(pod("image", "inspect", name).ok().stdout)[0]["Size"] for name in (image, "busybox")]
    assert sizes[0] < sizes[1] + 10_000


def test_driver_that_copies_keeps_what_changes_no_byte(pod: CommandLine, tmp_path: Path) -> None:
    """A file where others are mounted on, and a file whose attributes alone are new."""
    text = "FROM busybox AS one\nCOPY hosts /etc/hosts\nFROM scratch\nCOPY --from=one /etc/hosts /there\n"
    folder = contexts.write(tmp_path, {"Dockerfile": text, "hosts": "127.0.0.1 here\n"})
    copying = pod.with_options("--storage-driver", "vfs")
    copying("build", NO_NETWORK, "-o", tmp_path / "out", folder).ok()
    assert (tmp_path / "out" / "there").read_text() == "127.0.0.1 here\n"
