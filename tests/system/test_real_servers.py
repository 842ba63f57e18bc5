"""nginx, PostgreSQL and Redis of Debian's packages, with real clients: from this machine and from other containers."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import debian as debian_image
from tests.support import servers
from tests.support.commands import CommandLine, Result
from tests.support.containers import eventually
from tests.support.folders import cache
from tests.support.images import Image, write_docker_archive
from tests.support.networks import network

pytestmark = pytest.mark.skipif(
    not os.access("/dev/net/tun", os.R_OK | os.W_OK), reason="this user may not open /dev/net/tun"
)
PACKAGES = ("nginx-light", "postgresql", "redis-server", "curl")
NAME = "docker.io/library/servers:latest"
PAGE = "<p>served by nginx</p>\n"
SERVE_PAGES = f"printf '{PAGE}' >/var/www/html/index.html; exec nginx -g 'daemon off;'"
SERVE_CACHE = "exec redis-server --bind 0.0.0.0 --protected-mode no --save ''"
SERVE_TABLES = """
set -e
version=$(ls /etc/postgresql)
echo 'host all all 0.0.0.0/0 trust' >>/etc/postgresql/$version/main/pg_hba.conf
echo "listen_addresses = '*'" >>/etc/postgresql/$version/main/postgresql.conf
pg_ctlcluster $version main start
exec tail -f /dev/null
"""


def archive() -> Path:
    """Return a docker-archive of a Debian with the servers, made now if the cache has none."""
    path = cache() / "servers-image.tar"
    if not path.exists():
        tarball = debian_image.root_filesystem("bookworm", PACKAGES)
        env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        image = Image([tarball], {"Cmd": ["bash"], "Env": env}, [NAME])
        write_docker_archive(path.with_suffix(".partial"), image).rename(path)
        tarball.unlink()
    return path


@pytest.fixture(scope="module")
def site(pod: CommandLine) -> Iterator[tuple[CommandLine, dict[str, int]]]:
    """Three servers on one network, each with a port of this machine; the ports by their names."""
    try:
        pod("load", "-i", archive(), timeout=300).ok()
    except debian_image.NoDebian as reason:
        pytest.skip(str(reason))
    ports = {"pages": servers.free_port(), "cache": servers.free_port(), "tables": servers.free_port()}
    with network(pod, "site"):
        for name, inside, script in (
            ("pages", 80, SERVE_PAGES),
            ("cache", 6379, SERVE_CACHE),
            ("tables", 5432, SERVE_TABLES),
        ):
            words = ("run", "-d", "--name", name, "--network", "site", "-p", f"{ports[name]}:{inside}")
            pod(*words, "servers", "sh", "-c", script).ok()
        yield pod, ports
        pod("rm", "-f", "-t", "0", *ports).ok()


def client(pod: CommandLine, *words: str) -> Result:
    """Run a client in a container of its own on the network."""
    return pod("run", "--rm", "--network", "site", "servers", *words)


def test_nginx_serves_this_machine_and_its_neighbours(site: tuple[CommandLine, dict[str, int]]) -> None:
    pod, ports = site
    request = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    assert PAGE.encode() in servers.tcp_says("127.0.0.1", ports["pages"], request)
    assert PAGE.encode() in servers.tcp_says("::1", ports["pages"], request)
    assert client(pod, "curl", "-s", "http://pages/").ok().stdout == PAGE


def test_redis_keeps_what_this_machine_says_for_a_neighbour(site: tuple[CommandLine, dict[str, int]]) -> None:
    pod, ports = site
    assert b"+OK" in servers.tcp_says("127.0.0.1", ports["cache"], b"SET greeting hello\r\nQUIT\r\n")
    assert client(pod, "redis-cli", "-h", "cache", "GET", "greeting").ok().stdout.strip() == "hello"


def test_postgresql_answers_a_neighbour_and_this_machine(site: tuple[CommandLine, dict[str, int]]) -> None:
    pod, ports = site
    words = ("psql", "-h", "tables", "-U", "postgres", "-At", "-c")
    eventually(lambda: client(pod, *words, "SELECT 1").code == 0, "PostgreSQL")
    statement = "CREATE TABLE t AS SELECT generate_series(1, 100000) AS n; SELECT sum(n) FROM t"
    assert client(pod, *words, statement).ok().lines[-1] == "5000050000"
    with socket.create_connection(("127.0.0.1", ports["tables"]), 5) as connection:
        connection.sendall(bytes([0, 0, 0, 8, 4, 210, 22, 47]))  # SSLRequest of the protocol
        assert connection.recv(1) in (b"S", b"N")
