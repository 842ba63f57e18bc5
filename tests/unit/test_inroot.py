"""Paths inside a root: whatever links the image has, nothing outside is opened or made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pod.runtime import inroot

LINKS = {
    "absolute": "{outside}",
    "relative": "../../../../../../../../..{outside}",
    "through proc": "/proc/self/root{outside}",
    "through a descriptor": "/proc/self/cwd/..{outside}",
}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "root").mkdir()
    fd = os.open(tmp_path / "root", os.O_PATH | os.O_DIRECTORY)
    yield fd
    os.close(fd)


@pytest.mark.parametrize("kind", LINKS)
def test_links_are_followed_inside_only(root: int, tmp_path: Path, outside: Path, kind: str) -> None:
    (tmp_path / "root" / "link").symlink_to(LINKS[kind].format(outside=outside))
    with pytest.raises(OSError):
        os.close(inroot.open_in_root(root, "/link/secret"))
    for make in (inroot.make_folder, inroot.make_file):
        try:
            fd = make(root, "/link/deep/made")
        except OSError:
            continue
        assert os.readlink(f"/proc/self/fd/{fd}").startswith(f"{tmp_path}/root/")
        os.close(fd)
    assert os.listdir(outside) == ["secret"]


@pytest.mark.parametrize("path", ["/../outside/secret", "../outside/secret", "/a/../../outside/secret"])
def test_dots_stop_at_the_root(root: int, outside: Path, path: str) -> None:
    assert (outside / "secret").exists()
    with pytest.raises(FileNotFoundError):
        inroot.open_in_root(root, path)


def test_link_inside_is_followed(root: int, tmp_path: Path) -> None:
    (tmp_path / "root" / "real").mkdir()
    (tmp_path / "root" / "link").symlink_to("/real")
    os.close(inroot.make_folder(root, "/link/below"))
    assert (tmp_path / "root" / "real" / "below").is_dir()


def test_loop_of_links_is_an_error(root: int, tmp_path: Path) -> None:
    (tmp_path / "root" / "a").symlink_to("b")
    (tmp_path / "root" / "b").symlink_to("a")
    for make in (inroot.make_folder, inroot.make_file):
        with pytest.raises(OSError, match="Too many levels"):
            make(root, "/a/x")


def test_link_that_leads_nowhere_is_an_error(root: int, tmp_path: Path) -> None:
    (tmp_path / "root" / "dangling").symlink_to("missing")
    for make in (inroot.make_folder, inroot.make_file):
        with pytest.raises(FileNotFoundError):
            make(root, "/dangling")
    assert os.listdir(tmp_path / "root") == ["dangling"]


def test_folder_and_file_are_made_with_their_parents(root: int, tmp_path: Path) -> None:
    os.close(inroot.make_folder(root, "/a/b/c/"))
    os.close(inroot.make_file(root, "/d/e/f"))
    assert (tmp_path / "root/a/b/c").is_dir() and (tmp_path / "root/d/e/f").is_file()


def test_what_exists_is_opened_as_it_is(root: int, tmp_path: Path) -> None:
    (tmp_path / "root" / "file").write_text("kept")
    os.close(inroot.make_file(root, "/file"))
    assert (tmp_path / "root" / "file").read_text() == "kept"
    with pytest.raises(NotADirectoryError):
        inroot.make_folder(root, "/file")


def test_folder_below_a_file_is_an_error(root: int, tmp_path: Path) -> None:
    (tmp_path / "root" / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        inroot.make_folder(root, "/file/below")
