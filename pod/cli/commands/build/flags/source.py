"""Options of `build`: what is built."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class SourceFlags(Record):
    """Options about what is built, as typed."""

    file: Annotated[
        str,
        Option(
            "--file",
            "-f",
            metavar="FILE",
            help="The Dockerfile: a path, a URL, or - for standard input",
            rich_help_panel="Source",
        ),
    ] = ""
    target: Annotated[
        str, Option("--target", metavar="STAGE", help="Build up to a stage", rich_help_panel="Source")
    ] = ""
    build_arg: Annotated[
        tuple[str, ...],
        Option(
            "--build-arg",
            metavar="NAME=VALUE",
            help="Value of an ARG; a bare NAME is taken from the environment",
            rich_help_panel="Source",
        ),
    ] = ()
    build_arg_file: Annotated[
        tuple[str, ...],
        Option(
            "--build-arg-file",
            "--argfile",
            metavar="FILE",
            help="Read values of ARGs, a line each",
            rich_help_panel="Source",
        ),
    ] = ()
    build_context: Annotated[
        tuple[str, ...],
        Option(
            "--build-context",
            metavar="NAME=PLACE",
            help="Another context for COPY --from: a folder, a git or archive URL, docker-image://IMAGE, oci-layout://FOLDER",
            rich_help_panel="Source",
        ),
    ] = ()
    from_: Annotated[
        str,
        Option(
            "--from", metavar="IMAGE", help="In place of the image that the first FROM names", rich_help_panel="Source"
        ),
    ] = ""
    pull: Annotated[
        str | None,
        Option(
            "--pull",
            metavar="[=POLICY]",
            help="Pull base images: missing, always, never, newer; always without a value",
            rich_help_panel="Source",
        ),
    ] = None
    platform: Annotated[
        tuple[str, ...],
        Option(
            "--platform",
            metavar="OS/ARCH",
            help="What the image is for; of several platforms (a,b) -t names a manifest list",
            rich_help_panel="Source",
        ),
    ] = ()
    arch: Annotated[
        str, Option("--arch", metavar="ARCH", help="The processor that the image is for", rich_help_panel="Source")
    ] = ""
    os: Annotated[
        str, Option("--os", metavar="OS", help="The operating system that the image is for", rich_help_panel="Source")
    ] = ""
    variant: Annotated[
        str, Option("--variant", metavar="VARIANT", help="The variant of the processor", rich_help_panel="Source")
    ] = ""
    ignorefile: Annotated[
        str,
        Option(
            "--ignorefile",
            metavar="FILE",
            help="In place of the .dockerignore of the context",
            rich_help_panel="Source",
        ),
    ] = ""
    secret: Annotated[
        tuple[str, ...],
        Option(
            "--secret",
            metavar="id=ID[,src=FILE|,env=NAME]",
            help="A secret for RUN --mount=type=secret",
            rich_help_panel="Source",
        ),
    ] = ()
    ssh: Annotated[
        tuple[str, ...],
        Option("--ssh", metavar="ID[=SOCKET]", help="An agent for RUN --mount=type=ssh", rich_help_panel="Source"),
    ] = ()
    no_cache: Annotated[bool, Option("--no-cache", help="Do every step anew", rich_help_panel="Source")] = False
    no_cache_filter: Annotated[
        tuple[str, ...],
        Option("--no-cache-filter", metavar="STAGE", help="Do every step of a stage anew", rich_help_panel="Source"),
    ] = ()
    cache_from: Annotated[
        tuple[str, ...],
        Option(
            "--cache-from",
            metavar="IMAGE",
            help="Also take steps that others have done from a registry",
            rich_help_panel="Source",
        ),
    ] = ()
    cache_to: Annotated[
        tuple[str, ...],
        Option("--cache-to", metavar="IMAGE", help="Push what steps have made to a registry", rich_help_panel="Source"),
    ] = ()
    cache_ttl: Annotated[
        str,
        Option(
            "--cache-ttl",
            metavar="TIME",
            help="Take only steps that were done in this time, such as 24h; 0 for none",
            rich_help_panel="Source",
        ),
    ] = ""
    jobs: Annotated[
        int | None,
        Option(
            "--jobs",
            metavar="NUMBER",
            help="How many stages run at once (as many as there are processors)",
            rich_help_panel="Source",
        ),
    ] = None
    skip_unused_stages: Annotated[
        bool,
        Option(
            "--skip-unused-stages",
            help="Leave out stages that the target does not need; on unless =false",
            rich_help_panel="Source",
        ),
    ] = True
    check: Annotated[
        bool,
        Option("--check", help="Only look for what is wrong or unwise in the Dockerfile", rich_help_panel="Source"),
    ] = False
    call: Annotated[
        str, Option("--call", metavar="METHOD", help="build, check, outline or targets", rich_help_panel="Source")
    ] = ""
    authfile: Annotated[
        str,
        Option(
            "--authfile", metavar="FILE", help="Where to find the passwords of registries", rich_help_panel="Source"
        ),
    ] = ""
    tls_verify: Annotated[
        bool,
        Option("--tls-verify", help="Check the certificates of registries; on unless =false", rich_help_panel="Source"),
    ] = True
    creds: Annotated[
        str,
        Option(
            "--creds",
            metavar="USER[:PASSWORD]",
            help="Credentials for this time only",
            rich_help_panel="Source",
        ),
    ] = ""
    cert_dir: Annotated[
        str,
        Option(
            "--cert-dir",
            metavar="FOLDER",
            help="Folder with certificates and keys",
            rich_help_panel="Source",
        ),
    ] = ""
    retry: Annotated[
        int | None,
        Option("--retry", metavar="NUMBER", help="How often a pull is tried again", rich_help_panel="Source"),
    ] = None
    retry_delay: Annotated[
        str, Option("--retry-delay", metavar="TIME", help="How long to wait before that", rich_help_panel="Source")
    ] = ""
