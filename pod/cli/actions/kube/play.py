"""What `kube play` does: read, play, print what there is now."""

from __future__ import annotations

import sys

from pod.cli.actions.kube.down import show, take_down
from pod.cli.parsers import split_commas

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.commands.kube.play import PlayFlags
    from pod.cli.context import Context
    from pod.kube.options import PlayOptions
    from pod.kube.play import Played, PlayedPod


def play_file(context: Context, flags: PlayFlags) -> int:
    """Play a file, or take down what it describes; return the exit code."""
    if flags.down:
        return take_down(context, flags.file, force=flags.force)
    from pod.cli import errors_output, exitcodes
    from pod.cli.parsers.handover import parse_handover
    from pod.kube import documents
    from pod.kube.play import play

    options = _options(context, flags)
    found = documents.read(flags.file)
    more = [one for path in split_commas(flags.configmap) for one in documents.read(path)]
    played = play(context.engine, found, more, options, parse_handover(context.environ))
    for warning in played.warnings:
        errors_output.notice(f"warning: {warning}")
    _print(played)
    failed = [error for pod in played.pods for error in pod.errors]
    for error in failed:
        errors_output.notice(f"Error: {error}")
    if flags.wait and not failed:
        _wait(context, played.pods)
        return take_down(context, flags.file, force=flags.force) if flags.file != "-" else exitcodes.OK
    return exitcodes.ENGINE if failed else exitcodes.OK


def _options(context: Context, flags: PlayFlags) -> PlayOptions:
    """Return what the engine is asked for; what containers have, too, is parsed as theirs is."""
    from pod.cli.commands.container.create_flags import CreateFlags
    from pod.cli.parsers.create_options import parse_create_options
    from pod.cli.parsers.labels import parse_pairs
    from pod.cli.parsers.networks import check_mac
    from pod.kube.options import PlayOptions
    from pod.registry.credentials import Credentials

    same = ("network", "publish", "log_opt", "authfile", "quiet", "tls_verify", "userns")
    given = {name: getattr(flags, name) for name in same}
    if flags.log_driver:
        given["log_driver"] = flags.log_driver
    asked = parse_create_options(context, CreateFlags(image="", **given))
    name, colon, password = flags.creds.partition(":")
    credentials = Credentials(name, password) if colon else None
    return PlayOptions(
        start=flags.start,
        anew=flags.replace_existing,
        networks=asked.networks,
        network=asked.network,
        publish=asked.publish,
        publish_all=flags.publish_all,
        ips=split_commas(flags.ip),
        macs=tuple(map(check_mac, split_commas(flags.mac_address))),
        log=asked.log,
        annotations=parse_pairs("--annotation", flags.annotation, need_value=True),
        users=asked.users,
        no_hosts=flags.no_hosts,
        no_hostname=flags.no_hostname,
        seccomp_profile_root=flags.seccomp_profile_root,
        source=asked.source.replace(credentials=credentials, cert_dir=flags.cert_dir),
        service_container=flags.service_container,
        exit_codes=flags.service_exit_code_propagation,
        unit=context.environ.get("PODMAN_SYSTEMD_UNIT", ""),
        create_command=(context.program, *context.words),
    )


def _print(played: Played) -> None:
    """Print the ids in Podman's form."""
    if played.volumes:
        show("Volumes:", played.volumes)
    for number, pod in enumerate(played.pods):
        if number:
            print()
        show("Pod:", [pod.id])
        if pod.containers:
            show("Container:" if len(pod.containers) == 1 else "Containers:", pod.containers)
    if played.pods:
        print()
    if played.secrets:
        show("Secrets:", played.secrets)
    sys.stdout.flush()


def _wait(context: Context, pods: Sequence[PlayedPod]) -> None:
    """Wait until no container of the pods runs; an interruption ends the wait."""
    from pod.engine import stop
    from pod.engine.pods import store
    from pod.errors import NoSuchPod

    try:
        for pod in pods:
            for one in store.get(context.engine, pod.id).members:
                while one.active:
                    stop.until_ended(context.engine, one, None)
                    one = next((o for o in store.get(context.engine, pod.id).members if o.id == one.id), one)
    except (KeyboardInterrupt, NoSuchPod):
        return
