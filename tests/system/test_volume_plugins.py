"""Volume plugins by Docker's protocol: a good one is used like any volume, a bad one is an error that names it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, eventually, shell, sleeping
from tests.support.folders import CHECKOUT

Start = Callable[..., Path]


@pytest.fixture
def home(session_env: dict[str, str]) -> Iterator[Path]:
    """The folder where plugins are looked for: that of the session's home."""
    folder = Path(session_env["HOME"]) / ".config" / "pod" / "plugins"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    for path in folder.iterdir():
        path.unlink()


@contextmanager
def serving(socket: Path, folder: Path, fault: str = "") -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    words = [sys.executable, "-m", "tests.support.volume_plugin", str(socket), str(folder), fault]
    process = subprocess.Popen(words, cwd=CHECKOUT)
    try:
        eventually(socket.exists, "the plugin's socket")
        yield
    finally:
        process.kill()
        process.wait()
        socket.unlink(missing_ok=True)


@pytest.fixture
def start(home: Path, tmp_path: Path, pod: CommandLine) -> Iterator[Start]:
    """Start a plugin called `example`, perhaps with a fault; return the folder that has its volumes."""
    with ExitStack() as stack:

        def run(fault: str = "") -> Path:
            stack.enter_context(serving(home / "example.sock", tmp_path / "volumes", fault))
            return tmp_path / "volumes"

        yield run
    with serving(home / "example.sock", tmp_path / "volumes"):
        pod("volume", "rm", "-a", "-f").ok()


def test_volume_of_a_plugin_is_used_like_any(pod: CommandLine, start: Start, tmp_path: Path) -> None:
    folder = start()
    pod("volume", "create", "-d", "example", "--opt", "size=big", "theirs").ok()
    assert json.loads((tmp_path / "options.json").read_text()) == {"size": "big"}
    assert shell(pod, "echo written >/v/x; cat /v/x", "-v", "theirs:/v").ok().stdout == "written\n"
    assert (folder / "theirs" / "x").read_text() == "written\n"
    assert pod("volume", "ls", "--format", "{{.Driver}} {{.Name}}").ok().lines == ["example theirs"]
    with sleeping(pod, "-v", "theirs:/v") as container:
        assert pod("volume", "inspect", "-f", "{{.Mountpoint}}", "theirs").ok().lines == [str(folder / "theirs")]
        assert pod("cp", f"{container}:/v/x", "-").ok().raw
        assert pod("volume", "rm", "theirs").code == 2
    assert pod("volume", "inspect", "-f", "{{.Mountpoint}}", "theirs").ok().lines == [""]  # unmounted with the last
    pod("volume", "rm", "theirs").ok()
    assert not (folder / "theirs").exists()


def test_volume_is_made_by_v_with_its_driver(pod: CommandLine, start: Start) -> None:
    folder = start()
    shell(pod, "touch /v/x", "--volume-driver", "example", "-v", "made:/v").ok()
    mount = "type=volume,source=more,target=/v,volume-driver=example,volume-opt=a=b"
    shell(pod, "touch /v/y", "--mount", mount).ok()
    shell(pod, "touch /v/z", "--volume-driver", "example", "-v", "/v").ok()  # nameless, and gone with its container
    assert [path.name for path in sorted(folder.iterdir())] == ["made", "more"]
    assert (folder / "made" / "x").exists() and (folder / "more" / "y").exists()


def test_reload_takes_over_what_plugins_have(pod: CommandLine, start: Start) -> None:
    folder = start()
    (folder / "found").mkdir()
    assert pod("volume", "reload").ok().lines == ["Added:", "found"]
    assert shell(pod, "touch /v/x", "-v", "found:/v").ok()
    (folder / "found" / "x").unlink()
    (folder / "found").rmdir()
    assert pod("volume", "reload").ok().lines == ["Removed:", "found"]


def test_plugin_is_found_by_its_address_and_in_containers_conf(pod: CommandLine, home: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "a.sock", tmp_path / "volumes"):
        (home / "byspec.spec").write_text(f"unix://{tmp_path}/a.sock\n")
        (home / "byjson.json").write_text(json.dumps({"Name": "byjson", "Addr": f"unix://{tmp_path}/a.sock"}))
        conf = tmp_path / "containers.conf"
        conf.write_text(f'[engine.volume_plugins]\nconfigured = "{tmp_path}/a.sock"\n')
        env = {**pod.env, "CONTAINERS_CONF": str(conf)}
        for driver in ("byspec", "byjson", "configured"):
            pod("volume", "create", "-d", driver, f"v-{driver}", env=env).ok()
            pod("volume", "rm", f"v-{driver}", env=env).ok()


FAULTS = {
    "root": "mounts bad at '/', which is no folder of its own",
    "proc": "mounts bad at '/proc/self/root', which is no folder of its own",
    "relative": "mounts bad at 'data', which is no absolute path",
    "missing": "mounts bad at '/no/such': No such file or directory",
    "list": "answers with a Mountpoint that is no text",
    "text": "fails at VolumeDriver.Mount: it answers with no JSON object: b'certainly'",
    "error": "fails at VolumeDriver.Mount: it answers with HTTP status 500",
    "endless": "fails at VolumeDriver.Mount: its answer is longer than 4194304 bytes",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_answer_is_an_error_that_says_what(pod: CommandLine, start: Start, fault: str) -> None:
    start(fault)
    pod("volume", "create", "-d", "example", "bad").ok()
    result = shell(pod, "ls /v", "-v", "bad:/v")
    assert result.code == 125 and result.stdout == ""
    assert f"volume plugin example {FAULTS[fault]}" in result.stderr


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_plugin_that_takes_its_time_is_not_waited_for(
    pod: CommandLine, start: Start, fault: str, tmp_path: Path
) -> None:
    start(fault)
    conf = tmp_path / "containers.conf"
    conf.write_text("[engine]\nvolume_plugin_timeout = 1\n")
    env = {**pod.env, "CONTAINERS_CONF": str(conf)}
    pod("volume", "create", "-d", "example", "late").ok()
    begun = time.monotonic()
    result = pod("run", "--rm", *NO_NETWORK, "-v", "late:/v", "busybox", "true", env=env)
    assert result.code == 125 and "no answer within 1 seconds" in result.stderr
    assert time.monotonic() - begun < 5


def test_plugin_that_is_down_is_named_and_nothing_is_lost(pod: CommandLine, home: Path, tmp_path: Path) -> None:
    with serving(home / "gone.sock", tmp_path / "volumes"):
        pod("volume", "create", "-d", "gone", "stranded").ok()
    for words in (("volume", "rm", "stranded"), ("run", "--rm", "-v", "stranded:/v", "busybox", "true")):
        result = pod(*words)
        assert result.code == 125 and "there is no volume plugin 'gone'" in result.stderr
    (home / "gone.sock").touch()  # a file that nobody listens at
    assert "Connection refused" in pod("volume", "rm", "stranded").stderr
    assert pod("volume", "ls", "-q").ok().lines == ["stranded"]
    assert pod("volume", "prune", "-f").ok().stdout == ""
    (home / "gone.sock").unlink()
    with serving(home / "gone.sock", tmp_path / "volumes"):
        pod("volume", "rm", "stranded").ok()


def test_program_that_is_no_volume_plugin_is_refused(pod: CommandLine, start: Start) -> None:
    start("no-driver")
    result = pod("volume", "create", "-d", "example", "x")
    assert result.code == 125 and "plugin example is no volume plugin" in result.stderr
    assert pod("volume", "create", "-d", "../x", "y").code == 125
