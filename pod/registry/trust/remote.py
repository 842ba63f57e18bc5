"""The signatures of an image on a registry: beside it, through the registry's own interface, or attached by cosign."""

from __future__ import annotations

import base64
import json

from pod.errors import NoSuchManifest, RegistryError
from pod.oci.manifest import Manifest
from pod.oci.reference import Reference
from pod.oci.transports import DOCKER
from pod.registry.connection import read_bounded
from pod.registry.trust import sigstore
from pod.registry.trust.checked import CheckedImage, SigstoreSignature, docker_scopes
from pod.registry.trust.lookaside import Lookaside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.oci.digest import Digest
    from pod.registry.repository import Repository

_LIMIT = 4 << 20


def checked(reference: Reference, repository: Repository, digest: Digest) -> CheckedImage:
    """Return an image of a registry as a policy looks at it; the repository may be that of a mirror."""
    place = Reference(repository.connection.host, repository.path, reference.tag, reference.digest)

    def simple() -> list[bytes]:
        if repository.connection.has_signatures:
            return _from_registry(repository, digest)
        return Lookaside().read(place, digest)

    return CheckedImage(
        str(reference),
        DOCKER,
        docker_scopes(reference),
        digest,
        reference,
        simple,
        lambda: _attached(repository, digest),
    )


def _from_registry(repository: Repository, digest: Digest) -> list[bytes]:
    """Ask a registry that answers with X-Registry-Supports-Signatures, as OpenShift's does."""
    what = f"cannot read the signatures of {repository.shown}"
    path = f"/extensions/v2/{repository.path}/signatures/{digest}"
    scope = f"repository:{repository.path}:pull"
    response = repository.connection.request("GET", path, (200, 404), what, scope=scope, stream=True)
    if response.status_code == 404:
        return []
    try:
        document = json.loads(read_bounded(response, _LIMIT, what, repository.connection.host))
        return [
            base64.b64decode(one["content"], validate=True)
            for one in document.get("signatures") or ()
            if one.get("schemaVersion") == 2 and one.get("type") == "atomic"
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise RegistryError(f"{what}: the answer is none: {err}") from None


def _attached(repository: Repository, digest: Digest) -> list[SigstoreSignature]:
    try:
        fetched = repository.manifest(f"sha256-{digest.hex}.sig")
    except NoSuchManifest:
        return []
    found = []
    try:
        for layer in Manifest.from_json(json.loads(fetched.data)).layers:
            if layer.media_type == sigstore.MEDIA_TYPE and 0 < layer.size <= _LIMIT:
                payload = repository.small_blob(layer.digest, layer.size)
                found.append(SigstoreSignature(payload, layer.annotations.get(sigstore.ANNOTATION, "")))
    except ValueError as err:
        raise RegistryError(f"the signatures of {repository.shown} are broken: {err}") from None
    return found
