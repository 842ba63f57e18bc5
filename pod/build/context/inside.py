"""Files of a context that somebody else made: read by names that the kernel keeps inside it, whatever its links say."""

from __future__ import annotations

import os
import stat

from pod.errors import BuildError
from pod.linux import files
from pod.runtime import inroot


def read(context: str, name: str, limit: int) -> bytes | None:
    """Return a regular file below the context's folder, links followed inside it; None where there is none.

    Raises BuildError for one that cannot be read or is larger than `limit` bytes.
    """
    root = os.open(context, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fd = inroot.open_in_root(root, name, os.O_RDONLY | os.O_NONBLOCK)  # a fifo would be waited for
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as err:
        raise BuildError(f"cannot read {name:.200} of the context: {err.strerror}") from err
    finally:
        os.close(root)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        return files.read_all(fd, limit, name)
    except OSError as err:
        raise BuildError(f"cannot read {name:.200} of the context: {err.strerror}") from err
    finally:
        os.close(fd)
