"""`pod` itself: the global options, which also hold after the command in their long form."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Option

_HERE = "Refused: pod works on this machine only; on another one run `ssh HOST pod …`"


def root(
    context: Context,
    root: Annotated[str, Option("--root", metavar="FOLDER", help="Where images and containers are kept")] = "",
    runroot: Annotated[str, Option("--runroot", metavar="FOLDER", help="Where what a reboot clears is kept")] = "",
    storage_driver: Annotated[
        str, Option("--storage-driver", metavar="DRIVER", help="overlay, fuse-overlayfs or vfs; chosen by trying")
    ] = "",
    modules: Annotated[
        tuple[str, ...], Option("--module", metavar="FILE", help="Read a module of containers.conf; repeat for more")
    ] = (),
    storage_opt: Annotated[
        tuple[str, ...],
        Option("--storage-opt", metavar="NAME=VALUE", help="overlay.mount_program=PATH: what mounts overlays"),
    ] = (),
    config: Annotated[
        str, Option("--config", metavar="FOLDER", help="Folder of Docker's config.json (~/.docker)")
    ] = "",
    cgroup_manager: Annotated[
        Literal["cgroupfs", "systemd"],
        Option(
            "--cgroup-manager",
            metavar="NAME",
            help="Who makes control groups: systemd, where one of yours runs, or cgroupfs for pod itself",
        ),
    ] = "systemd",
    events_backend: Annotated[
        Literal["file"], Option("--events-backend", metavar="NAME", help="Where events are kept: file, in the store")
    ] = "file",
    log_level: Annotated[
        Literal["trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"],
        Option("--log-level", "-l", metavar="LEVEL", help="With debug, errors come with a traceback"),
    ] = "warn",
    debug: Annotated[bool, Option("--debug", "-D", help="The same as --log-level=debug")] = False,
    host: Annotated[str, Option("--host", "-H", metavar="ADDRESS", help=_HERE)] = "",
    connection: Annotated[str, Option("--connection", "--context", "-c", metavar="NAME", help=_HERE)] = "",
    remote: Annotated[bool, Option("--remote", "-r", help=_HERE)] = False,
    url: Annotated[str, Option("--url", metavar="ADDRESS", help=_HERE)] = "",
    identity: Annotated[str, Option("--identity", metavar="FILE", help=_HERE)] = "",
    ssh: Annotated[str, Option("--ssh", metavar="MODE", help=_HERE)] = "",
    tls: Annotated[bool, Option("--tls", help=_HERE)] = False,
    tlscacert: Annotated[str, Option("--tlscacert", metavar="FILE", help=_HERE)] = "",
    tlscert: Annotated[str, Option("--tlscert", metavar="FILE", help=_HERE)] = "",
    tlskey: Annotated[str, Option("--tlskey", metavar="FILE", help=_HERE)] = "",
    tlsverify: Annotated[bool, Option("--tlsverify", help=_HERE)] = False,
    conmon: Annotated[
        str, Option("--conmon", metavar="PATH", help="Refused: pod has a monitor of its own in place of conmon")
    ] = "",
    runtime: Annotated[str, Option("--runtime", metavar="PATH", help="Refused: pod is its own runtime")] = "",
    runtime_flag: Annotated[str, Option("--runtime-flag", metavar="FLAG", help="Refused: pod is its own runtime")] = "",
    hooks_dir: Annotated[
        str, Option("--hooks-dir", metavar="FOLDER", help="Refused: pod runs no hooks of the OCI's from folders")
    ] = "",
    imagestore: Annotated[
        str, Option("--imagestore", metavar="FOLDER", help="Refused: images and layers are in the store, at --root")
    ] = "",
    volumepath: Annotated[
        str, Option("--volumepath", metavar="FOLDER", help="Refused: volumes are in the store, at --root")
    ] = "",
    network_config_dir: Annotated[
        str, Option("--network-config-dir", metavar="FOLDER", help="Refused: networks are in the store, at --root")
    ] = "",
    network_cmd_path: Annotated[
        str, Option("--network-cmd-path", metavar="PATH", help="Refused: slirp4netns and pasta are found on PATH")
    ] = "",
    tmpdir: Annotated[
        str, Option("--tmpdir", metavar="FOLDER", help="Refused: --runroot is where a reboot clears")
    ] = "",
    transient_store: Annotated[
        bool, Option("--transient-store", help="Refused: the store stays; `run --rm` leaves nothing in it")
    ] = False,
    out: Annotated[str, Option("--out", metavar="FILE", help="Refused: the shell redirects output: > FILE")] = "",
    syslog: Annotated[bool, Option("--syslog", help="Refused: what pod has to say goes to stderr")] = False,
    version: Annotated[bool, Option("--version", "-v", help="Print pod's version")] = False,
) -> int:
    """Run containers without root and without a daemon, with Docker's and Podman's command line."""
    if version:
        from pod import __version__

        print(f"pod version {__version__}")
        return 0
    from pod.cli import help

    return help.show_overview()
