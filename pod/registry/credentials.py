"""Who somebody is to a registry."""

from __future__ import annotations

from pod.record import Record


class Credentials(Record):
    """Name and password, or an identity token that stands for both."""

    username: str
    password: str
    identity_token: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.username!r}, …)"
