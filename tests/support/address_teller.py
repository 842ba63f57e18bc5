"""A server that tells every client its address: `python -m tests.support.address_teller ADDRESS PORT`, over TCP."""

from __future__ import annotations

import socket
import sys


def main(address: str, port: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, int(port)), family=family, dualstack_ipv6=address == "::") as listener:
        print("ready", flush=True)
        while True:
            connection, client = listener.accept()
            with connection:
                connection.sendall(client[0].removeprefix("::ffff:").encode() + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
