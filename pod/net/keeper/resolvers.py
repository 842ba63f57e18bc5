"""The name servers of the host, read again whenever resolv.conf changes (resolv.conf(5))."""

from __future__ import annotations

import os

from pod.linux import files

_PATH = "/etc/resolv.conf"
_NONE = "127.0.0.1"  # where none is named, it is this machine's (resolv.conf(5))
_MOST = 3  # MAXNS of the C library


class HostResolvers:
    """What the host's resolv.conf says now."""

    def __init__(self) -> None:
        self._stamp = (0, 0)
        self._servers: list[str] = []

    def servers(self) -> list[str]:
        """Return the addresses of the host's name servers."""
        try:
            info = os.stat(_PATH)
            stamp = (info.st_mtime_ns, info.st_ino)
            if stamp != self._stamp:
                self._servers = _parse(files.read_bytes(_PATH, 1 << 16).decode(errors="replace"))
                self._stamp = stamp
        except FileNotFoundError:
            return [_NONE]
        except OSError:
            return []
        return self._servers


def _parse(text: str) -> list[str]:
    lines = [line.split("#")[0].split() for line in text.splitlines()]
    return [words[1] for words in lines if len(words) > 1 and words[0] == "nameserver"][:_MOST] or [_NONE]
