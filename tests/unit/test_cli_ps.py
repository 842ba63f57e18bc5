"""`ps` lists, filters, orders and formats as Docker and Podman do; the containers are documents on disk."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from pod.cli.main import main
from tests.support.container_documents import write_container

ID = "a1b2c3d4e5f6" + "0" * 52


class Pod:
    """The command line in this process, on a store of documents."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.capsys = capsys
        self.code = 0
        self.stderr = ""

    def __call__(self, *words: str, program: str = "pod") -> str:
        self.code = main([program, "--root", str(self.root), "--runroot", f"{self.root}/run", *words])
        output = self.capsys.readouterr()
        self.stderr = output.err
        return output.out

    def lines(self, *words: str) -> list[str]:
        return self(*words).splitlines()


@pytest.fixture
def pod(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Pod:
    """A store with four containers: web runs, db is paused, job has failed, new was never started."""
    write_container(tmp_path, "web", id=ID, age=300, status="running", labels={"app": "web", "tier": "front"})
    write_container(tmp_path, "db", age=7200, status="paused", image_name="localhost/postgres:15", labels={"app": "db"})
    write_container(tmp_path, "job", age=60, status="exited", exit_code=3, command=("sh", "-c", 'echo "x"; exit 3'))
    write_container(tmp_path, "new", age=10)
    return Pod(tmp_path, capsys)


def names(pod: Pod, *words: str) -> list[str]:
    return pod.lines("ps", "--format", "{{.Names}}", *words)


def test_the_columns_are_dockers(pod: Pod) -> None:
    heading, *rows = [re.split(r"   +", line) for line in pod.lines("ps", "-a")]
    assert heading == ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
    assert rows[2] == ["a1b2c3d4e5f6", "busybox:latest", '"sleep 1000"', "5 minutes ago", "Up 4 minutes", "web"]


def test_only_running_containers_are_shown_unless_more_is_asked_for(pod: Pod) -> None:
    assert names(pod) == ["web", "db"]
    assert names(pod, "-a") == ["new", "job", "web", "db"]


def test_the_last_created_are_shown_running_or_not(pod: Pod) -> None:
    assert names(pod, "-n", "2") == ["new", "job"]
    assert names(pod, "-l") == ["new"]
    assert names(pod, "-n", "0") == []


def test_the_status_reads_as_dockers(pod: Pod) -> None:
    statuses = pod.lines("ps", "-a", "--format", "{{.Names}}: {{.Status}} {{.State}} {{.RunningFor}}")
    assert statuses == [
        "new: Created created 10 seconds ago",
        "job: Exited (3) 59 seconds ago exited About a minute ago",
        "web: Up 4 minutes running 5 minutes ago",
        "db: Up 2 hours (Paused) paused 2 hours ago",
    ]


def test_quiet_prints_ids_short_or_whole(pod: Pod) -> None:
    assert pod.lines("ps", "-q")[0] == "a1b2c3d4e5f6"
    assert pod.lines("ps", "-q", "--no-trunc")[0] == ID


def test_long_commands_are_shortened_and_quoted(pod: Pod) -> None:
    job = ["ps", "-f", "name=job", "-a", "--format", "{{.Command}}"]
    assert pod(*job) == '"sh -c echo \\"x\\"; exi…"\n'
    assert pod(*job, "--no-trunc") == '"sh -c echo \\"x\\"; exit 3"\n'


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["status=exited"], ["job"]),
        (["status=exited", "status=created"], ["new", "job"]),
        (["status=running"], ["web"]),
        (["exited=3"], ["job"]),
        (["exited=0"], []),
        (["command=nosuch"], []),
        (["name=e"], ["web"]),
        (["name=^/web$"], ["web"]),
        (["name=^we"], ["web"]),
        (["name=eb|db"], ["web", "db"]),
        (["id=a1b2"], ["web"]),
        (["label=app"], ["web", "db"]),
        (["label=app=web"], ["web"]),
        (["label=app", "label=tier"], ["web"]),
        (["label!=tier"], ["db"]),
        (["ancestor=busybox"], ["web"]),
        (["ancestor=busybox:latest"], ["web"]),
        (["ancestor=busybox:1"], []),
        (["ancestor=localhost/postgres"], ["db"]),
        (["ancestor=abababab"], ["web", "db"]),
        (["before=web"], ["db"]),
        (["since=db"], ["web"]),
        (["network=none"], ["web", "db"]),
        (["network=host"], []),
        (["health=none"], ["web", "db"]),
        (["is-task=true"], []),
        (["until=1h"], ["db"]),
        (["name=web", "label=app=db"], []),
    ],
)
def test_filters(pod: Pod, filters: list[str], expected: list[str]) -> None:
    assert names(pod, *(word for text in filters for word in ("--filter", text))) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo=1", "there is no filter 'foo'"),
        ("name", 'invalid value "name" for --filter: it is written KEY=VALUE'),
        ("exited=x", 'invalid value "x" for --filter exited: it is an exit code'),
        ("before=nosuch", 'no such container: "nosuch"'),
    ],
)
def test_a_filter_that_cannot_be_is_refused(pod: Pod, text: str, message: str) -> None:
    assert pod("ps", "--filter", text) == ""
    assert pod.code == 125
    assert pod.stderr.startswith(f"Error: {message}\n")


