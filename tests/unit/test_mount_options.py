"""Mount options: words become flags, the rest is the file system's own."""

from __future__ import annotations

import pytest

from pod.linux import syscalls as sc
from pod.runtime.mounts import MountOptions


@pytest.mark.parametrize(
    ("words", "flags"),
    [
        ((), 0),
        (("ro", "nosuid", "nodev", "noexec"), sc.MS_RDONLY | sc.MS_NOSUID | sc.MS_NODEV | sc.MS_NOEXEC),
        (("ro", "rw"), 0),
        (("noexec", "nosuid", "exec"), sc.MS_NOSUID),
        (("relatime", "strictatime"), sc.MS_RELATIME | sc.MS_STRICTATIME),
    ],
)
def test_later_words_win(words: tuple[str, ...], flags: int) -> None:
    assert MountOptions.parse(words, "tmpfs").flags == flags


def test_unknown_words_are_the_file_systems_own() -> None:
    options = MountOptions.parse(("nosuid", "mode=755", "size=1k", "defaults", "z"), "tmpfs")
    assert (options.data, options.bind) == ("mode=755,size=1k", False)


@pytest.mark.parametrize(
    ("words", "fstype", "recursive"),
    [(("rbind",), "bind", True), (("bind",), "bind", False), ((), "bind", True), (("bind",), "", False)],
)
def test_bind_is_recursive_unless_said_otherwise(words: tuple[str, ...], fstype: str, recursive: bool) -> None:
    options = MountOptions.parse(words, fstype)
    assert options.bind and options.recursive is recursive


@pytest.mark.parametrize(
    ("word", "propagation"),
    [("rprivate", sc.MS_PRIVATE | sc.MS_REC), ("slave", sc.MS_SLAVE), ("rshared", sc.MS_SHARED | sc.MS_REC)],
)
def test_propagation_stands_apart_from_flags(word: str, propagation: int) -> None:
    options = MountOptions.parse(("ro", word), "bind")
    assert (options.propagation, options.flags) == (propagation, sc.MS_RDONLY)
