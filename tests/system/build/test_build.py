"""`build`: Dockerfiles to images."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import contexts
from tests.support.commands import CommandLine
from tests.support.containers import run
from tests.support.terminal import Terminal
from tests.support.web import served
from tests.system.build.conftest import Files

NO_NETWORK = "--network=none"


def inspect(pod: CommandLine, image: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(pod("image", "inspect", image).ok().stdout)[0]
    return document


def leftovers(pod: CommandLine) -> list[str]:
    """Return what unfinished builds have left in the store."""
    root = Path(pod.prefix[pod.prefix.index("--root") + 1])
    return [entry for place in ("staging", "trash") if (root / place).exists() for entry in os.listdir(root / place)]


def test_image_has_what_its_steps_made_and_runs(pod: CommandLine, build: Callable[..., Any]) -> None:
    text = 'FROM busybox\nARG WHO=you\nENV GREETING="hello $WHO"\nWORKDIR /w\nCOPY a.txt b/\n'
    text += 'RUN echo "$GREETING" > c.txt\nCMD cat b/a.txt c.txt\n'
    build(text, "-t", "made", files={"a.txt": "of the context\n"}).ok()
    assert run(pod, "made").ok().stdout == "of the context\nhello you\n"
    config = inspect(pod, "made")["Config"]
    assert config["Env"][-1] == "GREETING=hello you"
    assert config["WorkingDir"] == "/w"
    assert config["Cmd"] == ["/bin/sh", "-c", "cat b/a.txt c.txt"]


def test_second_build_does_nothing_and_gives_the_same_id(build: Callable[..., Any]) -> None:
    text = "FROM busybox\nRUN date +%N > /when\nLABEL a=b\n"
    first = build(text).ok()
    second = build(text).ok()
    assert first.stdout == second.stdout
    assert "CACHED" in second.stderr and "DONE" not in second.stderr
    assert build(text, "--no-cache").ok().stdout != first.stdout


def test_cache_sees_content_and_mode_but_no_times(build: Callable[..., Any], tmp_path: Path) -> None:
    text = "FROM busybox\nCOPY f /f\nRUN date +%N > /when\n"
    first = build(text, files={"f": "1"}).ok().stdout
    os.utime(tmp_path / "context" / "f", (1, 1))
    assert build(text).ok().stdout == first
    (tmp_path / "context" / "f").chmod(0o755)
    second = build(text).ok().stdout
    assert second != first
    assert build(text, files={"f": "2"}).ok().stdout != second


def test_metadata_does_not_invalidate_steps(build: Callable[..., Any]) -> None:
    build("FROM busybox\nLABEL version=1\nRUN date +%N > /when\n").ok()
    assert "CACHED" in build("FROM busybox\nLABEL version=2\nCMD x\nRUN date +%N > /when\n").ok().stderr


def test_build_arg_counts_only_where_it_is_declared(build: Callable[..., Any]) -> None:
    text = "FROM busybox\nRUN date +%N > /before\nARG X\nRUN echo $X; date +%N > /after\n"
    build(text, "--build-arg", "X=1").ok()
    told = build(text, "--build-arg", "X=2").ok().stderr
    assert told.count("CACHED") == 1
    assert "were not consumed: Y" in build(text, "--build-arg", "Y=2").ok().stderr


def test_only_needed_stages_run(pod: CommandLine, build: Callable[..., Any]) -> None:
    text = "FROM busybox AS one\nRUN echo 1 > /one\nFROM busybox AS unused\nRUN false\n"
    text += "FROM busybox AS last\nCOPY --from=one /one /\nRUN cat /one\n"
    assert "1" in build(text, "-t", "staged").ok().stderr
    assert run(pod, "staged", "cat", "/one").ok().stdout == "1\n"
    build(text, "--target", "one", "-t", "only-one").ok()
    assert build(text, "--target", "lost").stderr.startswith("Error: there is no stage 'lost'")


def test_independent_stages_run_side_by_side(build: Callable[..., Any]) -> None:
    """Each waits for the other's sign in a cache mount that both have: one after the other would never end."""
    wait = "--mount=type=cache,id=meet,target=/m timeout 20 sh -c 'touch /m/{}; until [ -e /m/{} ]; do sleep 0.1; done'"
    text = f"FROM busybox AS a\nRUN {wait.format('a', 'b')}\nFROM busybox AS b\nRUN {wait.format('b', 'a')}\n"
    text += "FROM scratch\nCOPY --from=a /etc/passwd /a\nCOPY --from=b /etc/passwd /b\n"
    build(text, "--jobs", "2", "--no-cache").ok()


