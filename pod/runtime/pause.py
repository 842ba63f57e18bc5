"""The program of a pod's infra container: a static file of 250 bytes that holds namespaces open and buries orphans.

It is written as machine code, so that no image is fetched for it and no interpreter's memory lies open to containers
that share its pid namespace. In C:

    sigprocmask(SIG_BLOCK, every signal);
    for (;;)
        switch (sigtimedwait(every signal, for ever)) {
        case SIGCHLD: while (wait4(-1, 0, WNOHANG, 0) > 0); break;
        case SIGTERM: case SIGINT: exit(0);
        }
"""

from __future__ import annotations

import os
import struct

from pod.errors import KernelRefused

_CODE = {  # e_machine of elf(5), and the instructions; the signals' set lies on the stack
    "x86_64": (
        62,
        "6aff 4889e6 31ff 31d2 41ba08000000 b80e000000 0f05"  # rt_sigprocmask is 14
        "4889e7 31f6 31d2 41ba08000000 b880000000 0f05"  # rt_sigtimedwait is 128
        "83f811 7413 83f80f 7405 83f802 75dd"  # SIGCHLD, SIGTERM, SIGINT
        "31ff b83c000000 0f05"  # exit is 60
        "bfffffffff 31f6 ba01000000 4531d2 b83d000000 0f05 85c0 7fe6 ebb8",  # wait4 is 61
    ),
    "aarch64": (
        183,
        "00008092 e00f1ff8 000080d2 e1030091 020080d2 030180d2 e81080d2 010000d4"  # rt_sigprocmask is 135
        "e0030091 010080d2 020080d2 030180d2 281180d2 010000d4"  # rt_sigtimedwait is 137
        "1f440071 00010054 1f3c0071 60000054 1f080071 a1feff54"
        "000080d2 c80b80d2 010000d4"  # exit_group is 94
        "00008092 010080d2 220080d2 030080d2 882080d2 010000d4 1f000071 2cffff54 e9ffff17",  # wait4 is 260
    ),
}
_LOADED_AT = 0x400000
_HEADERS = 64 + 56  # an ELF header and one program header


def program(machine: str = "") -> bytes:
    """Return the file for this machine, or for the one named as uname(2) does. Raises KernelRefused."""
    machine = machine or os.uname().machine
    if machine not in _CODE:
        raise KernelRefused(
            f"there is no infra container for {machine}: pods share namespaces on {' and '.join(sorted(_CODE))} only",
            hint="a pod with --infra=false groups containers all the same",
        )
    number, text = _CODE[machine]
    code = bytes.fromhex(text)
    size = _HEADERS + len(code)
    ident = b"\x7fELF" + bytes((2, 1, 1, 0)) + bytes(8)  # 64 bits, little-endian, System V
    header = struct.pack("<16sHHIQQQIHHHHHH", ident, 2, number, 1, _LOADED_AT + _HEADERS, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _LOADED_AT, _LOADED_AT, size, size, 0x1000)  # PT_LOAD, R and X
    return header + segment + code
