"""Doing something in another network namespace without leaving one's own.

setns(2) moves one thread, and moving back would need root in the old namespace's owner: so a thread goes there, makes
what belongs there, a socket mostly, and ends.
"""

from __future__ import annotations

import _thread
import fcntl
import os

from pod.linux import syscalls as sc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    _T = TypeVar("_T")


_NS_GET_USERNS = 0xB701


def run_in(namespace: int, function: Callable[[], _T]) -> _T:
    """Call a function in a network namespace (a descriptor) and return what it returns, or raise what it raises."""

    def there() -> _T:
        sc.setns(namespace, sc.CLONE_NEWNET)
        return function()

    return _in_thread(there)


def is_below_ours(namespace: int) -> bool:
    """True for a namespace (a descriptor) of this process's user namespace, or of one below it (ioctl_ns(2))."""
    try:
        os.close(fcntl.ioctl(namespace, _NS_GET_USERNS))
    except PermissionError:
        return False
    return True


def make() -> int:
    """Make a network namespace; it lives as long as the returned descriptor."""

    def make_and_open() -> int:
        sc.unshare(sc.CLONE_NEWNET)
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    return _in_thread(make_and_open)


def _in_thread(function: Callable[[], _T]) -> _T:
    done = _thread.allocate_lock()
    done.acquire()
    results: list[_T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            results.append(function())
        except BaseException as err:
            errors.append(err)
        finally:
            done.release()

    _thread.start_new_thread(body, ())
    done.acquire()
    if errors:
        raise errors[0]
    return results[0]


def use_addresses_at_once(namespace: int) -> None:
    """Let new interfaces of a namespace skip the second in which IPv6 looks for duplicates: nobody else is there."""
    run_in(namespace, lambda: set_sysctl("ipv6/conf/default/accept_dad", "0"))


def set_sysctl(key: str, value: str) -> None:
    """Write a setting of the network namespace of the calling thread; one that the kernel has not is left out."""
    try:
        fd = os.open(f"/proc/sys/net/{key}", os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.write(fd, value.encode())
    finally:
        os.close(fd)
