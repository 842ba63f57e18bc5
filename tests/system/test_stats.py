"""`pod stats`: what containers use, beside what the kernel and the container say."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import CommandLine


@pytest.fixture(scope="module")
def own(make_pod: Callable[[str], CommandLine], busybox_archive: Path) -> CommandLine:
    """A store of its own: without names everything that runs is shown."""
    pod = make_pod("st")
    pod("load", "-i", busybox_archive).ok()
    return pod


def measured(pod: CommandLine, name: str) -> dict[str, str]:
    """The raw numbers of one container."""
    fields = ("CPUPerc", "CPUNano", "MemPerc", "MemUsage", "MemLimit", "NetInput", "BlockOutput", "PIDs")
    template = "\t".join(f"{{{{.{field}}}}}" for field in fields)
    values = pod("stats", "--no-stream", "--format", template, name).ok().stdout.rstrip("\n").split("\t")
    return dict(zip(fields, values, strict=True))


def test_a_busy_container_has_about_one_processor_and_an_idle_one_none(own: CommandLine) -> None:
    own("run", "-d", "--name", "st-busy", "busybox", "sh", "-c", "while :; do :; done").ok()
    own("run", "-d", "--name", "st-idle", "busybox", "sleep", "1000").ok()
    busy, idle = (float(measured(own, name)["CPUPerc"].rstrip("%")) for name in ("st-busy", "st-idle"))
    own("rm", "-f", "st-busy", "st-idle").ok()
    assert 3 < busy < 130  # other tests want the processors, too
    assert idle < 5


def test_every_field_of_podmans_is_there(own: CommandLine) -> None:
    own("run", "-d", "--name", "st-fields", "busybox", "sleep", "1000").ok()
    names = "AvgCPU BlockInput BlockOutput CPU CPUNano CPUPerc CPUSystemNano ContainerID Duration ID MemLimit MemPerc "
    names += "MemUsage MemUsageBytes Name NetIO NetInput NetOutput Network PIDS PIDs PerCPU SystemNano Up UpTime"
    template = "|".join(f"{{{{.{name}}}}}" for name in names.split())
    line = own("stats", "--no-stream", "--format", template, "st-fields").ok().stdout.rstrip("\n")
    found = dict(zip(names.split(), line.split("|"), strict=True))
    own("rm", "-f", "-t", "0", "st-fields").ok()
    assert (found["Network"], found["PerCPU"]) == ("map[]", "[]") and found["Up"].endswith("s")
    assert 0 <= int(found["CPUSystemNano"]) <= int(found["CPUNano"])
    assert abs(int(found["SystemNano"]) - time.time_ns()) < 60_000_000_000


def test_memory_is_what_the_processes_hold_and_shared_pages_count_once(own: CommandLine) -> None:
    script = "x=$(head -c 8000000 /dev/zero | tr '\\0' x); sleep 1000 & sleep 1000 & echo ready; wait"
    own("run", "-d", "--name", "st-memory", "busybox", "sh", "-c", script).ok()
    for _ in range(100):
        if own("logs", "st-memory").ok().lines == ["ready"]:
            break
        time.sleep(0.05)
    found = measured(own, "st-memory")
    own("rm", "-f", "st-memory").ok()
    used = found["MemUsage"].split(" / ")[0]
    assert used.endswith("MiB") and 7 < float(used.removesuffix("MiB")) < 30, found
    assert int(found["MemLimit"]) == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert found["PIDs"] == "3"


def test_what_a_container_writes_to_disk_is_counted(own: CommandLine) -> None:
    script = "dd if=/dev/zero of=/f bs=1M count=5 conv=fsync; exec sleep 1000"
    own("run", "-d", "--name", "st-disk", "busybox", "sh", "-c", script).ok()
    for _ in range(100):
        if int(measured(own, "st-disk")["BlockOutput"]) >= 5 << 20:
            break
        time.sleep(0.05)
    found = measured(own, "st-disk")
    own("rm", "-f", "st-disk").ok()
    assert 5 << 20 <= int(found["BlockOutput"]) < 6 << 20


def test_only_running_ones_are_shown_unless_all_or_named(own: CommandLine) -> None:
    own("run", "-d", "--name", "st-on", "busybox", "sleep", "1000").ok()
    own("create", "--name", "st-off", "busybox", "true").ok()
    shown = ("stats", "--no-stream", "--format", "{{.Name}}")
    assert own(*shown).ok().lines == ["st-on"]
    assert own(*shown, "--all").ok().lines == ["st-on", "st-off"]
    assert own(*shown, "st-off").ok().lines == ["st-off"]
    heading, row = own("stats", "--no-stream").ok().lines
    assert heading.startswith("CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT")
    assert row.split()[1] == "st-on"
    own("rm", "-f", "st-on", "st-off").ok()


def test_json_is_podmans_and_called_docker_dockers(own: CommandLine, tmp_path: Path) -> None:
    own("create", "--name", "st-json", "busybox", "true").ok()
    link = tmp_path / "docker"
    link.symlink_to(own.prefix[0])
    docker = CommandLine([str(link), *own.prefix[1:]], own.env)
    (found,) = json.loads(own("stats", "--no-stream", "--format", "json", "st-json").ok().stdout)
    assert set(found) == set("id name cpu_time cpu_percent avg_cpu mem_usage mem_percent net_io block_io pids".split())
    found = json.loads(docker("stats", "--no-stream", "--format", "{{json .}}", "st-json").ok().stdout)
    assert sorted(found) == "BlockIO CPUPerc Container ID MemPerc MemUsage Name NetIO PIDs".split()
    own("rm", "st-json").ok()


def test_it_goes_on_until_it_is_interrupted(own: CommandLine) -> None:
    own("run", "-d", "--name", "st-live", "busybox", "sleep", "1000").ok()
    live = own.start("stats", "-i", "1", "--format", "{{.Name}}", stdout=subprocess.PIPE)
    assert live.stdout is not None
    assert [live.stdout.readline() for _ in range(2)] == [b"st-live\n"] * 2
    live.terminate()
    live.communicate(timeout=10)
    own("rm", "-f", "st-live").ok()


def test_mistakes_are_named(own: CommandLine) -> None:
    assert 'no such container: "st-nobody"' in own("stats", "--no-stream", "st-nobody").stderr
    assert own("stats", "--no-stream", "--interval", "0").code == 125


def test_on_a_terminal_one_table_is_drawn_again_in_its_place(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "live-stats", "busybox", "sleep", "1000").ok()
    argv = pod.argv("stats", "-i", "1", "live-stats")
    pid, main = pty.fork()
    if pid == 0:
        os.execve(argv[0], argv, {**pod.env, "TERM": "xterm", "COLUMNS": "200"})
    shown = b""
    while shown.count(b"live-stats") < 2:
        shown += os.read(main, 4096)
    os.write(main, b"\x03")
    _pid, status = os.waitpid(pid, 0)
    os.close(main)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGINT
    assert b"CONTAINER ID" in shown and b"\x1b[1A" in shown  # back up to the first line
    pod("rm", "-f", "-t", "0", "live-stats").ok()
