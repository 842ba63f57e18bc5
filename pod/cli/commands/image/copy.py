"""`pod image copy`."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class CopyFlags(Record):
    """The options of `image copy`."""

    source: Annotated[str, Argument(metavar="SOURCE", help="Where the image is")]
    target: Annotated[str, Argument(metavar="TARGET", help="Where it is to be")]
    all: Annotated[bool, Option("--all", "-a", help="Refused: copy takes the image for one platform")] = False
    authfile: Annotated[str, Option("--authfile", metavar="FILE", help="File with the credentials")] = ""
    dest_authfile: Annotated[str, Option("--dest-authfile", metavar="FILE", help="The same, for the target")] = ""
    dest_cert_dir: Annotated[
        str, Option("--dest-cert-dir", metavar="FOLDER", help="Certificates and keys for the target")
    ] = ""
    dest_creds: Annotated[str, Option("--dest-creds", metavar="USER[:PASSWORD]", help="Credentials for the target")] = (
        ""
    )
    dest_tls_verify: Annotated[
        bool | None, Option("--dest-tls-verify", help="Insist on trusted TLS for the target; =false does without")
    ] = None
    digestfile: Annotated[str, Option("--digestfile", metavar="FILE", help="Write the manifest's digest to it")] = ""
    format: Annotated[
        Literal["", "oci", "v2s2"],
        Option("--format", "-f", metavar="FORMAT", help="Type of the manifest on a registry: oci or v2s2"),
    ] = ""
    override_arch: Annotated[str, Option("--override-arch", metavar="ARCH", help="Processor, of several")] = ""
    override_os: Annotated[str, Option("--override-os", metavar="OS", help="Operating system, of several")] = ""
    override_variant: Annotated[
        str, Option("--override-variant", metavar="VARIANT", help="Variant of the processor")
    ] = ""
    preserve_digests: Annotated[
        bool, Option("--preserve-digests", help="Fail rather than write another manifest than there is")
    ] = False
    quiet: Annotated[bool, Option("--quiet", "-q", help="Print nothing")] = False
    remove_signatures: Annotated[bool, Option("--remove-signatures", help="Copy no signatures; so it is always")] = (
        False
    )
    retry_times: Annotated[int, Option("--retry-times", metavar="NUMBER", help="How often to try again")] = 3
    signature_policy: Annotated[
        str, Option("--signature-policy", "--policy", metavar="FILE", help="Policy on trust instead of policy.json")
    ] = ""
    src_authfile: Annotated[str, Option("--src-authfile", metavar="FILE", help="Credentials for the source")] = ""
    src_cert_dir: Annotated[
        str, Option("--src-cert-dir", metavar="FOLDER", help="Certificates and keys for the source")
    ] = ""
    src_creds: Annotated[str, Option("--src-creds", metavar="USER[:PASSWORD]", help="Credentials for the source")] = ""
    src_tls_verify: Annotated[
        bool | None, Option("--src-tls-verify", help="Insist on trusted TLS for the source; =false does without")
    ] = None


def copy(context: Context, flags: CopyFlags) -> int:
    """Copy an image between registries, archives, folders and the store.

    Both places say what they are: docker://NAME, oci:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME],
    dir:FOLDER, containers-storage:NAME (pod's own store). The digest of the manifest is printed; it stays what it was
    where the format of the target allows that. podman image scp is the same between two stores by way of an archive:
    pod save NAME | ssh HOST pod load.

    Examples:
      pod image copy docker://debian:12 oci-archive:debian.tar:12
      pod image copy dir:/srv/image docker://localhost:5000/team/app:1
    """
    from pod.cli.actions.images.copy import copy as copy_image

    return copy_image(context, flags)
