"""What people read: help fits 80 columns and is complete; mistakes are explained in one line with a hint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pod.cli import tree
from pod.cli.definitions import define
from pod.cli.main import main
from pod.errors import PodError

ROOT = Path(__file__).parents[2]
NAMES = [name for entry in tree.COMMANDS for name in entry.names]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["pod", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("name", NAMES)
def test_help_of_every_command_fits_and_names_every_option(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *name.split(), "--help")
    assert (code, err) == (0, "")
    assert out.startswith((f"Usage: pod {name} ", f"Usage: pod {name}\n"))
    text, _, _examples = out.partition("Examples:")
    assert max(map(len, text.splitlines())) <= 80
    found = tree.find(name.split())
    assert found is not None
    for spelling in define(found[0]).spec.options:
        assert spelling in out, f"help does not tell of {spelling}"


@pytest.mark.parametrize("entry", tree.COMMANDS, ids=lambda entry: entry.names[0])
def test_every_option_and_command_is_explained(entry: tree.Entry) -> None:
    definition = define(entry)
    assert definition.function.__doc__
    for parameter in definition.parameters:
        assert not parameter.is_option or parameter.info.help, f"{parameter.name} has no help"


@pytest.mark.parametrize("words", [["--help"], ["-h"], [], ["help"]])
def test_the_overview_has_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    shown = {line.split()[0] for line in out.splitlines() if line.startswith("  ")}
    assert {e.names[0] for e in tree.COMMANDS if " " not in e.names[0] and not e.hidden} <= shown
    assert "__complete" not in out


@pytest.mark.parametrize("words", [["image"], ["image", "--help"], ["help", "image"]])
def test_a_group_lists_its_commands(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert {"  ls", "  rm", "  load"} <= {
        line[: len(line.split("  ")[1]) + 2] for line in out.splitlines() if line[:2] == "  "
    }


@pytest.mark.parametrize("words", [["--version"], ["-v"], ["--root", "/nonexistent", "--version"], ["-Dv"]])
def test_the_version_is_printed_whatever_else_is_given(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert out.startswith("pod version ")


def test_help_on_a_command_is_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "help", "image", "ls") == run(capsys, "image", "ls", "--help")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ["run", "--nmae", "x"],
            "Error: unknown option --nmae\n  did you mean --name?\n  `pod run --help` lists the options\n",
        ),
        (
            ["ps", "-ax"],
            "Error: unknown option -x in -ax\n  `pod ps --help` lists the options\n",
        ),
        (
            ["pss"],
            "Error: unknown command `pod pss`\n  did you mean `pod ps`?\n  `pod --help` lists the commands\n",
        ),
        (
            ["container", "lss"],
            "Error: unknown command `pod container lss`\n  did you mean `pod container ls`?\n"
            "  `pod container --help` lists the commands\n",
        ),
        (
            ["machine", "start", "--help"],
            "Error: pod has no `pod machine`: containers run on this machine itself, with no virtual one in between\n",
        ),
        (
            ["system", "connection", "ls"],
            "Error: pod has no `pod system connection`: pod works on this machine only; on another one run "
            "`ssh HOST pod …`\n",
        ),
        (
            ["run"],
            "Error: missing argument IMAGE\n  usage: pod run [OPTIONS] IMAGE [COMMAND [ARG...]]\n"
            "  `pod run --help` lists the options\n",
        ),
        (
            ["ps", "x"],
            "Error: unexpected argument 'x': the command takes none\n  usage: pod ps [OPTIONS]\n"
            "  `pod ps --help` lists the options\n",
        ),
        (
            ["ps", "-n", "x"],
            "Error: invalid value 'x' for -n: it is a whole number\n  usage: pod ps [OPTIONS]\n"
            "  `pod ps --help` lists the options\n",
        ),
        (
            ["run", "--pull", "x", "busybox"],
            "Error: invalid value 'x' for --pull: it is one of missing, always, never, newer\n"
            "  usage: pod run [OPTIONS] IMAGE [COMMAND [ARG...]]\n  `pod run --help` lists the options\n",
        ),
        (
            ["--foo", "ps"],
            "Error: unknown option --foo\n  `pod --help` lists the options\n",
        ),
        (
            ["--log-level", "x", "ps"],
            "Error: invalid value 'x' for --log-level: it is one of trace, debug, info, warn, warning, error, fatal, "
            "panic\n  usage: pod [OPTIONS] COMMAND\n  `pod --help` lists the options\n",
        ),
        (
            ["kill", "-s", "FOO", "x"],
            "Error: unknown signal 'FOO'\n  signals are written SIGTERM, TERM or 15; `kill -l` lists them\n",
        ),
        (
            ["rm"],
            "Error: no container is named\n  give names or ids, or --all, --latest or --filter\n",
        ),
        (
            ["run", "--replace", "busybox"],
            "Error: --replace needs --name: it says which container to replace\n",
        ),
        (
            ["run", "-w", "rel", "busybox"],
            'Error: invalid value "rel" for --workdir: it is an absolute path in the container\n',
        ),
        (
            ["system", "migrate", "--new-runtime", "crun"],
            "Error: `pod system migrate` refuses --new-runtime: pod is its own runtime\n",
        ),
        (
            ["exec", "web"],
            "Error: no command is given\n  usage: pod exec [OPTIONS] CONTAINER COMMAND [ARG...]\n",
        ),
    ],
)
def test_a_mistake_gets_one_line_and_a_hint(words: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *words) == (125, "", error)


def test_an_error_of_the_engine_has_its_hint_and_its_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_in_ps(monkeypatch, PodError("it broke", hint="mend it\nor not", exit_code=77))
    assert run(capsys, "ps") == (77, "", "Error: it broke\n  mend it\n  or not\n")


def test_a_bug_is_one_line_and_tells_how_to_see_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_in_ps(monkeypatch, KeyError("x"))
    expected = (
        "Error: this is a bug in pod: KeyError: 'x'\n  run it again as `pod --log-level=debug …` for the traceback\n"
    )
    assert run(capsys, "ps") == (125, "", expected)


@pytest.mark.parametrize("option", ["--log-level=debug", "--debug", "-D"])
def test_at_debug_level_a_bug_has_its_traceback(
    option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raise_in_ps(monkeypatch, KeyError("x"))
    _, _, err = run(capsys, option, "ps")
    assert err.startswith("Traceback (most recent call last):\n") and "for the traceback" not in err


def raise_in_ps(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    from pod.cli.actions import ps

    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(ps, "show_containers", fail)


def pod(*words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "pod", *words], **options)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    result = pod("--help", stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (result.returncode, result.stderr) == (141, b"")


def test_a_full_disk_under_stdout_is_told_once() -> None:
    with open("/dev/full", "wb") as full:
        result = pod("--help", stdout=full, stderr=subprocess.PIPE)
    assert result.returncode == 125
    assert result.stderr == b"Error: standard output: No space left on device\n"


def test_closed_standard_streams_are_no_error() -> None:
    code = 'exec "$0" -m pod --version >&- 2>&-'
    assert subprocess.run(["sh", "-c", code, sys.executable]).returncode == 0


def test_an_interrupt_ends_pod_as_the_shell_expects() -> None:
    code = (
        "import os, signal, sys; from pod.cli import fastpath; from pod.cli.main import main\n"
        "fastpath.run = lambda *a: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.exit(main(['pod', 'ps']))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert (result.returncode, result.stderr) == (-signal.SIGINT, b"")


def test_output_is_utf8_whatever_the_locale_and_bytes_come_out_as_they_came_in() -> None:
    env = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": "/usr/bin"}
    result = pod("ps", "--caf\udce9", stderr=subprocess.PIPE, env=env, cwd=ROOT)
    assert result.stderr.startswith(b"Error: unknown option --caf\xe9\n")
    shown = pod("run", "--help", stdout=subprocess.PIPE, env=env, cwd=ROOT).stdout
    assert "source=…" in shown.decode("utf-8")
