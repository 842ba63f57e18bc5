"""Real Debian root filesystems and images: made by mmdebstrap from the package mirror, kept between runs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.folders import cache
from tests.support.images import Image, write_docker_archive

MIRROR_TIME = 600


class NoDebian(Exception):
    """A Debian root filesystem cannot be made on this machine; says why."""


def root_filesystem(suite: str = "bookworm", include: Sequence[str] = ()) -> Path:
    """Return a tarball of a minimal Debian, made now if the cache has none. Raises NoDebian with the reason."""
    extra = f"-{hashlib.sha256(' '.join(sorted(include)).encode()).hexdigest()[:8]}" if include else ""
    path = cache() / f"{suite}{extra}.tar"
    with _made_by_one(path) as missing:
        if missing:
            _make(suite, include, path)
    return path


def image_archive(suite: str = "bookworm") -> Path:
    """Return a docker-archive of a minimal Debian with the name debian:SUITE. Raises NoDebian."""
    path = cache() / f"{suite}-image.tar"
    with _made_by_one(path) as missing:
        if missing:
            config = {"Cmd": ["bash"], "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}
            name = f"docker.io/library/debian:{suite}"
            image = Image([root_filesystem(suite)], config, [name])
            partial = write_docker_archive(path.with_suffix(".partial"), image)
            partial.rename(path)
    return path


def file_of_package(suite: str, package: str, member: str) -> Path:
    """Return one file of a package of another Debian, which is not installed. Raises NoDebian with the reason."""
    path = cache() / f"{suite}-{package}-{Path(member).name}"
    with _made_by_one(path) as missing:
        if missing:
            archive = path.with_suffix(".tar")
            _bootstrap("extract", suite, [package], archive)
            with tarfile.open(archive) as tar:
                found = tar.extractfile(f"./{member}")
                if found is None:
                    raise NoDebian(f"package {package} of {suite} has no file {member}")
                partial = path.with_suffix(".partial")
                partial.write_bytes(found.read())
            archive.unlink()
            partial.chmod(0o755)
            partial.rename(path)
    return path


def _make(suite: str, include: Sequence[str], path: Path) -> None:
    partial = path.with_suffix(".partial.tar")
    _bootstrap("minbase", suite, include, partial)
    partial.rename(path)


def _bootstrap(variant: str, suite: str, include: Sequence[str], path: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise NoDebian("no mmdebstrap on this machine: apt-get install mmdebstrap")
    mode = "root" if os.geteuid() == 0 else "unshare"
    argv = ["mmdebstrap", f"--mode={mode}", f"--variant={variant}", "--quiet"]
    argv += [f"--include={','.join(include)}"] if include else []
    # Under ~ (0700) the subordinate ids of mode unshare could not reach the temporary folder: let it use /tmp.
    env = {**os.environ, "TMPDIR": os.environ.get("POD_TEST_SCRATCH", "/var/tmp")}
    with path.open("wb") as stream:
        made = subprocess.run(
            [*argv, suite, "-"],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.PIPE,
            env=env,
            timeout=MIRROR_TIME,
        )
    if made.returncode != 0:
        path.unlink()
        lines = made.stderr.decode(errors="replace").strip().splitlines()
        raise NoDebian(f"mmdebstrap {suite} failed: {' / '.join(lines[-3:])}")


@contextmanager
def _made_by_one(path: Path) -> Iterator[bool]:
    """Tell whether a file of the cache is to be made, with every other process that wants it waiting meanwhile."""
    if path.exists():  # perhaps in a cache that is only to be read
        yield False
        return
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not path.exists()
