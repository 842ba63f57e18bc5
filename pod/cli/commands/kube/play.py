"""`pod kube play`."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class PlayFlags(Record, kw_only=True):
    """The options of `kube play`."""

    file: Annotated[str, Argument(metavar="KUBEFILE", help="File with Kubernetes YAML; - is standard input")]
    annotation: Annotated[
        tuple[str, ...], Option("--annotation", metavar="KEY=VALUE", help="Add an annotation to every container")
    ] = ()
    authfile: Annotated[str, Option("--authfile", metavar="FILE", help="File with the credentials")] = ""
    build: Annotated[bool, Option("--build", help="Refused: build first (pod build -t NAME FOLDER), then play")] = False
    cert_dir: Annotated[str, Option("--cert-dir", metavar="FOLDER", help="Folder with certificates")] = ""
    configmap: Annotated[
        tuple[str, ...], Option("--configmap", metavar="FILE", help="File with ConfigMaps that the pods refer to")
    ] = ()
    context_dir: Annotated[str, Option("--context-dir", metavar="FOLDER", help="Refused: it goes with --build")] = ""
    creds: Annotated[str, Option("--creds", metavar="NAME:PASSWORD", help="Credentials for the registry")] = ""
    down: Annotated[bool, Option("--down", help="Take down what the file describes, as `kube down`")] = False
    force: Annotated[bool, Option("--force", help="With --down: remove volumes, too")] = False
    ip: Annotated[tuple[str, ...], Option("--ip", metavar="ADDRESS", help="Address of a pod; once for each")] = ()
    log_driver: Annotated[str, Option("--log-driver", metavar="NAME", help="Where output is kept")] = ""
    log_opt: Annotated[tuple[str, ...], Option("--log-opt", metavar="KEY=VALUE", help="Option of the log driver")] = ()
    mac_address: Annotated[
        tuple[str, ...], Option("--mac-address", metavar="MAC", help="Hardware address of a pod; once for each")
    ] = ()
    network: Annotated[
        tuple[str, ...],
        Option("--network", "--net", metavar="NETWORK", help="slirp4netns, pasta, host, none, or networks by name"),
    ] = ()
    no_hostname: Annotated[bool, Option("--no-hostname", help="Leave /etc/hostname of the images alone")] = False
    no_hosts: Annotated[bool, Option("--no-hosts", help="Leave /etc/hosts of the images alone")] = False
    publish: Annotated[
        tuple[str, ...],
        Option("--publish", metavar="[[IP:]PORT:]PORT", help="Lead a port of this machine into the pod"),
    ] = ()
    publish_all: Annotated[bool, Option("--publish-all", help="Publish every containerPort")] = False
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show nothing of images being fetched")] = False
    replace_existing: Annotated[bool, Option("--replace", help="Remove the pods of an earlier play first")] = False
    seccomp_profile_root: Annotated[
        str, Option("--seccomp-profile-root", metavar="FOLDER", help="Where localhostProfile files are")
    ] = "/var/lib/kubelet/seccomp"
    service_container: Annotated[
        bool, Option("--service-container", help="Have a container whose end is that of the last pod, for systemd")
    ] = False
    service_exit_code_propagation: Annotated[
        Literal["all", "any", "none"],
        Option("--service-exit-code-propagation", metavar="WHICH", help="Whose failure is the service's"),
    ] = "none"
    start: Annotated[bool, Option("--start", help="Start the pods; on unless =false")] = True
    tls_verify: Annotated[
        bool | None, Option("--tls-verify", help="Insist on TLS with a trusted certificate; =false does without")
    ] = None
    userns: Annotated[str, Option("--userns", metavar="MODE", help="Users: host, keep-id, auto, nomap")] = ""
    wait: Annotated[bool, Option("--wait", "-w", help="Wait for the end of the pods, then take them down")] = False


def play(context: Context, flags: PlayFlags) -> int:
    """Make and start what a Kubernetes YAML file describes.

    Pod, Deployment, DaemonSet, Job, PersistentVolumeClaim, ConfigMap and Secret have a meaning here.

    Examples:
      pod kube play web.yaml
      pod kube play --replace --network front web.yaml
      pod kube play --down web.yaml
    """
    from pod.cli.actions.kube.play import play_file

    return play_file(context, flags)
