"""Options of `build`: what the peers have and pod has no need of, or cannot do."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class AcceptedFlags(Record):
    """Options about what the peers have and pod has no need of, or cannot do, as typed."""

    compress: Annotated[
        bool, Option("--compress", help="The context is not sent anywhere", rich_help_panel="Ignored")
    ] = False
    disable_compression: Annotated[
        bool,
        Option(
            "--disable-compression",
            "-D",
            help="Layers are compressed when they are pushed",
            rich_help_panel="Ignored",
        ),
    ] = True
    disable_content_trust: Annotated[
        bool,
        Option("--disable-content-trust", help="There is no such trust", rich_help_panel="Ignored"),
    ] = True
    force_rm: Annotated[
        bool,
        Option("--force-rm", help="Containers of RUN are always removed", rich_help_panel="Ignored"),
    ] = True
    builder: Annotated[
        str,
        Option("--builder", metavar="NAME", help="There is one builder", rich_help_panel="Ignored"),
    ] = ""
    provenance: Annotated[str, Option("--provenance", help="No attestations are made", rich_help_panel="Ignored")] = ""
    attest: Annotated[
        tuple[str, ...], Option("--attest", help="No attestations are made", rich_help_panel="Ignored")
    ] = ()
    compat_volumes: Annotated[
        bool,
        Option("--compat-volumes", help="Volumes keep what is written to them", rich_help_panel="Ignored"),
    ] = False
    identity_label: Annotated[
        bool,
        Option("--identity-label", help="pod adds no label of its own", rich_help_panel="Ignored"),
    ] = False
    hooks_dir: Annotated[
        tuple[str, ...],
        Option("--hooks-dir", metavar="FOLDER", help="There are no hooks", rich_help_panel="Ignored"),
    ] = ()
    isolation: Annotated[
        str,
        Option(
            "--isolation",
            metavar="KIND",
            help="RUN is always in a container",
            rich_help_panel="Ignored",
        ),
    ] = ""
    cgroupns: Annotated[str, Option("--cgroupns", metavar="MODE", help="Always private", rich_help_panel="Ignored")] = (
        ""
    )
    logsplit: Annotated[
        bool,
        Option("--logsplit", help="Refused: --logfile names one file for all platforms", rich_help_panel="Ignored"),
    ] = False
    all_platforms: Annotated[
        bool,
        Option(
            "--all-platforms",
            help="Refused: say which platforms with --platform a,b",
            rich_help_panel="Ignored",
        ),
    ] = False
    cpp_flag: Annotated[
        tuple[str, ...],
        Option(
            "--cpp-flag",
            metavar="FLAG",
            help="Refused: Dockerfiles do not go through the C preprocessor",
            rich_help_panel="Ignored",
        ),
    ] = ()
    cw: Annotated[
        str,
        Option(
            "--cw",
            metavar="OPTIONS",
            help="Refused: there are no confidential workloads",
            rich_help_panel="Ignored",
        ),
    ] = ""
    decryption_key: Annotated[
        tuple[str, ...],
        Option(
            "--decryption-key",
            metavar="KEY",
            help="Refused: there are no encrypted images",
            rich_help_panel="Ignored",
        ),
    ] = ()
    layer_label: Annotated[
        tuple[str, ...],
        Option(
            "--layer-label",
            metavar="KEY=VALUE",
            help="Refused: steps leave layers, not images that could have labels",
            rich_help_panel="Ignored",
        ),
    ] = ()
    runtime_flag: Annotated[
        tuple[str, ...],
        Option(
            "--runtime-flag",
            metavar="FLAG",
            help="Refused: RUN is executed by pod itself",
            rich_help_panel="Ignored",
        ),
    ] = ()
    sbom: Annotated[
        str,
        Option(
            "--sbom",
            metavar="PRESET",
            help="Refused: no bills of materials are made",
            rich_help_panel="Ignored",
        ),
    ] = ""
    sbom_image_output: Annotated[
        str,
        Option(
            "--sbom-image-output",
            metavar="PATH",
            help="Refused: no bills of materials are made",
            rich_help_panel="Ignored",
        ),
    ] = ""
    sbom_image_purl_output: Annotated[
        str,
        Option(
            "--sbom-image-purl-output",
            metavar="PATH",
            help="Refused: no bills of materials are made",
            rich_help_panel="Ignored",
        ),
    ] = ""
    sbom_merge_strategy: Annotated[
        str,
        Option(
            "--sbom-merge-strategy",
            metavar="STRATEGY",
            help="Refused: no bills of materials are made",
            rich_help_panel="Ignored",
        ),
    ] = ""
    sbom_output: Annotated[
        str,
        Option(
            "--sbom-output",
            metavar="PATH",
            help="Refused: no bills of materials are made",
            rich_help_panel="Ignored",
        ),
    ] = ""
    sbom_purl_output: Annotated[
        str,
        Option(
            "--sbom-purl-output",
            metavar="PATH",
            help="Refused: no bills of materials are made",
            rich_help_panel="Ignored",
        ),
    ] = ""
    sbom_scanner_command: Annotated[
        tuple[str, ...],
        Option(
            "--sbom-scanner-command",
            metavar="COMMAND",
            help="Refused: no bills of materials are made",
            rich_help_panel="Ignored",
        ),
    ] = ()
    sbom_scanner_image: Annotated[
        str,
        Option(
            "--sbom-scanner-image",
            metavar="IMAGE",
            help="Refused: no bills of materials are made",
            rich_help_panel="Ignored",
        ),
    ] = ""
    userns: Annotated[str, Option("--userns", metavar="MODE", help="User namespace", rich_help_panel="Ignored")] = ""
    userns_gid_map: Annotated[
        tuple[str, ...],
        Option(
            "--userns-gid-map",
            metavar="MAP",
            help="Refused: RUN is in your user namespace, as all containers are",
            rich_help_panel="Ignored",
        ),
    ] = ()
    userns_gid_map_group: Annotated[
        str,
        Option(
            "--userns-gid-map-group",
            metavar="GROUP",
            help="Refused: RUN is in your user namespace, as all containers are",
            rich_help_panel="Ignored",
        ),
    ] = ""
    userns_uid_map: Annotated[
        tuple[str, ...],
        Option(
            "--userns-uid-map",
            metavar="MAP",
            help="Refused: RUN is in your user namespace, as all containers are",
            rich_help_panel="Ignored",
        ),
    ] = ()
    userns_uid_map_user: Annotated[
        str,
        Option(
            "--userns-uid-map-user",
            metavar="USER",
            help="Refused: RUN is in your user namespace, as all containers are",
            rich_help_panel="Ignored",
        ),
    ] = ""
