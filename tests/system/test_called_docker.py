"""Called `docker`, pod prints what Docker prints: its columns, its JSON, its templates' fields, and no banner."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine

ID, LONG_ID, DIGEST = "[0-9a-f]{12}", "[0-9a-f]{64}", "sha256:[0-9a-f]{64}"
AGO = r"(Less than a|\d+) seconds? ago"


@pytest.fixture(scope="module")
def docker(pod: CommandLine, scratch: Path) -> Iterator[CommandLine]:
    """Pod, called `docker`, with a container that runs, a volume, a network, a secret."""
    (scratch / "docker").symlink_to(pod.prefix[0])
    docker = CommandLine([str(scratch / "docker"), *pod.prefix[1:]], pod.env)
    docker("volume", "create", "--label", "kind=x", "data").ok()
    docker("network", "create", "lan").ok()
    docker("secret", "create", "word", "-", input="hidden").ok()
    words = ("run", "-d", "--name", "web", "--network", "none", "--label", "app=web", "-v", "data:/data:ro")
    docker(*words, "-v", "/tmp:/host", "busybox", "sleep", "1000").ok()
    yield docker
    docker("rm", "-f", "-t", "0", "web").ok()
    docker("network", "rm", "lan").ok()
    docker("volume", "rm", "data").ok()


def lines(*patterns: str) -> str:
    return "".join(f"{pattern}\n" for pattern in patterns)


TABLES = {
    "ps": lines(
        "CONTAINER ID   IMAGE     COMMAND        CREATED +STATUS +PORTS     NAMES",
        rf'{ID}   busybox   "sleep 1000"   {AGO} +Up (Less than a|\d+) seconds? +web',
    ),
    "images busybox": lines(
        "REPOSITORY   TAG       IMAGE ID       CREATED +SIZE", rf"busybox      latest    {ID}   .* ago +[\d.]+MB"
    ),
    "images --digests busybox": lines(
        "REPOSITORY   TAG       DIGEST +IMAGE ID       CREATED +SIZE",
        rf"busybox      latest    {DIGEST}   {ID}   .* ago +[\d.]+MB",
    ),
    "volume ls": lines("DRIVER    VOLUME NAME", "local     data"),
    "network ls --filter name=lan": lines("NETWORK ID +NAME      DRIVER    SCOPE", f"{ID}   lan       bridge    local"),
    "history busybox": lines("IMAGE          CREATED +CREATED BY +SIZE      COMMENT", rf"{ID}   .* ago .*MB +"),
    "system df": lines(
        "TYPE            TOTAL     ACTIVE    SIZE +RECLAIMABLE",
        r"Images          1         1         [\d.]+MB +0B",
        r"Containers      1         1         \S+ +0B",
        r"Local Volumes   1         1         \S+ +0B",
        r"Build Cache     0         0         0B        0B",
    ),
    "stats --no-stream web": lines(
        r"CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT +MEM %     NET I/O   BLOCK I/O +PIDS",
        rf"{ID}   web       [\d.]+%     \S+ / \S+ +[\d.]+%     .*1",
    ),
    "top web": lines(r"UID +PID +PPID +C +STIME +TTY +TIME +CMD", r"\S+ +\d+ +\d+ +\d+ +\S+ +\? +[\d:]+ +sleep 1000"),
    "secret ls": lines("ID +NAME      DRIVER    CREATED +UPDATED", rf"\w+ +word      file      {AGO} +{AGO}"),
    "ps -q": lines(ID),
    "network ls -q --no-trunc --filter name=lan": lines(LONG_ID),
}


@pytest.mark.parametrize("line", TABLES)
def test_the_table_is_dockers(docker: CommandLine, line: str) -> None:
    result = docker(*line.split()).ok()
    assert re.fullmatch(TABLES[line], result.stdout), result.stdout
    assert result.stderr == ""


JSON_LINES = {
    "ps": "Command CreatedAt ID Image Labels LocalVolumes Mounts Names Networks Platform Ports RunningFor Size State "
    "Status",
    "images": "Containers CreatedAt CreatedSince Digest ID Repository SharedSize Size Tag UniqueSize VirtualSize",
    "volume ls": "Availability Driver Group Labels Links Mountpoint Name Scope Size Status",
    "network ls": "CreatedAt Driver ID IPv4 IPv6 Internal Labels Name Scope",
    "history busybox": "Comment CreatedAt CreatedBy CreatedSince ID Size",
    "system df": "Active Reclaimable Size TotalCount Type",
    "stats --no-stream": "BlockIO CPUPerc Container ID MemPerc MemUsage Name NetIO PIDs",
    "secret ls": "CreatedAt Driver ID Labels Name UpdatedAt",
}


@pytest.mark.parametrize("line", JSON_LINES)
@pytest.mark.parametrize("format", ["json", "{{json .}}"])
def test_json_is_an_object_a_line_with_dockers_fields_as_text(docker: CommandLine, line: str, format: str) -> None:
    output = docker(*line.split(), "--format", format).ok().lines
    assert output
    for document in map(json.loads, output):
        assert sorted(document) == JSON_LINES[line].split()
        assert {type(value) for value in document.values()} == {str}


TEMPLATES = {
    "version --format '{{.Client.APIVersion}}'": r"\d\.\d\d",
    "version -f '{{.Client.Version}}|{{.Client.Context}}|{{.Client.Os}}'": r"[\d.]+\|default\|linux",
    "version -f '{{.Server.Version}}|{{.Server.APIVersion}}|{{.Server.MinAPIVersion}}'": r"[\d.]+\|\d\.\d\d\|\d\.\d\d",
    "version -f '{{.Server.Os}}/{{.Server.Arch}}|{{.Server.KernelVersion}}'": r"linux/\w+\|\d.*",
    "info --format '{{.ServerVersion}}|{{.Driver}}|{{.OSType}}|{{.NCPU}}'": r"[\d.]+\|\S+\|linux\|\d+",
    "info -f '{{.ContainersRunning}}/{{.Containers}}|{{.Images}}'": r"1/1\|1",
    "info -f '{{.CgroupDriver}}|{{.CgroupVersion}}|{{.LoggingDriver}}'": r"(none|cgroupfs)\|[12]\|k8s-file",
    "info -f '{{.SecurityOptions}}'": r"\[name=seccomp,profile=default name=rootless\]",
    "info -f '{{range .SecurityOptions}}{{println .}}{{end}}'": "name=seccomp,profile=default\nname=rootless\n",
    "info -f '{{.Swarm.LocalNodeState}}|{{.DefaultRuntime}}|{{.IndexServerAddress}}'": r"inactive\|pod\|https://\S+/v1/",
    "info -f '{{.DockerRootDir}}|{{json .Runtimes}}'": r'/\S+\|{"pod":{"path":"pod"}}',
    "inspect -f '{{.Name}}|{{.Config.Image}}|{{.Image}}' web": rf"/web\|busybox\|{DIGEST}",
    "inspect -f '{{range .Mounts}}{{.Type}} {{.Destination}};{{end}}' web": "volume /data;bind /host;",
    "inspect -f '{{.State.Status}}{{.State.Running}}{{.RestartCount}}' web": "runningtrue0",
    "inspect -f '{{index .RepoTags 0}}' busybox": "busybox:latest",
    "image inspect -f '{{.Id}}' busybox": DIGEST,
    "images --format '{{.Repository}}:{{.Tag}}|{{.ID}}' busybox": rf"busybox:latest\|{ID}",
    "ps --format '{{.Names}}|{{.Status}}|{{.Labels}}'": r"web\|Up .*\|app=web",
    "volume inspect -f '{{.Driver}}|{{.Scope}}|{{.Labels.kind}}' data": r"local\|local\|x",
    "network inspect -f '{{.Driver}}|{{.Scope}}|{{(index .IPAM.Config 0).Subnet}}' lan": r"bridge\|local\|[\d.]+/\d+",
    "system df --format '{{.Type}}:{{.TotalCount}}'": "Images:1\nContainers:1\nLocal Volumes:1\nBuild Cache:0",
}


@pytest.mark.parametrize("line", TEMPLATES)
def test_templates_have_dockers_fields(docker: CommandLine, line: str) -> None:
    result = docker(*shlex.split(line)).ok()
    assert re.fullmatch(TEMPLATES[line], result.stdout.removesuffix("\n")), result.stdout


def test_version_shows_both_halves_as_text_and_in_json(docker: CommandLine) -> None:
    text = docker("version").ok().stdout
    assert re.search(r"^Client:.*\n Version: ", text) and re.search(r"^Server:.*\n Engine:\n  Version: ", text, re.M)
    document = json.loads(docker("version", "--format", "json").ok().stdout)
    assert {"Version", "ApiVersion", "DefaultAPIVersion", "Os", "Arch", "Context"} <= document["Client"].keys()
    assert {"Version", "ApiVersion", "MinAPIVersion", "KernelVersion", "Components"} <= document["Server"].keys()


def test_info_reads_as_dockers(docker: CommandLine) -> None:
    text = docker("info").ok().stdout
    for line in ("Server Version: ", "Storage Driver: ", "Kernel Version: ", "Docker Root Dir: ", "Total Memory: "):
        assert f"\n {line}" in text
    assert "\nServer:\n Containers: 1\n  Running: 1\n" in text
    (line,) = docker("info", "--format", "{{json .}}").ok().lines
    assert json.loads(line)["SecurityOptions"] == ["name=seccomp,profile=default", "name=rootless"]
    assert "configuration" not in json.loads(line)


def test_the_details_of_system_df_have_dockers_columns(docker: CommandLine) -> None:
    text = docker("system", "df", "-v").ok().stdout
    assert "\nREPOSITORY   TAG       IMAGE ID       CREATED " in text
    assert re.search(r"\nVOLUME NAME   LINKS     SIZE\ndata          1         \S+B\n", text)


def test_inspect_has_dockers_members_and_a_single_array(docker: CommandLine) -> None:
    documents = json.loads(docker("inspect", "web", "busybox").ok().stdout)
    assert [document["Id"][:7] == "sha256:" for document in documents] == [False, True]
    assert documents[0]["Name"] == "/web" and documents[0]["Path"] == "sleep"
    assert "CreateCommand" not in documents[0]["Config"]


def test_events_are_those_of_dockers_api(docker: CommandLine) -> None:
    output = docker("events", "--since", "10m", "--until", "0s", "--format", "{{json .}}").ok().lines
    events = {(event["Type"], event["Action"]): event for event in map(json.loads, output)}
    started = events["container", "start"]
    assert (started["status"], started["from"], started["Actor"]["Attributes"]["app"]) == ("start", "busybox", "web")
    assert started["id"] == started["Actor"]["ID"]
    made = events["volume", "create"]
    assert (made["Actor"]["ID"], "status" in made) == ("data", False)


def test_ids_and_names_are_printed_as_docker_prints_them(docker: CommandLine) -> None:
    made = docker("create", "--name", "idle", "busybox").ok()
    assert re.fullmatch(f"{LONG_ID}\n", made.stdout) and made.stderr == ""
    image = docker("commit", "-m", "x", "idle", "mine").ok().stdout
    assert re.fullmatch(f"{DIGEST}\n", image)
    assert docker("rmi", "mine").ok().stdout.startswith(f"Untagged: mine:latest\nDeleted: {image.strip()}\n")
    assert docker("rm", "idle").ok().stdout == "idle\n"
    assert docker("container", "prune", "-f").ok().stdout == "Total reclaimed space: 0B\n"
