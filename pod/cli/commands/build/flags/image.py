"""Options of `build`: what the image is to be."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Option


class ImageFlags(Record):
    """Options about what the image is to be, as typed."""

    tag: Annotated[
        tuple[str, ...],
        Option("--tag", "-t", metavar="NAME[:TAG]", help="Name of the image; repeat for more", rich_help_panel="Image"),
    ] = ()
    label: Annotated[
        tuple[str, ...], Option("--label", metavar="KEY=VALUE", help="Label of the image", rich_help_panel="Image")
    ] = ()
    annotation: Annotated[
        tuple[str, ...],
        Option("--annotation", metavar="KEY=VALUE", help="Annotation of the manifest", rich_help_panel="Image"),
    ] = ()
    env: Annotated[
        tuple[str, ...],
        Option(
            "--env",
            metavar="NAME[=VALUE]",
            help="Add a variable to the environment of the image",
            rich_help_panel="Image",
        ),
    ] = ()
    unsetenv: Annotated[
        tuple[str, ...],
        Option(
            "--unsetenv",
            metavar="NAME",
            help="Take a variable out of the environment of the image",
            rich_help_panel="Image",
        ),
    ] = ()
    unsetlabel: Annotated[
        tuple[str, ...],
        Option("--unsetlabel", metavar="KEY", help="Take away a label of the base image", rich_help_panel="Image"),
    ] = ()
    inherit_labels: Annotated[
        bool,
        Option("--inherit-labels", help="Keep the labels of the base image; on unless =false", rich_help_panel="Image"),
    ] = True
    format: Annotated[
        Literal["oci", "docker"],
        Option("--format", metavar="FORMAT", help="Of the manifest: oci or docker", rich_help_panel="Image"),
    ] = "oci"
    squash: Annotated[
        bool, Option("--squash", help="Make one layer of those of this build", rich_help_panel="Image")
    ] = False
    squash_all: Annotated[
        bool, Option("--squash-all", help="Make one layer of everything", rich_help_panel="Image")
    ] = False
    layers: Annotated[
        bool, Option("--layers", help="Keep a layer for each step; on unless =false", rich_help_panel="Image")
    ] = True
    timestamp: Annotated[
        int | None,
        Option(
            "--timestamp",
            metavar="SECONDS",
            help="Make everything of that time (seconds since 1970): the same build, the same id",
            rich_help_panel="Image",
        ),
    ] = None
    source_date_epoch: Annotated[
        int | None,
        Option(
            "--source-date-epoch",
            metavar="SECONDS",
            help="The time that --timestamp says; else the variable SOURCE_DATE_EPOCH",
            rich_help_panel="Image",
        ),
    ] = None
    omit_history: Annotated[bool, Option("--omit-history", help="Leave the history out", rich_help_panel="Image")] = (
        False
    )
    os_version: Annotated[
        str,
        Option(
            "--os-version",
            metavar="VERSION",
            help="Version of the operating system that the image needs",
            rich_help_panel="Image",
        ),
    ] = ""
    os_feature: Annotated[
        tuple[str, ...],
        Option(
            "--os-feature",
            metavar="FEATURE",
            help="What the image needs of the operating system",
            rich_help_panel="Image",
        ),
    ] = ()
    manifest: Annotated[
        str, Option("--manifest", metavar="LIST", help="Add the image to a manifest list", rich_help_panel="Image")
    ] = ""
    output: Annotated[
        tuple[str, ...],
        Option(
            "--output",
            "-o",
            metavar="DEST",
            help="Write files in place of an image: FOLDER, or type=local|tar|oci|docker,dest=PATH",
            rich_help_panel="Image",
        ),
    ] = ()
    load: Annotated[
        bool, Option("--load", help="Put the image into the store, as is always done", rich_help_panel="Image")
    ] = False
    push: Annotated[bool, Option("--push", help="Push the image to its registry", rich_help_panel="Image")] = False
    iidfile: Annotated[
        str, Option("--iidfile", metavar="FILE", help="Write the id of the image to a file", rich_help_panel="Image")
    ] = ""
    metadata_file: Annotated[
        str,
        Option(
            "--metadata-file",
            metavar="FILE",
            help="Write what is known of the result to a file",
            rich_help_panel="Image",
        ),
    ] = ""
    quiet: Annotated[bool, Option("--quiet", "-q", help="Print the id, and nothing else", rich_help_panel="Image")] = (
        False
    )
    progress: Annotated[
        Literal["auto", "plain", "tty", "quiet", "rawjson"],
        Option(
            "--progress",
            metavar="KIND",
            help="How to show what is done: auto, plain, tty, quiet, rawjson",
            rich_help_panel="Image",
        ),
    ] = "auto"
    logfile: Annotated[
        str,
        Option("--logfile", metavar="FILE", help="Write the output of the build to a file", rich_help_panel="Image"),
    ] = ""
