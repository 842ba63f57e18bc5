"""A real PostgreSQL on a named volume: its data outlive the container, a move to another volume, and kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import debian as debian_image
from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, eventually
from tests.support.images import Image, write_docker_archive

IMAGE = "postgresql:test"
CLUSTER = "/var/lib/postgresql/15/main"
SERVER = (
    *("/usr/lib/postgresql/15/bin/postgres", "-D", CLUSTER),
    *("-c", "config_file=/etc/postgresql/15/main/postgresql.conf", "-c", "unix_socket_directories=/tmp"),
    *("-c", "shared_buffers=16MB"),
)
ROWS = 20_000


@pytest.fixture(scope="module")
def image(pod: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's own server; its postinst has made a database cluster, which a new volume takes over from the image."""
    try:
        root = debian_image.root_filesystem("bookworm", ["postgresql"])
    except debian_image.NoDebian as reason:
        pytest.skip(str(reason))
    archive = tmp_path_factory.mktemp("pg") / "image.tar"
    write_docker_archive(archive, Image([root], {"Env": ["LC_ALL=C"]}, [f"docker.io/library/{IMAGE}"]))
    pod("load", "-i", archive, timeout=300).ok()
    archive.unlink()
    yield IMAGE
    pod("volume", "rm", "-a", "-f").ok()
    pod("rmi", "-f", IMAGE).ok()


class Database:
    """A server in a container, on a volume."""

    def __init__(self, pod: CommandLine, name: str, volume: str) -> None:
        self.pod, self.name, self.volume = pod, name, volume

    def start(self) -> None:
        words = ("--name", self.name, *NO_NETWORK, "--user", "postgres", "-v", f"{self.volume}:/var/lib/postgresql")
        self.pod("run", "-d", *words, IMAGE, *SERVER).ok()
        self.wait()

    def wait(self) -> None:
        eventually(lambda: self.psql("select 1").returncode == 0, "PostgreSQL to answer", timeout=60)

    def psql(self, sql: str) -> subprocess.CompletedProcess[str]:
        argv = self.pod.argv("exec", self.name, "psql", "-h", "/tmp", "-qAt", "-c", sql)
        return subprocess.run(argv, env=dict(self.pod.env), capture_output=True, text=True, check=False, timeout=60)

    def ask(self, sql: str) -> str:
        done = self.psql(sql)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def pids(self) -> tuple[int, int]:
        """The server's first process and the container's monitor."""
        [document] = json.loads(self.pod("inspect", self.name).ok().stdout)
        return document["State"]["Pid"], document["State"]["ConmonPid"]


@contextmanager
def running(pod: CommandLine, name: str, volume: str) -> Iterator[Database]:
    database = Database(pod, name, volume)
    database.start()
    try:
        yield database
    finally:
        pod("rm", "-f", name).ok()


def test_data_outlive_the_container_and_move_to_another_volume(pod: CommandLine, image: str, tmp_path: Path) -> None:
    del image
    with running(pod, "db1", "pgdata") as database:
        database.ask(f"create table t as select n, md5(n::text) as h from generate_series(1, {ROWS}) n")
        told = database.ask("select count(*), md5(string_agg(h, '' order by n)) from t")
        pod("stop", "-t", "30", "db1").ok()
    with running(pod, "db2", "pgdata") as database:
        assert database.ask("select count(*), md5(string_agg(h, '' order by n)) from t") == told
        pod("stop", "-t", "30", "db2").ok()
    pod("volume", "create", "pgcopy").ok()
    pod("volume", "export", "-o", tmp_path / "pg.tar", "pgdata").ok()
    pod("volume", "import", "pgcopy", tmp_path / "pg.tar").ok()
    with running(pod, "db3", "pgcopy") as database:
        assert database.ask("select count(*), md5(string_agg(h, '' order by n)) from t") == told


def test_what_was_committed_survives_kill_9_of_server_and_monitor(pod: CommandLine, image: str) -> None:
    del image
    with running(pod, "db4", "pgkill") as database:
        database.ask("create table t (n int primary key)")
        for victim in ("server", "monitor", "both"):
            committed = write_until_killed(database, victim)
            pod("start", "db4").ok()
            database.wait()
            assert database.ask(f"select count(*) from t where n <= {committed}") == str(committed)
            assert committed > 0


def write_until_killed(database: Database, victim: str) -> int:
    """Insert rows one by one, kill meanwhile, and return the last row that the server said was committed."""
    start = int(database.ask("select coalesce(max(n), 0) from t"))
    loop = f'i={start}; while i=$((i+1)); do psql -h /tmp -qAt -c "insert into t values ($i)" || exit; echo $i; done'
    argv = database.pod.argv("exec", database.name, "bash", "-c", loop)
    writer = subprocess.Popen(argv, env=dict(database.pod.env), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(5)]
    server, monitor = database.pids()
    for pid, name in ((server, "server"), (monitor, "monitor")):
        if victim in (name, "both"):
            os.kill(pid, signal.SIGKILL)
    lines += writer.stdout.readlines()
    writer.wait()
    eventually(lambda: not is_alive(server), "the server's end")
    return max(int(line) for line in lines if line.strip().isdigit())


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
