"""`import`: an image from the tarball of a root filesystem."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import busybox
from tests.support.archives import COMPRESSIONS, sha256
from tests.support.commands import CommandLine
from tests.support.images import ARCHITECTURE
from tests.support.members import layer
from tests.system.images.stores import inspect, layers_of


def rootfs(folder: Path) -> Path:
    path = folder / "root.tar"
    path.write_bytes(layer(busybox.members()))
    return path


@pytest.mark.parametrize("compression", ["plain", "gzip", "xz", "zstd"])
def test_import_makes_an_image_of_a_root_filesystem(empty: CommandLine, folder: Path, compression: str) -> None:
    data = rootfs(folder).read_bytes()
    path = folder / "x"
    path.write_bytes(COMPRESSIONS[compression](data))
    printed = empty("import", path, "mine:1").ok().stdout.strip()
    assert printed == inspect(empty, "mine:1", "{{.Id}}")
    assert layers_of(empty, "mine:1") == [f"sha256:{sha256(data)}"]
    assert inspect(empty, "mine:1", "{{.Comment}}") == f"Imported from {path}"
    assert inspect(empty, "mine:1", "{{.Os}}/{{.Architecture}}") == f"linux/{ARCHITECTURE}"


def test_import_from_a_pipe_takes_changes_and_a_message(empty: CommandLine, folder: Path) -> None:
    changes = ['CMD ["echo", "hi"]', "ENV A=b", "EXPOSE 80", "LABEL l=v", "USER 33", "WORKDIR /srv", "VOLUME /data"]
    words = [word for change in changes for word in ("--change", change)]
    empty("import", *words, "-m", "from a pipe", "-", "mine", input=rootfs(folder).read_bytes()).ok()
    assert json.loads(inspect(empty, "mine", "{{json .Config}}")) | {"Env": None} == {
        **json.loads(inspect(empty, "mine", "{{json .Config}}")),
        "Cmd": ["echo", "hi"],
        "Env": None,
        "ExposedPorts": {"80/tcp": {}},
        "Labels": {"l": "v"},
        "User": "33",
        "WorkingDir": "/srv",
        "Volumes": {"/data": {}},
    }
    assert inspect(empty, "mine", "{{.Config.Env}} {{.Comment}}") == "[A=b] from a pipe"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["no-such-file"], "cannot read no-such-file: No such file or directory"),
        (["--change", "RUN x", "FILE"], "'RUN' cannot be changed"),
        (["FILE", "Upper"], "repository name must be lowercase"),
        (["FILE", "a@sha256:" + "0" * 64], "a digest is computed, not given"),
        (["NOTTAR"], "this is no tar archive"),
        (["EMPTY"], "the file is empty"),
        (["http://127.0.0.1:9/x.tar"], "cannot fetch http://127.0.0.1:9/x.tar"),
    ],
)
def test_a_bad_import_is_told_in_one_line_and_leaves_nothing(
    empty: CommandLine, folder: Path, words: list[str], complaint: str
) -> None:
    (folder / "nottar").write_bytes(b"x" * 2000)
    (folder / "empty").touch()
    places = {"FILE": rootfs(folder), "NOTTAR": folder / "nottar", "EMPTY": folder / "empty"}
    result = empty("import", *(str(places.get(word, word)) for word in words))
    assert result.code == 125
    assert complaint in result.stderr.splitlines()[0]
    assert result.stdout == ""
