"""Names in archives, made relative to the root of the layer."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.storage.unpack import clean, show


@pytest.mark.parametrize(
    "path, expected",
    [
        (b"usr/bin/env", b"usr/bin/env"),
        (b"./usr/bin", b"usr/bin"),
        (b"./", b"."),
        (b"", b"."),
        (b"/", b"."),
        (b"/etc/passwd", b"etc/passwd"),
        (b"a/../../b", b"b"),
        (b"../../..", b"."),
        (b"a//b/./c/", b"a/b/c"),
        (b".hidden/.x", b".hidden/.x"),
        (b"..data/...", b"..data/..."),
        (b"./.././a", b"a"),
    ],
)
def test_names_are_relative_to_the_root(path: bytes, expected: bytes) -> None:
    assert clean(path) == expected


@given(st.lists(st.sampled_from([b"a", b"b", b".", b"..", b"", b".c", b"..d"])).map(b"/".join))
def test_a_clean_name_is_what_a_root_folder_would_make_of_it(path: bytes) -> None:
    assert clean(path) == (os.path.normpath(b"/" + path).lstrip(b"/") or b".")


def test_messages_show_names_without_their_control_characters() -> None:
    assert show(b"a\x1b[31m\n\xff") == r"'a\x1b[31m\n\udcff'"
