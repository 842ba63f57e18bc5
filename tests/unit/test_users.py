"""Users of an image: the forms of `-u`, and files that may be anything."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.errors import NoSuchUser, PodError, UsageError
from pod.runtime.users import MAX_ID, User, resolve_user

PASSWD = """\
# comment: 1:2
root:x:0:0:root:/root:/bin/sh

broken
half:x:notanumber:5::/:/bin/sh
joe:x:1000:1000:Joe,,,:/home/joe:/bin/bash
joe:x:2000:2000:::
bare:x:7:8
huge:x:4294967296:1::/:
12:x:3000:3000::/twelve:
twin:x:1000:1001::/home/twin:/bin/sh
"""
GROUP = """\
root:x:0:
bin:x:1:root,joe
staff:x:50:joe,other
joe:x:1000:
joe:x:6000:
joes:x:51:joey
wrong:x:many:joe
short
50:x:70:
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(PASSWD)
    (tmp_path / "etc/group").write_text(GROUP)
    return tmp_path


JOE = User(1000, 1000, (1, 50, 1000), "/home/joe", "joe", "/bin/bash")

FORMS = {
    "": User(0, 0, (0, 1), "/root", "root", "/bin/sh"),
    "root": User(0, 0, (0, 1), "/root", "root", "/bin/sh"),
    "0": User(0, 0, (0, 1), "/root", "root", "/bin/sh"),
    "joe": JOE,
    "1000": JOE,
    "01000": JOE,
    "joe:": JOE,
    "joe:staff": JOE.replace(gid=50, groups=(50,)),
    "joe:51": JOE.replace(gid=51, groups=(51,)),
    "1000:1234": JOE.replace(gid=1234, groups=(1234,)),
    "1234": User(1234, 0, (0,)),
    "1234:staff": User(1234, 50, (50,)),
    "1234:5678": User(1234, 5678, (5678,)),
    ":staff": User(0, 50, (50,), "/root", "root", "/bin/sh"),
    "bare": User(7, 8, (8,), "/", "bare", ""),
    "12": User(12, 0, (0,)),
    "joe:50": JOE.replace(gid=50, groups=(50,)),
    f"{MAX_ID}:{MAX_ID}": User(MAX_ID, MAX_ID, (MAX_ID,)),
}


@pytest.mark.parametrize("spec", FORMS)
def test_user_forms(image: Path, spec: str) -> None:
    assert resolve_user(str(image), spec) == FORMS[spec]


def test_the_root_may_be_a_descriptor(image: Path) -> None:
    fd = os.open(image, os.O_PATH)
    try:
        assert resolve_user(fd, "joe") == JOE
        os.fstat(fd)  # still ours
    finally:
        os.close(fd)


def test_added_groups_come_to_those_of_the_image(image: Path) -> None:
    assert resolve_user(str(image), "joe", ["root", "77"]).groups == (0, 1, 50, 77, 1000)
    assert resolve_user(str(image), "joe:joe", ["staff"]).groups == (50, 1000)


def test_the_primary_group_is_among_the_groups(image: Path) -> None:
    """Else a program that drops its group could shed a refusal that the group has on a file (CVE-2022-2989)."""
    for spec in FORMS:
        user = resolve_user(str(image), spec)
        assert user.gid in (user.groups or ())


def test_an_unknown_user_is_named(image: Path) -> None:
    with pytest.raises(NoSuchUser) as caught:
        resolve_user(str(image), "nobody")
    assert caught.value.message == 'no user "nobody" in the image: no line of /etc/passwd has that name'


@pytest.mark.parametrize("spec", ["joe:wheel", "1:wrong"])
def test_an_unknown_group_is_named(image: Path, spec: str) -> None:
    with pytest.raises(NoSuchUser) as caught:
        resolve_user(str(image), spec)
    assert (
        caught.value.message
        == f'no group "{spec[spec.index(":") + 1 :]}" in the image: no line of /etc/group has that name'
    )


def test_an_unknown_added_group_is_named(image: Path) -> None:
    with pytest.raises(NoSuchUser, match='no group "wheel"'):
        resolve_user(str(image), "joe", ["wheel"])


@pytest.mark.parametrize("spec", ["4294967295", "-1", "99999999999999999999", "0:4294967295", "0:-5", "9" * 5000])
def test_numbers_that_are_no_ids_are_refused(image: Path, spec: str) -> None:
    with pytest.raises(UsageError, match=r"id .* is out of range"):
        resolve_user(str(image), spec)


@pytest.mark.parametrize("name", ["half", "huge", "broken", "# comment", "#"])
def test_lines_that_do_not_parse_make_no_user(image: Path, name: str) -> None:
    """A line without a number must not make its user root."""
    with pytest.raises(NoSuchUser):
        resolve_user(str(image), name)