def test_an_unknown_filter_lists_those_that_exist(pod: Pod) -> None:
    pod("ps", "--filter", "foo=1")
    assert "ancestor, before, command, exited" in pod.stderr


def test_a_column_to_sort_by(pod: Pod) -> None:
    assert names(pod, "-a", "--sort", "names") == ["db", "job", "new", "web"]
    assert names(pod, "-a", "--sort", "created") == ["db", "web", "job", "new"]
    pod("ps", "--sort", "foo")
    assert pod.stderr.startswith('Error: invalid value "foo" for --sort: it is one of command, created')


def test_namespaces_are_shown_by_their_numbers(pod: Pod) -> None:
    heading, web, *_ = [line.split() for line in pod.lines("ps", "--ns")]
    assert heading[-6:] == ["IPC", "MNT", "NET", "PIDNS", "USERNS", "UTS"]
    assert web[4:6] == [os.readlink(f"/proc/self/ns/{kind}").strip("ipcmnt:[]") for kind in ("ipc", "mnt")]
    assert pod.lines("ps", "--format", "{{.MNT}} {{.Namespaces.IPC}}")[0] == f"{web[5]} {web[4]}"
    assert pod.lines("ps", "-a", "--ns", "--noheading")[0].split()[1:] == ["new", "0"]


def test_pods_are_two_more_columns(pod: Pod) -> None:
    assert pod.lines("ps", "--pod")[0].endswith("NAMES     POD ID    PODNAME")


def test_sync_and_external_change_nothing_that_is_shown(pod: Pod) -> None:
    assert pod("ps", "-q", "--sync", "--external") == pod("ps", "-q")


def test_templates_know_dockers_and_podmans_fields(pod: Pod) -> None:
    fields = '{{.ID}} {{.Image}} {{.Labels}} {{.Label "app"}} {{.Networks}} {{.Pod}}{{.ExitCode}} {{.ImageID}}'
    assert pod.lines("ps", "--format", fields)[0] == (
        "a1b2c3d4e5f6 busybox:latest app=web,tier=front web none 0 abababababab"
    )


def test_a_table_of_chosen_columns_has_headings(pod: Pod) -> None:
    assert pod.lines("ps", "--format", "table {{.Names}}\t{{.RunningFor}}")[0] == "NAMES     CREATED"
    assert pod.lines("ps", "--noheading")[0].startswith("a1b2c3d4e5f6")


def test_an_unknown_field_is_an_error_and_not_a_blank(pod: Pod) -> None:
    pod("ps", "--format", "{{.Nonsense}}")
    assert pod.code == 125
    assert "Nonsense" in pod.stderr


def test_json_is_podmans_array(pod: Pod) -> None:
    documents = json.loads(pod("ps", "-a", "--format", "json"))
    web = documents[2]
    assert (web["Id"], web["Names"], web["Command"], web["State"]) == (ID, ["web"], ["sleep", "1000"], "running")
    assert documents[1]["ExitCode"] == 3


def test_json_is_dockers_when_called_as_docker(pod: Pod) -> None:
    first = json.loads(pod("ps", "--format", "json", program="/usr/bin/docker").splitlines()[0])
    assert first["Names"] == "web"
    assert first["Command"] == '"sleep 1000"'
    assert sorted(first) == sorted(
        "Command CreatedAt ID Image Labels LocalVolumes Mounts Names Networks Platform Ports RunningFor Size State "
        "Status".split()
    )


def test_an_empty_store_has_no_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = Pod(tmp_path / "nothing", capsys)
    assert empty.lines("ps", "-a") == ["CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"]
    assert empty("ps", "-aq") == ""
    assert empty("ps", "--format", "json") == "[]\n"


def test_a_container_whose_documents_are_unfinished_is_left_out(pod: Pod) -> None:
    (pod.root / "containers" / ("f" * 64)).mkdir()
    assert len(pod.lines("ps", "-aq")) == 4