def test_failing_step_shows_output_and_line_and_keeps_nothing(pod: CommandLine, build: Callable[..., Any]) -> None:
    before = pod("images", "-aq").ok().lines
    result = build("FROM busybox\nRUN echo told && exit 7\n", "-t", "never")
    assert result.code == 7
    assert "told" in result.stderr
    assert "Error: Dockerfile:2: RUN echo told && exit 7: exit code 7" in result.stderr
    assert "   2 | RUN echo told && exit 7" in result.stderr
    assert pod("images", "-aq").ok().lines == before
    assert leftovers(pod) == []


def test_program_that_is_not_there(build: Callable[..., Any]) -> None:
    result = build('FROM busybox\nRUN ["/no/such"]\n')
    assert result.code == 127
    assert "/no/such" in result.stderr


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("FROM busybox\nCOPY nofile /\n", "Error: Dockerfile:2:6: COPY: nofile is not in the context"),
        ("FROM busybox\nCOPY --from=nix /a /\n", "neither a stage nor an image"),
        ("FROM busybox AS a\nCOPY --from=b /x /\nFROM busybox AS b\nCOPY --from=a /x /\n", "stages need each other"),
        ("FROM busybox\nRUN --mount=type=cach,target=/x true\n", "Error: Dockerfile:2:5: --mount: there is no type"),
        ("FROM busybox\nRUN --mount=type=secret,id=x,required=true true\n", "there is no secret x"),
        ("FROM busybox\nCOPY --chown=nobdy Dockerfile /\n", 'no user "nobdy" in the image'),
        ("FROM $NONE\n", "the name of the base image is empty"),
        ("FROM busybox\nVOLUME []\n", "Error: Dockerfile:2:8: VOLUME needs a value"),
        ("FROM busybox\nHEALTHCHECK --interval=x CMD y\n", "Error: Dockerfile:2:13: --interval: invalid duration 'x'"),
        ("FROM Busy!\n", "Error: Dockerfile:1:6: cannot get the base image Busy!: invalid reference"),
        ("FROM busybox\nUSER nobdy\nRUN id\n", 'no user "nobdy" in the image'),
    ],
)
def test_mistakes_are_explained(build: Callable[..., Any], text: str, error: str) -> None:
    result = build(text)
    assert result.code == 1 or "USER" in text
    assert error in result.stderr


def test_missing_source_lists_near_names_and_tells_what_hides_it(build: Callable[..., Any]) -> None:
    files: Files = {"main.py": "", ".dockerignore": "# c\nhidden*\n", "hidden.txt": ""}
    assert "there is main.py" in build("FROM busybox\nCOPY mian.py /\n", files=files).stderr
    result = build("FROM busybox\nCOPY hidden.txt /\n", files=files)
    assert "line 2 of .dockerignore hides it: hidden*" in result.stderr
    result = build("FROM busybox\nCOPY *.txt /\n", files=files)
    assert "hidden.txt is there, but line 2 of .dockerignore hides it: hidden*" in result.stderr
    mount = build("FROM busybox\nRUN --mount=type=bind,source=mian.py,target=/m true\n", files=files).stderr
    assert "Error: Dockerfile:2:5: --mount: mian.py is not in the context" in mount and "there is main.py" in mount
    assert "leads out of the context" in build("FROM busybox\nCOPY ../x /\n", files=files).stderr


