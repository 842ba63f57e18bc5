"""Running the body of a test as root of a user namespace, as the storage code runs in a command of pod's.

The body runs in a forked child with its own mount namespace: what it mounts goes with it. Nothing stays behind, no
holder of the namespace either.
"""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable
from typing import ParamSpec

import pytest

from pod.linux import idmap, process
from pod.linux import syscalls as sc
from tests.support import users

P = ParamSpec("P")


class Skipped(Exception):
    """The body found that this machine cannot do what it is about; says why."""


def in_namespace(test: Callable[P, None]) -> Callable[P, None]:
    """Run a test in a namespace with this user's subordinate ids; a test that takes `single_id` may ask for none."""

    @functools.wraps(test)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        single_id = bool(kwargs.get("single_id"))
        if not single_id and not users.has_subordinate_ids():
            pytest.skip("this user has no subordinate ids in /etc/subuid and /etc/subgid")
        run(lambda: test(*args, **kwargs), single_id=single_id)

    return wrapper


def run(body: Callable[[], object], *, single_id: bool = False) -> None:
    """Run a function in a child that is root of new namespaces; its failure fails the test."""
    ready, go, answer = os.pipe(), os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        text = ""
        try:
            os.close(go[1])
            uid, gid = os.getuid(), os.getgid()
            sc.unshare(sc.CLONE_NEWUSER | sc.CLONE_NEWNS)
            if single_id:
                _write("setgroups", "deny")
                _write("uid_map", f"0 {uid} 1")
                _write("gid_map", f"0 {gid} 1")
            os.write(ready[1], b"+")
            os.read(go[0], 1)
            sc.mount(None, "/", None, sc.MS_REC | sc.MS_PRIVATE)
            body()
        except Skipped as reason:
            text = f"skip:{reason}"
        except BaseException:
            text = traceback.format_exc()
        finally:
            os.write(answer[1], text.encode(errors="replace")[:60000])
            os._exit(0)
    for end in (ready[1], go[0], answer[1]):
        os.close(end)
    os.read(ready[0], 1)
    if not single_id:
        _map(pid)
    os.write(go[1], b"+")
    with open(answer[0], errors="replace") as stream:
        text = stream.read()
    os.close(ready[0])
    os.close(go[1])
    _, status = os.waitpid(pid, 0)
    if text.startswith("skip:"):
        pytest.skip(text.removeprefix("skip:"))
    if text or status:
        pytest.fail(text or f"the child ended with wait status {status}", pytrace=False)


def _write(name: str, text: str) -> None:
    with open(f"/proc/self/{name}", "w") as file:
        file.write(text)


def _map(pid: int) -> None:
    wanted = idmap.wanted(os.getuid(), os.getgid())
    for helper, ranges in (("newuidmap", wanted.uids), ("newgidmap", wanted.gids)):
        numbers = [str(number) for r in ranges for number in (r.inside, r.outside, r.count)]
        done = process.run([helper, str(pid), *numbers])
        assert done.code == 0, f"{helper} failed: {done.stderr.decode()}"
