"""A tree with everything that a file system can hold: cp in, commit, save, load, cp out, and it is the same tree."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK

FILES = 20_000
NAMES = (b"new\nline", b"not \xff utf-8", b"n" * 255, b"-rf", b" blank ", b"*?[", b"\\")
DAY = 86_400_000_000_000


def fill(root: bytes) -> None:
    """Make the tree."""
    os.mkdir(root)
    for number in range(FILES):
        folder = os.path.join(root, b"many", b"%d" % (number % 50), b"deep" * (number % 3))
        os.makedirs(folder, exist_ok=True)
        write(os.path.join(folder, b"%d" % number), b"%d" % number * (number % 700))
    os.mkdir(os.path.join(root, b"odd"))
    for name in NAMES:
        write(os.path.join(root, b"odd", name), name)
    kinds = os.path.join(root, b"kinds")
    os.mkdir(kinds, 0o700)
    write(os.path.join(kinds, b"program"), b"#!/bin/sh\n")
    os.chmod(os.path.join(kinds, b"program"), 0o6755)
    os.link(os.path.join(kinds, b"program"), os.path.join(root, b"odd", b"second name"))
    os.mkfifo(os.path.join(kinds, b"fifo"), 0o640)
    os.symlink(b"../odd/" + NAMES[1], os.path.join(kinds, b"link"))
    os.symlink(b"x" * 4000, os.path.join(kinds, b"long link"))
    os.mkdir(os.path.join(kinds, b"sticky"))
    os.chmod(os.path.join(kinds, b"sticky"), 0o3777)
    with open(os.path.join(kinds, b"sparse"), "wb") as file:
        file.write(b"begin")
        file.seek(1 << 30)
        file.write(b"end")
    os.setxattr(os.path.join(kinds, b"program"), b"user.mine", bytes(range(256)))
    os.setxattr(os.path.join(kinds, b"sticky"), b"user.of a folder", b"")
    os.setxattr(os.path.join(kinds, b"program"), b"system.posix_acl_access", acl(os.getuid()))
    os.utime(os.path.join(kinds, b"program"), ns=(1, 1_234_567_890_123_456_789))
    os.utime(os.path.join(kinds, b"link"), ns=(1, 5 * DAY + 1), follow_symlinks=False)
    os.utime(kinds, ns=(1, 7 * DAY))
    os.utime(root, ns=(1, 9 * DAY))


def write(path: bytes, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def acl(uid: int) -> bytes:
    """Return an access control list (acl(5)) with an entry for one user, in the kernel's form."""
    entries = (
        (0x01, 7, 0xFFFFFFFF),
        (0x02, 6, uid),
        (0x04, 5, 0xFFFFFFFF),
        (0x10, 7, 0xFFFFFFFF),
        (0x20, 5, 0xFFFFFFFF),
    )
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def describe(root: bytes) -> dict[bytes, tuple[object, ...]]:
    """Return all that can be known of every file of a tree."""
    found: dict[bytes, tuple[object, ...]] = {}
    first: dict[int, bytes] = {}
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in [b"."] * (folder == root) + sorted(folders + names):
            path = os.path.join(folder, name)
            info = os.lstat(path)
            relative = os.path.relpath(path, root)
            kind, same = stat.S_IFMT(info.st_mode), first.setdefault(info.st_ino, relative)
            content: object = None
            if stat.S_ISREG(info.st_mode):
                content = info.st_size, info.st_size if info.st_size > 1 << 28 else digest(path)
            elif stat.S_ISLNK(info.st_mode):
                content = os.readlink(path)
            attributes = {
                name: os.getxattr(path, name, follow_symlinks=False)
                for name in os.listxattr(path, follow_symlinks=False)
            }
            found[relative] = (oct(info.st_mode), kind, info.st_mtime_ns, same, content, sorted(attributes.items()))
    return found


def digest(path: bytes) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture
def other(make_pod: Callable[[str], CommandLine]) -> CommandLine:
    return make_pod("o")


def test_tree_is_the_same_after_the_whole_way(pod: CommandLine, other: CommandLine, tmp_path: Path) -> None:
    source, target = os.fsencode(tmp_path / "source"), os.fsencode(tmp_path / "target")
    fill(source)
    before = describe(source)
    pod("create", "--name", "carrier", *NO_NETWORK, "busybox", "true").ok()
    pod("cp", tmp_path / "source", "carrier:/tree").ok()
    pod("commit", "carrier", "with-tree").ok()
    pod("save", "-o", tmp_path / "image.tar", "with-tree").ok()
    other("load", "-i", tmp_path / "image.tar").ok()
    other("create", "--name", "carrier", *NO_NETWORK, "with-tree", "true").ok()
    other("cp", "carrier:/tree", tmp_path / "target").ok()
    after = describe(target)
    assert after.keys() == before.keys()
    assert {path: after[path] for path in before if after[path] != before[path]} == {}
    sparse = os.stat(os.path.join(target, b"kinds", b"sparse"))
    assert sparse.st_blocks < 1000
    assert len(before) > FILES
