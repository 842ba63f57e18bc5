"""What the kernel shows of a process that has assumed a container's credentials and called execve(2)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pod.runtime.capabilities import PODMAN_DEFAULT, mask, resolve
from tests.support import users

CHECKOUT = Path(__file__).parents[2]

SCRIPT = """
import json, os, sys
from pod.runtime import capabilities, credentials, seccomp
asked = json.loads(sys.argv[1])
compiled = None
if asked["profile"] is not None:
    compiled = seccomp.from_oci(asked["profile"], "test")
sets = capabilities.for_process(asked["bounding"], root=asked["uid"] == 0, cap_add=asked["cap_add"])
groups = None if asked["groups"] is None else tuple(asked["groups"])
credentials.assume(asked["uid"], asked["gid"], groups, sets, no_new_privs=asked["no_new_privs"], filter=compiled)
if asked["execute"]:
    os.execv("/bin/cat", ["cat", "/proc/self/status"])
print(open("/proc/self/status").read())
"""

ALLOW_ALL: dict[str, object] = {"defaultAction": "SCMP_ACT_ALLOW"}


def status(
    *,
    uid: int = 0,
    gid: int = 0,
    groups: tuple[int, ...] | None = (),
    bounding: tuple[str, ...] = PODMAN_DEFAULT,
    cap_add: tuple[str, ...] = (),
    no_new_privs: bool = False,
    profile: dict[str, object] | None = None,
    subordinate: bool = True,
    execute: bool = True,
) -> dict[str, str]:
    """Return /proc/self/status of a program started with these credentials in a new user namespace.

    With `execute` false it is the process itself that is shown, as it stays where pod is the container's init.
    """
    asked = {
        "uid": uid,
        "gid": gid,
        "groups": groups,
        "bounding": bounding,
        "cap_add": cap_add,
        "no_new_privs": no_new_privs,
        "profile": profile,
        "execute": execute,
    }
    maps = ["--map-auto"] if subordinate else []
    argv = ["unshare", "--map-root-user", *maps, sys.executable, "-c", SCRIPT, json.dumps(asked)]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return {
        key: " ".join(value.split()) for key, _, value in (line.partition(":") for line in done.stdout.splitlines())
    }


def sets(shown: dict[str, str]) -> dict[str, int]:
    return {key: int(shown[f"Cap{key}"], 16) for key in ("Inh", "Prm", "Eff", "Bnd", "Amb")}


@pytest.fixture
def subordinate_ids() -> None:
    if shutil.which("newuidmap") is None or not users.has_subordinate_ids():
        pytest.skip("this user has no subordinate ids (uidmap, /etc/subuid): only root exists in its namespaces")


DEFAULT = mask(PODMAN_DEFAULT)
NOTHING = {"Inh": 0, "Prm": 0, "Eff": 0, "Bnd": DEFAULT, "Amb": 0}


@pytest.mark.usefixtures("subordinate_ids")
def test_root_has_the_five_sets_that_podman_gives() -> None:
    """Read from `podman run`, 4.3: CapPrm, CapEff and CapBnd 800405fb, CapInh and CapAmb 0."""
    shown = status(groups=(0, 1))
    assert sets(shown) == {"Inh": 0, "Prm": 0x800405FB, "Eff": 0x800405FB, "Bnd": 0x800405FB, "Amb": 0}
    assert (shown["Uid"], shown["Gid"], shown["Groups"]) == ("0 0 0 0", "0 0 0 0", "0 1")
    assert (shown["NoNewPrivs"], shown["Seccomp"]) == ("0", "0")


@pytest.mark.usefixtures("subordinate_ids")
def test_another_user_has_only_the_bounding_set() -> None:
    """As `podman run -u joe`."""
    shown = status(uid=1000, gid=1000, groups=(1, 50, 1000))
    assert sets(shown) == NOTHING
    assert (shown["Uid"], shown["Gid"]) == ("1000 1000 1000 1000", "1000 1000 1000 1000")
    assert shown["Groups"] == "1 50 1000"


@pytest.mark.usefixtures("subordinate_ids")
def test_another_user_keeps_an_added_capability_over_execve() -> None:
    """As `podman run -u joe --cap-add net_admin`: CapInh, CapPrm, CapEff and CapAmb 1000, CapBnd 800415fb."""
    shown = status(uid=1000, gid=1000, bounding=resolve(["net_admin"]), cap_add=("net_admin",))
    assert sets(shown) == {"Inh": 0x1000, "Prm": 0x1000, "Eff": 0x1000, "Bnd": 0x800415FB, "Amb": 0x1000}


@pytest.mark.usefixtures("subordinate_ids")
def test_privileged_root_has_all_and_another_user_the_bounding_set_only() -> None:
    everything = resolve(privileged=True)
    assert set(sets(status(bounding=everything)).values()) == {mask(everything), 0}
    assert sets(status(uid=1000, bounding=everything)) == {**NOTHING, "Bnd": mask(everything)}


@pytest.mark.usefixtures("subordinate_ids")
def test_no_capability_at_all_can_be_asked_for() -> None:
    assert set(sets(status(bounding=())).values()) == {0}


@pytest.mark.usefixtures("subordinate_ids")
@pytest.mark.parametrize("uid", [0, 1000])
@pytest.mark.parametrize("no_new_privs", [False, True])
def test_the_filter_changes_no_set(uid: int, no_new_privs: bool) -> None:
    plain = status(uid=uid, no_new_privs=no_new_privs)
    filtered = status(uid=uid, no_new_privs=no_new_privs, profile=ALLOW_ALL)
    assert sets(filtered) == sets(plain)
    assert (filtered["Seccomp"], filtered["Seccomp_filters"]) == ("2", "1")
    assert filtered["NoNewPrivs"] == str(int(no_new_privs))


@pytest.mark.usefixtures("subordinate_ids")
@pytest.mark.parametrize("uid", [0, 1000])
def test_nothing_is_left_over_before_execve_either(uid: int) -> None:
    """CAP_SYS_ADMIN would be, and execve(2), which takes it in any case, does not come where pod is the init."""
    shown = status(uid=uid, profile=ALLOW_ALL, execute=False)
    assert sets(shown) == (NOTHING if uid else {**NOTHING, "Prm": DEFAULT, "Eff": DEFAULT})
    assert shown["Seccomp"] == "2"


@pytest.mark.usefixtures("subordinate_ids")
@pytest.mark.parametrize("no_new_privs", [False, True])
def test_a_profile_need_not_allow_the_calls_that_give_up_privileges(no_new_privs: bool) -> None:
    refused = ["setuid", "setgid", "setresuid", "setresgid", "setgroups", "prctl", "seccomp", "capget"]
    if no_new_privs:
        refused.append("capset")
    rule = {"names": refused, "action": "SCMP_ACT_KILL_PROCESS"}
    shown = status(uid=1000, no_new_privs=no_new_privs, profile={**ALLOW_ALL, "syscalls": [rule]})
    assert sets(shown) == NOTHING


@pytest.mark.usefixtures("subordinate_ids")
def test_groups_can_be_left_as_they_are() -> None:
    assert status(groups=None)["Groups"] != status(groups=(5,))["Groups"] == "5"


def test_a_user_alone_in_the_map_becomes_root_of_the_container() -> None:
    """setgroups(2) is denied there (user_namespaces(7)); root it is all the same."""
    shown = status(groups=(0,), subordinate=False, profile=ALLOW_ALL)
    assert sets(shown) == {"Inh": 0, "Prm": DEFAULT, "Eff": DEFAULT, "Bnd": DEFAULT, "Amb": 0}
    assert (shown["Uid"], shown["Seccomp"]) == ("0 0 0 0", "2")
