"""A real Debian does what a Debian does: packages from the mirror, a web server, users and what belongs to them.

Everything happens in one container that is behind slirp4netns, as all are that are not told otherwise.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import mirror, users
from tests.support.commands import CommandLine, Result

SERVE = """
[ -x /usr/sbin/nginx ] || {
    apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y nginx iputils-ping libcap2-bin
} || exit
ln -sf /dev/stdout /var/log/nginx/access.log
ln -sf /dev/stderr /var/log/nginx/error.log
nginx -t && echo 'ready to serve' && exec nginx -g 'daemon off;'
"""
REQUEST = "exec 3<>/dev/tcp/localhost/80; printf 'GET %s HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
INSTALLING = 240.0


class Web:
    """The container: what runs in it, and the folder that it shares with the host."""

    def __init__(self, pod: CommandLine, shared: Path) -> None:
        self.pod = pod
        self.shared = shared

    def __call__(self, script: str, *options: str) -> Result:
        """Run a script of bash in it."""
        return self.pod("exec", *options, "web", "bash", "-c", script)

    def get(self, path: str) -> str:
        """Ask the server for a page, as soon as it listens, and return its answer."""
        deadline = time.monotonic() + 10
        while (refused := self("exec 3<>/dev/tcp/localhost/80")).code:
            assert time.monotonic() < deadline, f"nginx does not listen: {refused}"
        return self(REQUEST.replace("%s", path)).ok().stdout


def follow_until(pod: CommandLine, text: str, timeout: float, *options: str) -> str:
    """Read `logs -f` until a line has the text, and return all lines."""
    process = pod.start("logs", "-f", *options, "web", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    end = threading.Timer(timeout, process.kill)
    end.start()
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.decode(errors="replace"))
        if text in lines[-1]:
            break
    end.cancel()
    process.kill()
    process.wait()
    said = "".join(lines)
    assert text in said, f"{text!r} is not in what `logs -f` printed:\n{said}"
    return said


@pytest.fixture(scope="module")
def web(pod: CommandLine, debian: str, scratch: Path) -> Iterator[Web]:
    """A Debian in the background that installs nginx from the mirror and becomes it."""
    if shutil.which("slirp4netns") is None:
        pytest.skip("no slirp4netns on this machine: apt-get install slirp4netns")
    sources = pod("run", "--rm", "--network", "none", debian, "cat", "/etc/apt/sources.list").ok().stdout
    shared = scratch / "shared"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)
    try:
        options = mirror.container_options(sources, shared)
    except mirror.NoMirror as reason:
        pytest.skip(str(reason))
    options += ["--cap-add", "NET_RAW", "-v", f"{shared}:/shared", "--hostname", "web"]
    pod("run", "-d", "--name", "web", *options, debian, "bash", "-c", SERVE).ok()
    follow_until(pod, "ready to serve", INSTALLING)
    yield Web(pod, shared)
    pod("rm", "-f", "web")


def test_apt_installs_packages_from_the_mirror(web: Web) -> None:
    said = web("dpkg-query -W -f '${Package} ${db:Status-Status}\\n' nginx iputils-ping libcap2-bin").ok()
    assert said.lines == ["iputils-ping installed", "libcap2-bin installed", "nginx installed"]
    assert web("dpkg --audit").ok().stdout == ""
    assert web("dpkg --verify nginx-common libcap2-bin passwd").ok().stdout == ""


def test_the_server_is_seen_with_ps(web: Web) -> None:
    said = web.pod("ps", "--filter", "name=web", "--format", "{{.Names}} {{.Image}} {{.State}}").ok()
    assert said.stdout == "web debian:bookworm running\n"


def test_the_server_answers_and_its_workers_are_another_user(web: Web) -> None:
    assert web.get("/").startswith("HTTP/1.1 200 OK\r\n")
    assert web("stat -c %U /proc/1").ok().stdout == "root\n"
    workers = web("for p in /proc/[0-9]*; do grep -q '^nginx: worker' $p/cmdline && stat -c %U $p; done; true").ok()
    assert set(workers.lines) == {"www-data"}


def test_requests_appear_in_the_logs_that_are_followed(web: Web) -> None:
    asker = threading.Timer(0.3, lambda: web.get("/followed"))
    asker.start()
    said = follow_until(web.pod, "GET /followed", 20.0, "--tail", "0")
    asker.join()
    assert "apt-get" not in said


def test_the_server_stops_at_once_and_starts_again_as_it_was(web: Web) -> None:
    web("echo kept >/var/www/html/kept.txt").ok()
    before = time.monotonic()
    web.pod("stop", "web").ok()
    assert time.monotonic() - before < 5, "nginx ends on the signal; stop waited for its time to be up"
    shown = web.pod("ps", "-a", "--filter", "name=web", "--format", "{{.State}} {{.Status}}").ok().stdout
    assert shown.startswith("exited Exited (0)")
    web.pod("start", "web").ok()
    follow_until(web.pod, "ready to serve", 20.0, "--tail", "1")
    assert web.get("/kept.txt").endswith("\r\n\r\nkept\n")


def test_users_are_made_and_become_themselves(web: Web) -> None:
    web("id -u alice >/dev/null 2>&1 || useradd -m alice").ok()
    assert web("su - alice -c 'id -un; pwd; touch mine; stat -c %U:%G mine'").ok().lines == [
        "alice",
        "/home/alice",
        "alice:alice",
    ]
    assert web("setpriv --reuid alice --regid alice --init-groups id -un").ok().stdout == "alice\n"
    assert web("id -un", "-u", "alice").ok().stdout == "alice\n"
    assert web("su alice -c 'cat /etc/shadow'").code != 0


def test_files_of_other_users_belong_to_subordinate_ids_on_the_host(web: Web) -> None:
    if len(users.own_ids()) < 2:
        pytest.skip("this user has no subordinate ids")
    web("touch /shared/of-root /shared/of-33 && chown 33:33 /shared/of-33").ok()
    own, subordinate = users.own_ids()[:2]
    assert (web.shared / "of-root").stat().st_uid == own.start
    assert (web.shared / "of-33").stat().st_uid == subordinate.start + 32  # 1 inside is the first of them
    assert web("stat -c %U:%G /shared/of-33; rm /shared/of-33").ok().stdout == "www-data:www-data\n"


def test_capabilities_of_files_are_set_and_work(web: Web) -> None:
    web("cp /bin/cat /usr/local/bin/chowner && setcap cap_chown+ep /usr/local/bin/chowner").ok()
    assert web("getcap /usr/local/bin/chowner").ok().stdout == "/usr/local/bin/chowner cap_chown=ep\n"
    status = web("/usr/local/bin/chowner /proc/self/status", "-u", "33").ok()
    assert "CapEff:\t0000000000000001" in status.lines


def test_ping_works_with_its_capability(web: Web) -> None:
    assert "cap_net_raw" in web("getcap $(command -v ping)").ok().stdout
    assert "0% packet loss" in web("ping -c 1 -W 5 localhost").ok().stdout


def test_root_pings_without_a_capability_as_in_podman(web: Web) -> None:
    web("cp $(command -v ping) /root/ping").ok()  # a copy has no capabilities
    assert "0% packet loss" in web("setpriv --bounding-set -net_raw /root/ping -c 1 -W 5 localhost").ok().stdout
    assert web("cat /proc/sys/net/ipv4/ping_group_range").ok().stdout == "0\t0\n"


def test_a_package_is_removed_with_its_files(web: Web) -> None:
    web("apt-get purge -y iputils-ping").ok()
    assert web("command -v ping").code == 1


def test_the_server_is_removed_while_it_runs(web: Web) -> None:
    assert web.pod("rm", "web").code == 2
    assert web.pod("rm", "-f", "web").ok().stdout == "web\n"
    assert web.pod("ps", "-aq", "--filter", "name=web").ok().stdout == ""
