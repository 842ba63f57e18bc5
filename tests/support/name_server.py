"""A name server on port 53 of one address, over UDP and TCP: `python -m tests.support.name_server ADDRESS`.

real.example has one address, large.example so many that a datagram cannot hold them, no.example does not exist, and
whoami.example is the address of who asks.
"""

from __future__ import annotations

import socket
import socketserver
import sys
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

REAL = "198.51.100.7"
LARGE = [f"198.51.{number // 250}.{number % 250 + 1}" for number in range(300)]


def answer(query: bytes, client: str, limit: int) -> bytes:
    """Return the answer to a query; one that is larger than `limit` is cut."""
    message = dns.message.from_wire(query)
    response = dns.message.make_response(message, recursion_available=True)
    question = message.question[0]
    known = {"real.example.": [REAL], "large.example.": LARGE, "whoami.example.": [client]}
    name = question.name.to_text().lower()
    if name not in known:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif question.rdtype == dns.rdatatype.A:
        response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", "A", known[name]))
    wire = response.to_wire(max_size=65535)
    if len(wire) > limit:
        response.answer.clear()
        response.flags |= dns.flags.TC
        wire = response.to_wire()
    return wire


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        sock.sendto(answer(data, self.client_address[0], 512), self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while head := self.rfile.read(2):
            wire = answer(self.rfile.read(int.from_bytes(head, "big")), self.client_address[0], 65535)
            self.wfile.write(len(wire).to_bytes(2, "big") + wire)


def main(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for server, handler in ((socketserver.UDPServer, _Datagram), (socketserver.ThreadingTCPServer, _Stream)):
        kind = type("Server", (server,), {"address_family": family, "daemon_threads": True})
        threading.Thread(target=kind((address, 53), handler).serve_forever).start()
    print("ready", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
