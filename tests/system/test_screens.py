"""What a user sees in a terminal emulator is the same in a container as in a plain shell, key by key."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, background
from tests.support.tmux import Window

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux on this machine: apt-get install tmux")

# Not busybox's shell: it asks the terminal where the cursor is, and drops what is typed beside the answer.
SHELL = ("env", "-i", "LC_ALL=C.UTF-8", "TERM=screen", "PATH=/usr/bin:/bin", "PS1=> ", "bash", "--norc", "--noprofile")


@pytest.fixture(scope="module")
def container(pod: CommandLine, debian: str) -> Iterator[str]:
    """A Debian container that sleeps, with busybox for its editor."""
    busybox = shutil.which("busybox")
    with background(pod, "-v", f"{busybox}:/bin/busybox:ro", debian, "sleep", "1000") as running:
        yield running


@pytest.fixture(params=["run", "exec"])
def both(
    request: pytest.FixtureRequest, pod: CommandLine, debian: str, container: str, scratch: Path
) -> Iterator[list[Window]]:
    """Two windows: a shell of the machine, and the same shell in a container."""
    folder = tempfile.mkdtemp(dir=scratch)
    sockets = [f"{folder}/plain", f"{folder}/contained"]
    volumes = ["--volumes-from", container]
    inside = {
        "exec": ["exec", "-it", container],
        "run": ["run", "--rm", "-it", *NO_NETWORK, *volumes, debian],
    }[request.param]
    with (
        Window(SHELL, pod.env, sockets[0]) as plain,
        Window(pod.argv(*inside, *SHELL), pod.env, sockets[1]) as contained,
    ):
        for window in (plain, contained):
            window.wait_for_last(">")
            window.type("unset HISTFILE; cd $(mktemp -d); clear\n")
            window.wait_for_only(">")
        yield [plain, contained]


def screens(both: list[Window], act: Callable[[Window], object]) -> list[list[str]]:
    """Do the same in both windows, which prints DONE at its end; return the screens when the prompt is back."""
    for window in both:
        act(window)
    for window in both:
        window.wait_for("DONE")
    return [window.wait_for_last(">") for window in both]


def assert_same(both: list[Window], act: Callable[[Window], object]) -> list[str]:
    plain, contained = screens(both, act)
    assert contained == plain
    return plain


def test_lines_that_wrap_and_characters_of_any_width(both: list[Window]) -> None:
    assert_same(both, lambda window: window.type("echo " + "wörd 漢字 " * 12 + "; echo DO'NE'\n"))


def test_editing_and_history(both: list[Window]) -> None:
    def act(window: Window) -> None:
        window.type("echo first\n")
        window.wait_for_line("first")
        window.wait_for_last(">")  # a key that comes before the shell reads is echoed by the terminal
        window.type("echo secXnd")
        window.press("Left", "Left", "BSpace")
        window.type("o")
        window.press("Enter")
        window.wait_for_line("second")
        window.wait_for_last(">")
        window.press("Up", "Up", "Enter")
        window.type("echo DO'NE'\n")

    assert assert_same(both, act).count("first") == 2


def test_interrupt_and_job_control(both: list[Window]) -> None:
    def act(window: Window) -> None:
        window.type("sh -c 'echo A'IS'; exec sleep 1000'\n")
        window.wait_for("AIS")
        window.press("C-c")
        window.wait_for_last(">")
        window.type("echo code $?\n")
        window.wait_for("code 130")
        window.wait_for_last(">")
        window.type("sh -c 'echo B'IS'; exec sleep 1000'\n")
        window.wait_for("BIS")
        window.press("C-z")
        window.wait_for_last(">")
        window.type("jobs; kill %1; fg; echo DO'NE'\n")

    assert_same(both, act)


def test_size_follows_the_window(both: list[Window]) -> None:
    for window in both:
        window.resize(100, 30)
    assert_same(both, lambda window: window.type("sleep 0.3; stty size; echo DO'NE'\n"))
    assert any(line == "30 100" for line in both[1].screen())


def test_full_screen_editor(both: list[Window]) -> None:
    def act(window: Window) -> None:
        window.type("busybox vi file\n")
        window.wait_for("~")
        window.type("isome text\nand more")
        window.press("Escape")
        window.wait_for("- file")
        window.press("k", "0", "x")

    for window in both:
        act(window)
    plain, contained = [window.wait_for("ome text") for window in both]
    assert contained == plain
    assert_same(both, lambda window: window.type(":wq\ncat file; echo DO'NE'\n"))


def test_paste_of_100_kilobytes(both: list[Window]) -> None:
    text = "".join(f"{n:099}\n" for n in range(1000))

    def act(window: Window) -> None:
        window.type("stty -echo; echo READ'Y'; md5sum; stty echo; echo DO'NE'\n")
        window.wait_for("READY")
        window.paste(text)
        window.press("C-d")

    assert_same(both, act)
