"""The monitor's ends of a program's streams."""

from __future__ import annotations

import fcntl
import os

from pod.engine import attach_protocol as protocol
from pod.engine.monitor.streams import Streams


def test_only_a_pipe_that_was_full_is_made_wider() -> None:
    reader, writer = os.pipe()
    streams = Streams(-1, {reader: protocol.OUTPUT})
    before = fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ)
    try:
        os.write(writer, b"a line\n")
        assert streams.read(reader) == b"a line\n"
        assert fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ) == before
        os.write(writer, bytes(protocol.CHUNK))
        assert streams.read(reader) == bytes(protocol.CHUNK)
        assert fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ) > before
        assert streams.read(reader) == b"", "nothing is there now"
    finally:
        os.close(writer)
    assert streams.read(reader) is None
    streams.end(reader)


def test_a_stream_that_cannot_be_made_wider_is_read_all_the_same(tmp_path: object) -> None:
    path = os.path.join(str(tmp_path), "file")
    with open(path, "wb") as file:
        file.write(bytes(2 * protocol.CHUNK))
    fd = os.open(path, os.O_RDONLY)
    streams = Streams(-1, {fd: protocol.OUTPUT})
    assert streams.read(fd) == streams.read(fd) == bytes(protocol.CHUNK)
    streams.end(fd)