def test_an_image_without_files_knows_numbers_only(tmp_path: Path) -> None:
    assert resolve_user(str(tmp_path), "") == User(0, 0, (0,))
    assert resolve_user(str(tmp_path), "5:6", ["7"]) == User(5, 6, (6, 7))
    with pytest.raises(NoSuchUser):
        resolve_user(str(tmp_path), "root")


def test_links_are_followed_inside_the_image_only(image: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "passwd"
    outside.write_text("spy:x:0:0::/:/bin/sh\n")
    (image / "usr").mkdir()
    (image / "etc/passwd").rename(image / "usr/passwd")
    (image / "etc/passwd").symlink_to("/usr/passwd")
    assert resolve_user(str(image), "joe") == JOE
    (image / "etc/passwd").unlink()
    for target in (str(outside), os.path.relpath(outside, image / "etc"), "../../../../../../etc/passwd"):
        (image / "etc/passwd").symlink_to(target)
        with pytest.raises(NoSuchUser if "outside" in target else PodError):
            resolve_user(str(image), "spy")
        (image / "etc/passwd").unlink()


@pytest.fixture
def impatience() -> Iterator[None]:
    """Fail a test that waits, rather than wait with it: open(2) of a fifo can block for ever."""

    def fail(_number: int, _frame: object) -> None:
        raise TimeoutError("still waiting after 2 seconds")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(2)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("impatience")
def test_a_fifo_is_refused_at_once(image: Path) -> None:
    (image / "etc/group").unlink()
    os.mkfifo(image / "etc/group")
    with pytest.raises(PodError, match="cannot read /etc/group of the image: not a regular file"):
        resolve_user(str(image), "joe")


def test_what_is_no_file_is_refused(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (image / "etc/passwd").unlink()
    (image / "etc/passwd").mkdir()
    with pytest.raises(PodError, match="/etc/passwd of the image: not a regular file"):
        resolve_user(str(image), "joe")
    (image / "etc/passwd").rmdir()
    monkeypatch.chdir(image / "etc")  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("passwd")
        with pytest.raises(PodError, match="/etc/passwd of the image: No such device or address"):
            resolve_user(str(image), "joe")


def test_a_loop_of_links_is_told(image: Path) -> None:
    (image / "etc/passwd").unlink()
    (image / "etc/passwd").symlink_to("passwd")
    with pytest.raises(PodError, match="cannot read /etc/passwd of the image: Too many levels of symbolic links"):
        resolve_user(str(image), "0")


def test_an_endless_file_is_refused(image: Path) -> None:
    with open(image / "etc/passwd", "ab") as passwd:
        passwd.truncate(1 << 30)
    with pytest.raises(PodError, match="cannot read /etc/passwd of the image: File too large"):
        resolve_user(str(image), "joe")


def test_a_file_of_a_whole_company_is_searched_quickly(image: Path) -> None:
    lines = "".join(f"user{n}:x:{n}:{n}:Some Body {n}:/home/user{n}:/bin/bash\n" for n in range(3000, 103_000))
    (image / "etc/passwd").write_text(lines + PASSWD)
    everyone = ",".join(f"user{n}" for n in range(3000, 103_000))
    (image / "etc/group").write_text(f"all:x:99:{everyone},joe\n" + GROUP)
    start = time.monotonic()
    assert resolve_user(str(image), "joe") == JOE.replace(groups=(1, 50, 99, 1000))
    assert time.monotonic() - start < 2


def test_names_that_are_no_utf8_do_no_harm(image: Path) -> None:
    (image / "etc/passwd").write_bytes(b"\xff\xfe:x:5:5::/:\n" + PASSWD.encode())
    assert resolve_user(str(image), "joe") == JOE


@given(passwd=st.binary(max_size=300), group=st.binary(max_size=300), spec=st.text(max_size=12))
def test_no_content_makes_anything_but_an_answer_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, passwd: bytes, group: bytes, spec: str
) -> None:
    root = tmp_path_factory.mktemp("image")
    (root / "etc").mkdir()
    (root / "etc/passwd").write_bytes(passwd)
    (root / "etc/group").write_bytes(group)
    try:
        user = resolve_user(str(root), spec)
    except PodError:
        return
    assert all(0 <= number <= MAX_ID for number in (user.uid, user.gid, *(user.groups or ())))


@given(
    name=st.from_regex(r"[a-z_][a-z0-9_-]{0,30}", fullmatch=True),
    uid=st.integers(0, MAX_ID),
    gid=st.integers(0, MAX_ID),
)
def test_every_user_is_found_by_name_and_by_number(
    tmp_path_factory: pytest.TempPathFactory, name: str, uid: int, gid: int
) -> None:
    root = tmp_path_factory.mktemp("image")
    (root / "etc").mkdir()
    (root / "etc/passwd").write_text(f"{name}:x:{uid}:{gid}:gecos:/home/{name}:/bin/sh\n")
    expected = User(uid, gid, (gid,), f"/home/{name}", name, "/bin/sh")
    assert resolve_user(str(root), name) == resolve_user(str(root), str(uid)) == expected
