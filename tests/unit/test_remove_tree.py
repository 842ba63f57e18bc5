"""Removing trees: whatever their modes and depth, and nothing outside of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pod.linux import files


def test_a_tree_is_removed_whatever_its_modes(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "closed" / "inner" / "more").mkdir(parents=True)
    (top / "closed" / "inner" / "file").write_text("x")
    (top / "closed" / "inner").chmod(0)
    (top / "closed").chmod(0o500)
    files.remove_tree(str(top))
    assert not top.exists()


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    (tmp_path / "top" / "a").mkdir(parents=True)
    (tmp_path / "top" / "link").symlink_to(outside)
    (tmp_path / "top" / "a" / "link").symlink_to(outside)
    files.remove_tree(str(tmp_path / "top"))
    assert not (tmp_path / "top").exists() and (outside / "kept").exists()
    (tmp_path / "link").symlink_to(outside)
    files.remove_tree(str(tmp_path / "link"))
    assert not (tmp_path / "link").is_symlink() and (outside / "kept").exists()


def test_a_tree_deeper_than_any_path_and_any_stack_is_removed(tmp_path: Path) -> None:
    (tmp_path / "top").mkdir()
    fd = os.open(tmp_path / "top", os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("folder", dir_fd=fd)
        below = os.open("folder", os.O_RDONLY, dir_fd=fd)
        os.close(os.open(b"\xff", os.O_CREAT | os.O_WRONLY, dir_fd=below))
        os.close(fd)
        fd = below
    os.close(fd)
    files.remove_tree(str(tmp_path / "top"))
    assert not (tmp_path / "top").exists()


def test_a_file_and_nothing_at_all_are_fine(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    files.remove_tree(str(tmp_path / "file"))
    assert not (tmp_path / "file").exists()
    files.remove_tree(str(tmp_path / "file"))
    files.remove_tree(str(tmp_path / "no" / "such"))


def test_a_tree_into_which_somebody_puts_something_at_the_last_moment_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "top"
    top.mkdir()
    (top / "early").touch()
    late = iter([top / "late", top / "later"])
    rmdir = os.rmdir

    def rmdir_a_moment_later(name: str, *, dir_fd: int | None = None) -> None:
        if not any(top.iterdir()) and (path := next(late, None)):
            path.touch()
        rmdir(name, dir_fd=dir_fd)

    monkeypatch.setattr(os, "rmdir", rmdir_a_moment_later)
    files.remove_tree(str(top))
    assert not top.exists() and next(late, None) is None
