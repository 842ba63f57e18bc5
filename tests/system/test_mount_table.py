"""Every option of `-v`, `--mount` and `--tmpfs` beside Podman: what /proc/self/mountinfo shows inside is the same.

Where it is not, the table says why. What only pod has (or a later Podman) is shown in test_mount_kinds.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK

BINDS = (
    *("", "ro", "rw", "z", "Z", "U", "nosuid", "nodev", "noexec", "exec", "suid", "dev", "bind", "rbind", "O"),
    *("shared", "private", "unbindable", "rshared", "rprivate", "runbindable"),  # slaves: test_mount_kinds
    *("nocopy", "copy", "cached", "delegated", "ro,Z,noexec"),
)
VOLUMES = ("", "nocopy", "ro", "noexec", "U", "z", "exec", "nodev")
MOUNTED_BINDS = (
    *("", "ro", "ro=true", "readonly=false", "rw", "rw=false", "relabel=shared", "relabel=private", "U", "U=true"),
    *("bind-propagation=rshared", "bind-propagation=private", "bind-nonrecursive", "bind-nonrecursive=true"),
    *("chown=true", "nosuid", "noexec", "exec", "suid", "dev", "nodev", "rshared", "private", "consistency=cached"),
)
MOUNTED_VOLUMES = ("", "ro", "U", "noexec", "volume-opt=o=noexec")
TMPFS = ("rw,noexec", "noexec,size=1m", "noexec,mode=700", "exec,suid,dev", "exec", "size=10%,noexec")
MOUNTED_TMPFS = ("noexec", "tmpfs-size=1m,noexec", "tmpfs-mode=1770,noexec", "ro,noexec", "exec", "notmpcopyup,exec")

OTHER_FLAGS = {
    "--tmpfs {target}": "noexec where Podman allows programs: Docker's flags, and what podman-run(1) says of its own",
    "--mount type=tmpfs,dst={target}": "as above",
    "-v volume0:{target}:O": "nosuid,nodev as on the volume itself, which Podman forgets below an overlay",
    "--mount type=volume,src=volume1,dst={target},rw=false": "read-only as the words say; Podman mounts it writable",
    "--mount type=devpts,dst={target}": "nosuid,noexec as every devpts has",
}
REFUSED = (
    *("-v {folder}:/t:bogus", "-v {folder}:/t:rro", "-v {folder}:/t:O,upperdir=/x", "-v {folder}/missing:/t"),
    *("--mount type=bind,src={folder},dst=/t,bogus=1", "--mount type=bind,src={folder}/missing,dst=/t"),
    *("--mount type=bind,dst=/t", "--mount type=tmpfs,dst=/t,bogus", "--tmpfs /t:bogus", "--mount type=bogus,dst=/t"),
    *("--mount type=npipe,src=/x,dst=/t", "--mount type=devpts,dst=/t,bogus=1", "-v {folder}:t"),
)


def words() -> list[str]:
    """Return each case of the table as it is typed; {folder} and {target} are its places."""
    return [
        *(f"-v {{folder}}:{{target}}:{option}".rstrip(":") for option in BINDS),
        *(f"-v volume{number}:{{target}}:{option}".rstrip(":") for number, option in enumerate(VOLUMES)),
        *(f"--mount type=bind,src={{folder}},dst={{target}},{option}".rstrip(",") for option in MOUNTED_BINDS),
        *(f"--mount type=volume,src=volume1,dst={{target}},{option}".rstrip(",") for option in MOUNTED_VOLUMES),
        *(f"--tmpfs {{target}}:{option}" for option in TMPFS),
        *(f"--mount type=tmpfs,dst={{target}},{option}" for option in MOUNTED_TMPFS),
        *("-v {target}", "-v {folder}/file:{target}/file:ro", "--mount type=volume,dst={target}"),
        *OTHER_FLAGS,
    ]


def mounted(engine: CommandLine, folder: Path) -> dict[str, object]:
    """Mount all of the table into one container; return what its first process sees of each."""
    options, targets = [], {}
    for number, case in enumerate(words()):
        option, _, value = case.format(folder=folder, target=f"/t/{number}").partition(" ")
        options += [option, value]
        targets[f"/t/{number}"] = case
    script = "cat /proc/self/mountinfo; stat -c '%n %u:%g %a' /t/*"
    lines = engine("run", "--rm", *NO_NETWORK, *options, "busybox", "sh", "-c", script).ok().lines
    seen: dict[str, object] = {}
    for line in lines:
        fields = line.split()
        if "-" not in fields:
            seen[f"owner of {targets[fields[0]]}"] = fields[1:]
        elif (target := fields[4].removesuffix("/file")) in targets:
            seen[targets[target]] = _described(fields)
    return seen


def _described(fields: list[str]) -> object:
    """Return a line of mountinfo without numbers and places: flags, propagation, type, options of the file system."""
    dash = fields.index("-")
    propagation = [word.partition(":")[0] for word in fields[6:dash]]
    own = ("lowerdir", "upperdir", "workdir", "volatile")
    return (
        fields[5],
        propagation,
        fields[dash + 1],
        sorted(o for o in fields[dash + 3].split(",") if not o.startswith(own)),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "folder"
    (path / "sub").mkdir(parents=True)
    (path / "file").touch()
    return path


def test_mounts_are_podmans(pod: CommandLine, podman: CommandLine, folder: Path) -> None:
    ours, theirs = (mounted(engine, folder) for engine in (pod, podman))
    assert len(ours) == 2 * len(words())
    different = {case for case in ours | theirs if ours.get(case) != theirs.get(case)}
    assert different == set(OTHER_FLAGS), [(ours.get(case), theirs.get(case)) for case in different - set(OTHER_FLAGS)]
    for engine in (pod, podman):
        engine("volume", "prune", "-f").ok()


def test_what_podman_refuses_is_refused(pod: CommandLine, podman: CommandLine, folder: Path) -> None:
    for case in REFUSED:
        option, _, value = case.format(folder=folder).partition(" ")
        typed = ("run", "--rm", *NO_NETWORK, option, value, "busybox", "true")
        assert [engine(*typed).code for engine in (pod, podman)] == [125, 125], case
    assert not (folder / "missing").exists()
