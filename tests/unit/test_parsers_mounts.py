"""-v, --mount and --tmpfs mean what they mean to Docker and Podman, and mistakes in them are explained."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.cli.parsers.mount_option import parse_mount
from pod.cli.parsers.mounts import parse_mounts, parse_tmpfs, parse_volume
from pod.errors import UsageError
from pod.storage.container_records import Mount


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("/a:/b", Mount("bind", "/b", "/a")),
        ("/a:/b:ro", Mount("bind", "/b", "/a", ("ro",))),
        ("/a:/b:ro,Z,rshared", Mount("bind", "/b", "/a", ("ro", "Z", "rshared"))),
        ("/a:/b:", Mount("bind", "/b", "/a")),
        ("/a:/b:ro,ro", Mount("bind", "/b", "/a", ("ro",))),
        ("/a:/b:cached", Mount("bind", "/b", "/a")),
        ("/a/../c/:/b//d/", Mount("bind", "/b/d", "/c")),
        ("data:/b:nocopy", Mount("volume", "/b", "", ("nocopy",), "data")),
        ("/b", Mount("volume", "/b")),
        ("/a\\:b:/c", Mount("bind", "/c", "/a:b")),
        ("v:/b:O", Mount("volume", "/b", "", ("O",), "v")),
        ("/a:/b:O,upperdir=/u,workdir=/w", Mount("bind", "/b", "/a", ("O", "upperdir=/u", "workdir=/w"))),
    ],
)
def test_volumes(text: str, mount: Mount) -> None:
    assert parse_volume(text) == mount


def test_a_relative_folder_is_below_the_working_directory() -> None:
    assert parse_volume("./x:/b").source == f"{os.getcwd()}/x"
    assert parse_volume(".:/b").source == os.getcwd()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "it is written [SOURCE:]TARGET[:OPTIONS]"),
        (":/b", "it is written [SOURCE:]TARGET[:OPTIONS]"),
        ("/a:", "it is written [SOURCE:]TARGET[:OPTIONS]"),
        ("/a:/b:ro:rw", "it is written [SOURCE:]TARGET[:OPTIONS]"),
        ("/a:b", "'b' is no absolute path in the container"),
        ("/a:/", "the container's root cannot be mounted over"),
        ("/a:/x/..", "the container's root cannot be mounted over"),
        ("/a:/b:foo", "there is no option 'foo'"),
        ("/a:/b:O,upperdir=/u", "upperdir and workdir are given together"),
        ("/a:/b:upperdir=/u,workdir=/w", "upperdir and workdir belong to O"),
        ("/a:/b:O,upperdir=u,workdir=/w", "upperdir 'u' is no absolute path"),
        (
            "/a:/b:idmap=uids=0-1-10",
            "without root the kernel gives no mount other ids (mount_setattr(2), MOUNT_ATTR_IDMAP)",
        ),
        ("/a:/b:ro,rw", "ro and rw exclude each other"),
        ("/a:/b:shared,rslave", "shared and rslave exclude each other"),
        ("a/b:/c", "'a/b' is no name of a volume"),
        ("_x:/c", "'_x' is no name of a volume"),
    ],
)
def test_a_wrong_volume_is_refused_with_the_reason(text: str, rule: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_volume(text)
    assert caught.value.message == f'invalid value "{text}" for --volume: {rule}'


def test_a_forgotten_dot_is_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        parse_volume("src/app:/c")
    assert caught.value.hint == "a folder of this machine begins with / or ./: ./src/app"


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("type=bind,source=/a,target=/b", Mount("bind", "/b", "/a")),
        ("type=bind,src=/a,dst=/b,readonly", Mount("bind", "/b", "/a", ("ro",))),
        ("type=bind,src=/a,destination=/b,ro=false", Mount("bind", "/b", "/a", ("rw",))),
        ("type=bind,src=/a,dst=/b,bind-propagation=rslave", Mount("bind", "/b", "/a", ("rslave",))),
        ("type=bind,src=/a,dst=/b,bind-nonrecursive", Mount("bind", "/b", "/a", ("bind",))),
        ("type=bind,src=/a,dst=/b,bind-recursive=disabled", Mount("bind", "/b", "/a", ("bind",))),
        ("type=bind,src=/a,dst=/b,relabel=private", Mount("bind", "/b", "/a", ("Z",))),
        ("type=bind,src=/a,dst=/b,consistency=cached", Mount("bind", "/b", "/a")),
        ('type=bind,"src=/a,b",dst=/c', Mount("bind", "/c", "/a,b")),
        ('type=bind,"src=/a""b",dst=/c', Mount("bind", "/c", '/a"b')),
        ("type=bind,src=/a,dst=/b,ro,bind-recursive=writable", Mount("bind", "/b", "/a", ("ro", "ro-top-only"))),
        ("type=bind,src=/a,dst=/b,U=true", Mount("bind", "/b", "/a", ("U",))),
        ("src=data,dst=/b", Mount("volume", "/b", "", (), "data")),
        ("src=data,dst=/b,volume-subpath=x/y", Mount("volume", "/b", "", (), "data", subpath="x/y")),
        (
            "src=data,dst=/b,volume-driver=d,volume-opt=a=1,volume-opt=b=2,volume-label=l=m",
            Mount(
                "volume",
                "/b",
                "",
                (),
                "data",
                driver="d",
                driver_options={"a": "1", "b": "2"},
                volume_labels={"l": "m"},
            ),
        ),
        ("type=image,src=busybox,dst=/b,rw=true,subpath=bin", Mount("image", "/b", "busybox", ("rw",), subpath="bin")),
        ("type=image,src=busybox,dst=/b", Mount("image", "/b", "busybox")),
        ("type=devpts,dst=/b,uid=1,mode=620", Mount("devpts", "/b", "", ("uid=1", "mode=620"))),
        ("type=ramfs,dst=/b,noexec", Mount("ramfs", "/b", "", ("noexec",))),
        ("type=glob,src=/etc/host*,ro", Mount("glob", "", "/etc/host*", ("ro",))),
        ("type=volume,dst=/b,volume-nocopy", Mount("volume", "/b", "", ("nocopy",))),
        ("type=tmpfs,dst=/b", Mount("tmpfs", "/b")),
        ("type=tmpfs,dst=/b,tmpfs-size=1m,tmpfs-mode=700", Mount("tmpfs", "/b", "", ("size=1048576", "mode=700"))),
        ("type=tmpfs,dst=/b,noexec,size=1m", Mount("tmpfs", "/b", "", ("noexec", "size=1m"))),
    ],
)
def test_mounts(text: str, mount: Mount) -> None:
    assert parse_mount(text) == mount


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("type=foo,dst=/b", "there is no type 'foo'"),
        ("type=bind,src=/a", "target=… is missing"),
        ("type=npipe,src=/a,dst=/b", "named pipes are of Windows"),
        ("type=devpts,src=/a,dst=/b", "a devpts has no source"),
        ("type=image,dst=/b", "source=… is missing"),
        ("type=tmpfs,dst=/b,subpath=x", "a tmpfs mount has no 'subpath'"),
        ("type=bind,src=/a,dst=/b,no-dereference", "a link cannot be mounted: what it leads to is"),
        ("type=bind,dst=/b", "source=… is missing"),
        ("type=bind,src=,dst=/b", "source has no value"),
        ("type=bind,src=/a,dst=/b,dst=/c", "target is given twice"),
        ("type=bind,src=/a,dst=/b,foo=1", "a bind mount has no 'foo'"),
        ("type=bind,src=/a,dst=/b,ro=x", "ro is true or false"),
        ("type=bind,src=/a,dst=/b,bind-propagation=x", None),
        ("type=tmpfs,dst=/b,src=/a", "a tmpfs has no source"),
        ("type=tmpfs,dst=/b,tmpfs-mode=9", "tmpfs-mode '9' is no octal number"),
        ('type=bind,"src=/a,dst=/b', "a quote is not closed"),
        ("foo", "a volume mount has no 'foo'"),
        ("", "target=… is missing"),
    ],
)
def test_a_wrong_mount_is_refused_with_the_reason(text: str, rule: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        parse_mount(text)
    if rule is not None and text not in ("foo", ""):
        assert caught.value.message == f'invalid value "{text}" for --mount: {rule}'


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("/t", Mount("tmpfs", "/t")),
        ("/t:size=64k,noexec,mode=1777", Mount("tmpfs", "/t", "", ("size=64k", "noexec", "mode=1777"))),
        ("/t:rw", Mount("tmpfs", "/t", "", ("rw",))),
    ],
)
def test_tmpfs(text: str, mount: Mount) -> None:
    assert parse_tmpfs(text) == mount


@pytest.mark.parametrize("text", ["t", "/", "/t:foo", "/t:ro,rw", "/t:bind", ""])
def test_a_wrong_tmpfs_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"for --tmpfs: "):
        parse_tmpfs(text)


def test_all_kinds_together_keep_their_order() -> None:
    mounts = parse_mounts(["/a:/1"], ["type=tmpfs,dst=/2"], ["/3"])
    assert [mount.target for mount in mounts] == ["/1", "/2", "/3"]


def test_two_mounts_on_one_target_are_refused() -> None:
    with pytest.raises(UsageError, match=r"^/b would be mounted twice$"):
        parse_mounts(["/a:/b"], [], ["/b/"])


@given(st.text(alphabet=':,=/.abrotypeynbind"', max_size=30))
def test_any_text_is_a_mount_or_refused(text: str) -> None:
    for parse in (parse_volume, parse_mount, parse_tmpfs):
        try:
            mount = parse(text)
        except UsageError:
            continue
        assert mount.target.startswith("/") and "//" not in mount.target and mount.target != "/"
