"""`pod kube generate`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def generate(
    context: Context,
    names: Annotated[tuple[str, ...], Argument(metavar="NAME...", help="Containers, pods or volumes")],
    filename: Annotated[
        str, Option("--filename", "-f", metavar="FILE", help="Write to a file, which must not be there")
    ] = "",
    podman_only: Annotated[
        bool, Option("--podman-only", help="Accepted for scripts: annotations that only Podman reads are left out")
    ] = False,
    replicas: Annotated[int, Option("--replicas", "-r", metavar="NUMBER", help="Pods of a deployment")] = 1,
    service: Annotated[bool, Option("--service", "-s", help="Add a Service that leads to the ports")] = False,
    type: Annotated[
        Literal["pod", "deployment", "daemonset", "job"],
        Option("--type", "-t", metavar="KIND", help="pod, deployment, daemonset or job"),
    ] = "pod",
) -> int:
    """Write containers, pods or volumes as Kubernetes YAML.

    Containers that are named side by side become one pod. `pod kube play` and a cluster make them anew.

    Examples:
      pod kube generate web
      pod kube generate --service -f web.yaml web
    """
    from pod.cli.actions.kube.generate import show_yaml
    from pod.kube.generate import GenerateOptions

    return show_yaml(context, names, GenerateOptions(type, replicas, service), filename)
