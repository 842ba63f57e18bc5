"""The interpreter that runs us, when it belongs to the user: containers must not be able to overwrite it.

A container's root is the user. If the program to be executed is a link to /proc/self/exe, or a script with that for
its interpreter, the kernel executes this very interpreter inside the container, where /proc/PID/exe then opens it for
writing: CVE-2019-5736. An interpreter in the user's home (pyenv, uv, conda) is therefore exchanged for a sealed copy in
memory, as runc does with itself. One that is root's costs two system calls here.
"""

from __future__ import annotations

import fcntl
import os
import sys

_EXE = "/proc/self/exe"
_COPY_BYTES = 1 << 30
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


def seal() -> None:
    """Start this command anew from a sealed copy of its interpreter, where a container could write to that one.

    To be called before the command has done anything.
    """
    if _is_safe():
        return
    copy = _sealed_copy()
    os.execve(f"/proc/self/fd/{copy}", sys.orig_argv, os.environ)


def _is_safe() -> bool:
    owner = os.stat(_EXE).st_uid
    if owner != os.getuid() and not os.access(_EXE, os.W_OK):
        return True
    fd = os.open(_EXE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return bool(fcntl.fcntl(fd, fcntl.F_GET_SEALS) & fcntl.F_SEAL_WRITE)
    except OSError:  # EINVAL: a file on a disk (fcntl(2), "File Sealing")
        return False
    finally:
        os.close(fd)


def _sealed_copy() -> int:
    source = os.open(_EXE, os.O_RDONLY | os.O_CLOEXEC)
    copy = os.memfd_create("pod", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    while os.sendfile(copy, source, None, _COPY_BYTES):
        pass
    os.close(source)
    fcntl.fcntl(copy, fcntl.F_ADD_SEALS, _SEALS)
    return copy