def test_ignored_files_are_not_copied(pod: CommandLine, build: Callable[..., Any]) -> None:
    files: Files = {
        ".dockerignore": "*\n!src\nsrc/*.o\n", "src/a.c": "", "src/a.o": "", "top": "", "src/deep/b.c": ""
    }  # fmt: skip
    build("FROM busybox\nCOPY . /w/\n", "-t", "ignoring", files=files).ok()
    assert run(pod, "ignoring", "find", "/w", "-type", "f").lines == ["/w/src/a.c", "/w/src/deep/b.c"]
    files["Dockerfile.dockerignore"] = "src\n"
    build("FROM busybox\nCOPY . /w/\n", "-t", "ignoring", files=files).ok()
    assert "/w/top" in run(pod, "ignoring", "find", "/w", "-type", "f").lines


def test_bind_mount_shows_no_ignored_files(build: Callable[..., Any]) -> None:
    files: Files = {
        ".dockerignore": "secret\ndeep/*\n!deep/kept\n",
        "secret/s": "",
        "f": "",
        "deep/kept": "",
        "deep/x": "",
    }
    text = "FROM busybox\nRUN --mount=type=bind,target=/c cd /c && ls -1 . deep | tr '\\n' ' '; ! test -e secret\n"
    assert ".: Dockerfile deep f  deep: kept" in build(text, files=files).ok().stderr
    text = text.replace("target", "rw,target")
    assert ".: Dockerfile deep f  deep: kept" in build(text, files=files).ok().stderr


def test_quiet_build_shows_what_a_failing_step_wrote(build: Callable[..., Any]) -> None:
    assert build("FROM busybox\nRUN echo fine\n", "-q").ok().stderr == ""
    result = build("FROM busybox\nRUN echo fine\nRUN echo told; false\n", "-q", "--no-cache")
    assert result.stderr.startswith("told\nError: Dockerfile:3: RUN echo told; false: exit code 1\n")


def test_folder_of_a_volume_is_there_for_run(pod: CommandLine, build: Callable[..., Any]) -> None:
    """As with Docker's first builder and Podman; what is written to it stays, as with BuildKit."""
    build("FROM busybox\nVOLUME /data/v /unused\nRUN echo x > /data/v/f\nCMD cat /data/v/f\n", "-t", "voluminous").ok()
    assert run(pod, "voluminous").ok().stdout == "x\n"


def test_other_contexts_are_folders_archives_and_images(
    pod: CommandLine, build: Callable[..., Any], tmp_path: Path
) -> None:
    contexts.write(tmp_path / "other", {"f": "folder\n", "hidden": "", ".dockerignore": "hidden\n"})
    contexts.write(tmp_path / "packed", {"f": "archive\n"})
    subprocess.run(["tar", "-czf", tmp_path / "packed.tar.gz", "-C", tmp_path / "packed", "f"], check=True)
    text = "FROM base\nCOPY --from=other . /o/\nCOPY --from=packed f /p\n"
    text += "COPY --from=base /etc/passwd /q\nCMD cat /o/f /p; ls /o\n"
    with served(tmp_path) as address:
        options = [f"other={tmp_path / 'other'}", f"packed={address}/packed.tar.gz", "base=docker-image://busybox"]
        build(text, *(word for option in options for word in ("--build-context", option)), "-t", "gathered").ok()
    assert run(pod, "gathered").ok().lines == ["folder", "archive", "f"]


def test_locked_cache_mounts_are_used_one_after_the_other_private_ones_apart(build: Callable[..., Any]) -> None:
    step = "RUN --mount=type=cache,id={0},target=/c,sharing={0} mkdir /c/in && sleep 0.3; r=$?; rmdir /c/in; exit $r\n"
    for sharing in ("locked", "private"):
        text = "".join(f"FROM busybox AS s{n}\nRUN echo {n}\n{step.format(sharing)}" for n in range(2))
        build(text + "FROM scratch\nCOPY --from=s0 /etc/passwd /a\nCOPY --from=s1 /etc/passwd /b\n", "--jobs", "2").ok()


