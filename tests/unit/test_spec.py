"""From a record to config.json: what every container gets, and what the options change."""

from __future__ import annotations

import os
from typing import Any

import pytest

from pod.engine import spec
from pod.engine.mounts.oci_mounts import plain_bind, tmpfs_options
from pod.oci.runtime_spec import Spec
from pod.storage.container_records import VERSION, ContainerRecord, Mount

ID = "0123456789ab" + "c" * 52


def record_of(**fields: Any) -> ContainerRecord:
    return ContainerRecord(version=VERSION, id=ID, name="name", created="", image="", image_name="busybox", **fields)


def build(joined: dict[str, str] | None = None, **fields: Any) -> Spec:
    values = {"command": ("true",), "network": "none", **fields}
    record = record_of(**values)
    mounts = tuple(map(plain_bind, record.mounts))
    return spec.build(record, "/run/files", joined or {}, (), mounts)


def targets(built: Spec) -> list[str]:
    return [mount.destination for mount in built.mounts]


def test_document_survives_a_round_trip() -> None:
    built = build(mounts=(Mount("bind", "/data", "/host", ("ro",)),), env=("A=b",), cap_add=("CAP_NET_ADMIN",))
    assert Spec.from_json(built.to_json()) == built


def test_every_namespace_is_the_containers_own_by_default() -> None:
    assert {n.type for n in build().linux.namespaces} == {"mount", "pid", "ipc", "uts", "network", "cgroup"}
    assert not any(n.path for n in build().linux.namespaces)


@pytest.mark.parametrize(
    ("field", "kind"), [("pid_mode", "pid"), ("ipc_mode", "ipc"), ("uts_mode", "uts"), ("network", "network")]
)
def test_host_mode_leaves_the_namespace_out_and_a_joined_one_has_its_path(field: str, kind: str) -> None:
    host: dict[str, Any] = {field: "host"}
    assert build(**host).linux.namespace(kind) is None
    fields: dict[str, Any] = {field: "container:x"}
    joined = build({kind: "/proc/7/ns/x"}, **fields).linux.namespace(kind)
    assert joined is not None and joined.path == "/proc/7/ns/x"


def test_shared_memory_is_that_of_the_joined_container() -> None:
    built = build({"ipc": "/proc/7/ns/ipc"}, ipc_mode="container:x")
    assert [m.source for m in built.mounts if m.destination == "/dev/shm"] == ["/proc/7/root/dev/shm"]
    assert [m.source for m in build().mounts if m.destination == "/dev/shm"] == ["shm"]


def test_system_mounts_come_before_the_users() -> None:
    found = targets(build(mounts=(Mount("bind", "/data", "/host"), Mount("tmpfs", "/data/tmp"))))
    assert found[:3] == ["/proc", "/dev", "/sys"]
    assert found[-2:] == ["/data", "/data/tmp"]


def test_mount_of_the_users_replaces_the_systems() -> None:
    built = build(mounts=(Mount("tmpfs", "/dev/shm"), Mount("bind", "/etc/hosts", "/my/hosts")))
    assert targets(built).count("/dev/shm") == 1 and targets(built).count("/etc/hosts") == 1
    assert [m.source for m in built.mounts if m.destination == "/etc/hosts"] == ["/my/hosts"]


def test_read_only_root_gets_writable_places_unless_they_are_mounted() -> None:
    assert build(read_only=True).root.readonly
    assert {"/run", "/tmp", "/var/tmp"} <= set(targets(build(read_only=True)))
    assert targets(build(read_only=True, mounts=(Mount("bind", "/tmp", "/host"),))).count("/tmp") == 1
    assert "/tmp" not in targets(build())


def test_privileged_has_no_masks_and_a_writable_sys() -> None:
    built = build(privileged=True)
    assert built.linux.masked_paths == () and built.linux.readonly_paths == ()
    assert "rw" in next(m.options for m in built.mounts if m.destination == "/sys")
    assert "ro" in next(m.options for m in build().mounts if m.destination == "/sys")


@pytest.mark.parametrize(
    ("option", "masked", "readonly"),
    [
        ("unmask=ALL", set(), set()),
        ("unmask=/proc/acpi:/proc/sys", {"/proc/kcore"}, {"/proc/irq"}),
        ("unmask=/proc/*", {"/sys/firmware"}, set()),
    ],
)
def test_unmask_takes_paths_out(option: str, masked: set[str], readonly: set[str]) -> None:
    linux = build(security_opt=(option,)).linux
    assert masked <= set(linux.masked_paths) and "/proc/acpi" not in linux.masked_paths
    assert readonly <= set(linux.readonly_paths) and "/proc/sys" not in linux.readonly_paths


def test_mask_adds_paths_to_the_masked_ones_only() -> None:
    linux = build(security_opt=("mask=/a:/b",)).linux
    assert linux.masked_paths[-2:] == ("/a", "/b") and "/a" not in linux.readonly_paths


def test_environment_has_the_defaults_below_what_was_given() -> None:
    env = build(env=("PATH=/mine", "A=b"), tty=True).process.env
    assert "PATH=/mine" in env and "A=b" in env and "TERM=xterm" in env and f"HOSTNAME={ID[:12]}" in env
    assert sum(item.startswith("PATH=") for item in env) == 1
    assert "TERM=xterm" not in build().process.env


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, ID[:12]),
        ({"hostname": "box"}, "box"),
        ({"network": "host"}, os.uname().nodename),
        ({"network": "host", "hostname": "box"}, "box"),
        ({"uts_mode": "host"}, os.uname().nodename),
    ],
)
def test_hostname(fields: dict[str, Any], name: str) -> None:
    assert spec.hostname(record_of(**fields)) == name


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("no-new-privileges",), True),
        (("no-new-privileges=true",), True),
        (("no-new-privileges:true",), True),
        (("no-new-privileges=false",), False),
        ((), False),
    ],
)
def test_no_new_privileges(options: tuple[str, ...], expected: bool) -> None:
    assert build(security_opt=options).process.no_new_privileges is expected


def test_bind_is_recursive_and_private_unless_asked_otherwise() -> None:
    [plain] = [m for m in build(mounts=(Mount("bind", "/a", "/b"),)).mounts if m.destination == "/a"]
    assert {"rbind", "rprivate"} <= set(plain.options)
    [shared] = [
        m for m in build(mounts=(Mount("bind", "/a", "/b", ("bind", "rshared")),)).mounts if m.destination == "/a"
    ]
    assert "rbind" not in shared.options and "rprivate" not in shared.options


def test_tmpfs_is_hardened_unless_asked_otherwise() -> None:
    def flags(*options: str) -> set[str]:
        return set(tmpfs_options(Mount("tmpfs", "/t", "", options)))

    assert {"nosuid", "nodev", "noexec", "mode=1777"} <= flags()
    assert not {"nosuid", "noexec"} & flags("suid", "exec")
    assert "mode=1777" not in flags("mode=700")
