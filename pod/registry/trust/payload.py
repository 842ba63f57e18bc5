"""What is signed of an image: its digest and its name, as a JSON document (containers-signature(5))."""

from __future__ import annotations

from pod import __version__
from pod.linux import jsonfile
from pod.record import Record

SIMPLE, COSIGN = "atomic container signature", "cosign container image signature"


class Payload(Record):
    """A signed document, understood."""

    digest: str
    reference: str

    @classmethod
    def parse(cls, data: bytes, kind: str) -> Payload:
        """Read a document whose signature is right. Raises ValueError for anything out of place."""
        document = jsonfile.loads(data)
        try:
            critical = document["critical"]
            found = cls(critical["image"]["docker-manifest-digest"], critical["identity"]["docker-reference"])
            whole = (
                document.keys() <= {"critical", "optional"}
                and critical.keys() == {"type", "image", "identity"}
                and critical["image"].keys() == {"docker-manifest-digest"}
                and critical["identity"].keys() == {"docker-reference"}
                and critical["type"] == kind
                and isinstance(found.digest, str)
                and isinstance(found.reference, str)
            )
        except (KeyError, TypeError, AttributeError):
            whole = False
        if not whole:
            raise ValueError(f"it is no {kind}")
        return found

    def dumps(self, now: int) -> bytes:
        """Return the document to sign."""
        critical = {
            "identity": {"docker-reference": self.reference},
            "image": {"docker-manifest-digest": self.digest},
            "type": SIMPLE,
        }
        return jsonfile.dumps({"critical": critical, "optional": {"creator": f"pod {__version__}", "timestamp": now}})