def test_cache_mounts_never_wait_for_themselves_or_in_a_circle(build: Callable[..., Any]) -> None:
    one, other = (f"--mount=type=cache,sharing=locked,id={name},target=/{name}" for name in "ab")
    build(f"FROM busybox\nRUN {one} {one.replace('target=/a', 'target=/c')} touch /a/x && test -e /c/x\n").ok()
    text = f"FROM busybox AS x\nRUN {one} {other} sleep 0.2\nFROM busybox AS y\nRUN {other} {one} sleep 0.2\n"
    build(text + "FROM scratch\nCOPY --from=x /etc/passwd /a\nCOPY --from=y /etc/passwd /b\n", "--jobs", "2").ok()


def test_debug_shell_is_in_the_container_of_the_step_that_failed(pod: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path / "c", {"Dockerfile": "FROM busybox\nRUN echo left > /clue && false\n"})
    with Terminal(pod.argv("build", NO_NETWORK, "--debug-shell", str(folder)), pod.env) as terminal:
        terminal.expect("a shell in the container")
        terminal.type("cat /clue; exit\n")
        terminal.expect("left\r\n")
        assert terminal.wait() == 1
    assert leftovers(pod) == []


def test_clone_of_a_repository_finds_the_cache_of_another(pod: CommandLine, tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM busybox\nCOPY . /src\nRUN date +%N > /when\n", "d/f": "x", ".dockerignore": ".git\n"}
    git = CommandLine(["git", "-c", "user.name=a", "-c", "user.email=a@b"], pod.env)
    first = contexts.write(tmp_path / "first", files)
    (first / "link").symlink_to("d/f")
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "all")):
        git("-C", first, *words).ok()
    os.utime(first / "d/f", (1, 1))
    git("clone", "-q", first, tmp_path / "second").ok()
    ids = [pod("build", NO_NETWORK, "-q", folder).ok().stdout for folder in (first, tmp_path / "second")]
    assert ids[0] == ids[1]


def test_links_in_a_context_lead_nowhere_else(build: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    folder = contexts.write(tmp_path / "context", {"x": ""})
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "up").symlink_to("..")
    assert build("FROM busybox\nCOPY link /got\n").code == 1
    assert build("FROM busybox\nCOPY up/outside /got\n").code == 1


