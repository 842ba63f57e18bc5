"""`pod manifest add`."""

from __future__ import annotations

from pod.cli.commands.registry.flags import RegistryFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class DescriptionFlags(RegistryFlags):
    """What may be said of an image in a list."""

    annotation: Annotated[
        tuple[str, ...], Option("--annotation", metavar="KEY=VALUE", help="Describe the entry; repeat for more")
    ] = ()
    arch: Annotated[str, Option("--arch", metavar="ARCH", help="Processor that the image is for")] = ""
    features: Annotated[str, Option("--features", metavar="LIST", help="What the processor must be able to do")] = ""
    os: Annotated[str, Option("--os", metavar="OS", help="Operating system that the image is for")] = ""
    os_features: Annotated[
        str, Option("--os-features", metavar="LIST", help="What the operating system must be able to do")
    ] = ""
    os_version: Annotated[str, Option("--os-version", metavar="VERSION", help="Version of the operating system")] = ""
    variant: Annotated[str, Option("--variant", metavar="VARIANT", help="Variant of the processor")] = ""


class AddFlags(DescriptionFlags):
    """The options of `manifest add`."""

    name: Annotated[str, Argument(metavar="LIST", help="Name of the list")] = ""
    images: Annotated[tuple[str, ...], Argument(metavar="IMAGE...", help="Images, or files with --artifact")] = ()
    all: Annotated[bool, Option("--all", help="Of images that are lists, add everything in them")] = False
    creds: Annotated[str, Option("--creds", metavar="USER[:PASSWORD]", help="Credentials for this time only")] = ""
    artifact: Annotated[bool, Option("--artifact", help="Add files as an artifact")] = False
    artifact_config: Annotated[
        str, Option("--artifact-config", metavar="FILE", help="Configuration of the artifact")
    ] = ""
    artifact_config_type: Annotated[
        str, Option("--artifact-config-type", metavar="TYPE", help="Media type of the configuration")
    ] = ""
    artifact_exclude_titles: Annotated[
        bool, Option("--artifact-exclude-titles", help="Leave out the names of the files")
    ] = False
    artifact_layer_type: Annotated[
        str, Option("--artifact-layer-type", metavar="TYPE", help="Media type of the files")
    ] = ""
    artifact_subject: Annotated[
        str, Option("--artifact-subject", metavar="IMAGE", help="What the artifact is about")
    ] = ""
    artifact_type: Annotated[str, Option("--artifact-type", metavar="TYPE", help="Type of the artifact")] = ""


def add(context: Context, flags: AddFlags) -> int:
    """Add images to a manifest list.

    Images are taken from the store, or from a registry where they stay: `docker://` insists on that, and
    `containers-storage:` on the store.

    Examples:
      pod manifest add app:1 app:1-arm64
      pod manifest add --artifact --artifact-type text/spdx app:1 bill.spdx
    """
    from pod.cli.actions.manifests.edit import add as add_to_list

    return add_to_list(context, flags)