def test_killed_build_is_swept_by_the_next(pod: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path / "c", {"Dockerfile": "FROM busybox\nRUN echo begun; sleep 100\n"})
    argv = pod.argv("build", NO_NETWORK, "--no-cache", str(folder))
    process = subprocess.Popen(argv, env=pod.env, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while "begun" not in process.stderr.readline():
        pass
    process.kill()
    process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while leftovers(pod) and time.monotonic() < deadline:
        contexts.write(tmp_path / "d", {"Dockerfile": "FROM busybox\n"})
        pod("build", tmp_path / "d").ok()
    assert leftovers(pod) == []


def test_quiet_prints_the_id_only_and_iidfile_has_it(build: Callable[..., Any], tmp_path: Path) -> None:
    result = build("FROM busybox\nRUN true\n", "-q", "--iidfile", str(tmp_path / "id")).ok()
    assert result.stderr == ""
    assert (tmp_path / "id").read_text() == f"sha256:{result.stdout.strip()}"


def test_dockerfile_on_stdin_with_and_without_context(pod: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path / "c", {"f": "text"})
    pod("build", NO_NETWORK, "-t", "stdin", "-f", "-", folder, input=b"FROM busybox\nCOPY f /f\n").ok()
    assert run(pod, "stdin", "cat", "/f").ok().stdout == "text"
    pod("build", NO_NETWORK, "-t", "stdin", "-", input=b"FROM busybox\nRUN echo x > /x\n").ok()
    assert run(pod, "stdin", "cat", "/x").ok().stdout == "x\n"
    assert "no context" in pod("build", "-", input=b"FROM busybox\nCOPY f /f\n").stderr


def test_context_from_a_tarball_on_stdin(pod: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(tmp_path / "c", {"Dockerfile": "FROM busybox\nCOPY f /f\n", "f": "of the tarball"})
    archive = subprocess.run(["tar", "-cz", "-C", folder, "."], capture_output=True, check=True).stdout
    pod("build", "-t", "tarred", "-", input=archive).ok()
    assert run(pod, "tarred", "cat", "/f").ok().stdout == "of the tarball"


def test_secret_is_seen_by_its_step_and_stays_nowhere(pod: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("very secret")
    text = "FROM busybox\nRUN --mount=type=secret,id=t cat /run/secrets/t | wc -c > /n; stat -c %a /run/secrets/t\n"
    text += 'RUN --mount=type=secret,id=e,env=E test "$E" = value\nRUN test ! -e /run/secrets/t\n'
    options = ("--secret", f"id=t,src={tmp_path / 'token'}", "--secret", "id=e,env=FROM_ENV", "-t", "secretive")
    folder = contexts.write(tmp_path / "context", {"Dockerfile": text})
    result = CommandLine(pod.prefix, {**pod.env, "FROM_ENV": "value"})("build", NO_NETWORK, *options, folder).ok()
    assert " 400\n" in result.stderr
    assert run(pod, "secretive", "cat", "/n").ok().stdout.strip() == "11"
    assert "very secret" not in pod("history", "--no-trunc", "secretive").ok().stdout


def test_bind_cache_and_tmpfs_mounts(pod: CommandLine, build: Callable[..., Any]) -> None:
    text = (
        "FROM busybox AS other\nRUN echo other > /o\nFROM busybox\nWORKDIR /w\n"
        "RUN --mount=type=bind,target=/ctx --mount=type=bind,from=other,source=/o,target=/o"
        " cat /ctx/f /o > got; ! touch /ctx/new\n"
        "RUN --mount=type=bind,target=/ctx,rw touch /ctx/new; test -e /ctx/new\n"
        "RUN --mount=type=cache,target=/c,uid=5,mode=0700 stat -c '%u %a' /c > cache; echo kept >> /c/file\n"
        "RUN --mount=type=cache,target=/c cat /c/file >> cache\n"
        "RUN --mount=type=tmpfs,target=/t,size=1m mount | grep ' /t ' > tmpfs\n"
    )
    build(text, "-t", "mounting", files={"f": "context\n"}).ok()
    assert run(pod, "mounting", "cat", "got", "cache").ok().lines[:4] == ["context", "other", "5 700", "kept"]
    assert "tmpfs" in run(pod, "mounting", "cat", "tmpfs").stdout
    assert run(pod, "mounting", "ls", "/").lines == [
        name for name in run(pod, "mounting", "ls", "/").lines if name not in ("c", "ctx", "t", "o")
    ]


def test_prune_forgets_steps_and_their_layers(
    make_pod: Callable[[str], CommandLine], busybox_archive: Path, tmp_path: Path
) -> None:
    pod = make_pod("prune")
    pod("load", "-i", busybox_archive).ok()
    contexts.write(
        tmp_path, {"Dockerfile": "FROM busybox\nRUN --mount=type=cache,target=/c echo x > /c/x; echo y > /y\n"}
    )
    pod("build", NO_NETWORK, "-t", "x", tmp_path).ok()
    pod("rmi", "x").ok()
    assert "CACHED" in pod("build", NO_NETWORK, tmp_path).ok().stderr
    pod("rmi", "-f", *pod("images", "-q", "--filter", "dangling=true").ok().lines).ok()
    assert pod("builder", "prune", "-f").ok().stdout.startswith("Total reclaimed space: ")
    assert "CACHED" not in pod("build", NO_NETWORK, tmp_path).ok().stderr


def test_output_is_files_in_place_of_an_image(pod: CommandLine, build: Callable[..., Any], tmp_path: Path) -> None:
    text = "FROM busybox\nRUN mkdir /d && echo made > /d/f && ln -s f /d/l\nFROM scratch\nCOPY --from=0 /d /\n"
    before = pod("images", "-aq").ok().lines
    build(text, "-o", str(tmp_path / "out")).ok()
    assert (tmp_path / "out" / "f").read_text() == "made\n"
    assert (tmp_path / "out" / "l").readlink() == Path("f")
    result = build(text, "-o", "-").ok()
    names = subprocess.run(["tar", "-t"], input=result.raw, capture_output=True, check=True).stdout.decode().split()
    assert {"f", "l"} <= set(names)
    assert pod("images", "-aq").ok().lines == before
    archive = tmp_path / "image.tar"
    build(text, "-t", "outside", "-o", f"type=docker,dest={archive}").ok()
    assert "Loaded image: outside:latest" in pod("load", "-i", archive).ok().stdout


def test_squash_makes_one_layer(pod: CommandLine, build: Callable[..., Any]) -> None:
    text = "FROM busybox\nRUN echo 1 > /one\nRUN rm /etc/shadow; echo 2 > /two\n"
    build(text, "-t", "squashed", "--squash").ok()
    assert len(inspect(pod, "squashed")["RootFS"]["Layers"]) == 2
    assert run(pod, "squashed", "sh", "-c", "cat /one /two; ls /etc/shadow").lines == ["1", "2"]
    build(text, "-t", "squashed", "--squash-all").ok()
    assert len(inspect(pod, "squashed")["RootFS"]["Layers"]) == 1
    assert run(pod, "squashed", "sh", "-c", "cat /one /two; ls /etc/shadow").lines == ["1", "2"]


def test_options_of_the_image(pod: CommandLine, build: Callable[..., Any]) -> None:
    options = ("--label", "a=b", "--annotation", "c=d", "--env", "NEW=1", "--unsetenv", "OLD", "-t", "one", "-t", "two")
    build("FROM busybox\nENV OLD=x\n", *options).ok()
    document = inspect(pod, "one")
    assert document["Id"] == inspect(pod, "two")["Id"]
    assert document["Config"]["Labels"] == {"a": "b"}
    assert "NEW=1" in document["Config"]["Env"] and "OLD=x" not in document["Config"]["Env"]


def test_parents_excludes_and_documents(pod: CommandLine, build: Callable[..., Any]) -> None:
    text = (
        "FROM busybox\nARG X=expanded\nCOPY --parents a/b/c.txt d/./e/*.txt /p/\n"
        "COPY --exclude=*.md --exclude=x a /q/\n"
        "COPY --chmod=0640 <<one <<'two' /docs/\n$X\none\n$X\ntwo\n"
        "RUN <<EOF\n#!/bin/sh -e\necho script > /script\nEOF\nRUN <<-EOF\n\techo shell > /shell\nEOF\n"
        "RUN cat <<A > /cat\nheld $X\nA\n"
    )
    files: Files = {"a/b/c.txt": "c", "a/b/n.md": "", "a/x/y": "", "a/m.md": "", "d/e/f.txt": "f"}
    build(text, "-t", "newer", files=files).ok()
    found = run(pod, "newer", "find", "/p", "/q", "/docs", "-type", "f").lines
    assert sorted(found) == ["/docs/one", "/docs/two", "/p/a/b/c.txt", "/p/e/f.txt", "/q/b/c.txt", "/q/b/n.md"]
    lines = run(pod, "newer", "cat", "/docs/one", "/docs/two", "/script", "/shell", "/cat").lines
    assert lines == ["expanded", "$X", "script", "shell", "held expanded"]


def test_add_fetches_urls_and_repositories(pod: CommandLine, build: Callable[..., Any], tmp_path: Path) -> None:
    contexts.write(tmp_path / "served", {"file.txt": "fetched"})
    with served(tmp_path / "served") as address:
        checksum = "sha256:" + hashlib.sha256(b"fetched").hexdigest()
        text = (
            f"FROM busybox\nADD --checksum={checksum} {address}/file.txt /in/\nADD --chmod=644 {address}/file.txt /as\n"
        )
        build(text, "-t", "fetching").ok()
        assert run(pod, "fetching", "cat", "/in/file.txt", "/as").ok().stdout == "fetchedfetched"
        assert run(pod, "fetching", "stat", "-c", "%a", "/in/file.txt", "/as").lines == ["600", "644"]
        wrong = build(f"FROM busybox\nADD --checksum=sha256:{'0' * 64} {address}/file.txt /\n")
        assert "is damaged: its digest is" in wrong.stderr
        assert "404" in build(f"FROM busybox\nADD {address}/none /\n").stderr


def test_check_shows_what_is_unwise_and_builds_nothing(pod: CommandLine, build: Callable[..., Any]) -> None:
    before = pod("images", "-aq").ok().lines
    result = build("FROM busybox\nMAINTAINER me\nRUN false\n", "--check")
    assert result.code == 1
    assert result.stdout.startswith("WARNING: MaintainerDeprecated - https://")
    assert "   2 | >>> MAINTAINER me\n" in result.stdout
    assert result.lines[-1] == "Check complete, 1 warning has been found!"
    assert build('FROM busybox\nCMD ["x"]\n', "--check").ok().stdout == "Check complete, no warnings found.\n"
    failing = build("# check=error=true\nFROM busybox\nMAINTAINER me\n")
    assert failing.code == 1 and "MaintainerDeprecated" in failing.stderr
    assert pod("images", "-aq").ok().lines == before


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed: apt-get install git")
def test_repository_as_context_and_source(pod: CommandLine, tmp_path: Path) -> None:
    folder = contexts.write(
        tmp_path / "repo.git",
        {"Dockerfile": "FROM busybox\nCOPY f /f\n", "f": "one\n", "sub/Dockerfile": "FROM busybox\n"},
    )
    git = CommandLine(["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b"], pod.env)
    git("init", "-q", "-b", "main").ok()
    git("add", ".").ok()
    git("commit", "-q", "-m", "one").ok()
    git("tag", "v1").ok()
    (folder / "f").write_text("two\n")
    git("commit", "-q", "-a", "-m", "two").ok()
    git("update-server-info").ok()
    with served(tmp_path) as address:
        url = f"{address}/repo.git/.git"
        pod("build", NO_NETWORK, "-t", "cloned", f"{url}#v1").ok()
        assert run(pod, "cloned", "cat", "/f").ok().stdout == "one\n"
        pod("build", NO_NETWORK, "-t", "cloned", url).ok()
        assert run(pod, "cloned", "cat", "/f").ok().stdout == "two\n"
        pod("build", NO_NETWORK, f"{url}#main:sub").ok()
        text = (
            f"FROM busybox\nADD {url}#v1 /src\nADD --keep-git-dir=true {url}#v1 /kept\nRUN ls -a /kept | grep -x .git\n"
        )
        contexts.write(tmp_path / "add", {"Dockerfile": text})
        pod("build", NO_NETWORK, "-t", "added", tmp_path / "add").ok()
        assert run(pod, "added", "cat", "/src/f").ok().stdout == "one\n"


@pytest.mark.parametrize("name", ["Dockerfile", ".dockerignore", "Dockerfile.dockerignore"])
@pytest.mark.parametrize("target", ["{secret}", "../../../../../../../../{secret}", "/proc/self/root/{secret}"])
def test_links_of_a_foreign_context_give_no_file_of_the_host_away(
    pod: CommandLine, tmp_path: Path, name: str, target: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET WORDS\n!!\n")
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        if name != "Dockerfile":
            member = tarfile.TarInfo("Dockerfile")
            member.size = len(b"FROM busybox\nCOPY . /x\n")
            tar.addfile(member, io.BytesIO(b"FROM busybox\nCOPY . /x\n"))
        link = tarfile.TarInfo(name)
        link.type, link.linkname = tarfile.SYMTYPE, target.format(secret=secret)
        tar.addfile(link)
    result = pod("build", "-t", "foreign", "-", input=stream.getvalue())
    assert "SECRET" not in result.stdout + result.stderr
    assert (result.code == 0) == (name != "Dockerfile")


def test_a_fifo_as_dockerfile_of_a_foreign_context_is_not_waited_for(pod: CommandLine) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        fifo = tarfile.TarInfo("Dockerfile")
        fifo.type = tarfile.FIFOTYPE
        tar.addfile(fifo)
    result = pod("build", "-", input=stream.getvalue(), timeout=30)
    assert result.code == 1 and "there is no Dockerfile" in result.stderr
