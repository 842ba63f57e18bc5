"""One container of a pod's specification: from YAML to the options of `create`."""

from __future__ import annotations

from pod.engine.options import CreateOptions
from pod.kube import environment, probes, security, volumes
from pod.kube.quantities import quantity
from pod.record import Record
from pod.storage.container_records import Lifecycle, PodMember, Resources, RestartPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.kube.config import Config
    from pod.kube.documents import Node
    from pod.kube.options import PlayOptions
    from pod.kube.volumes import Volume

_PULL = {"Always": "always", "IfNotPresent": "missing", "Never": "never"}
RESTART = {"": "always", "Always": "always", "OnFailure": "on-failure", "Never": "no"}
_UPDATE = "io.containers.autoupdate"
_CPU_NANOS = 1_000_000_000


class Site(Record):
    """What the containers of one pod are made of."""

    engine: Engine
    pod_id: str
    pod_name: str
    pod: Node  # with metadata and spec
    config: Config
    volumes: dict[str, Volume]
    play: PlayOptions

    @property
    def restart(self) -> str:
        """The policy that the pod has for its containers."""
        spec = self.pod.node("spec")
        name = spec.text("restartPolicy")
        if name not in RESTART:
            raise spec.error("it is Always, OnFailure or Never", "restartPolicy")
        return RESTART[name]


def options(site: Site, container: Node, *, first: bool = False) -> CreateOptions:
    """Return the options of a container; `first` is one of the initContainers. Raises UsageError."""
    spec = site.pod.node("spec")
    sidecar = first and container.text("restartPolicy") == "Always"
    restart = "always" if sidecar else "no" if first else site.restart
    variables = environment.variables(container, site.pod, site.config, site.pod_name)
    mounts, devices = volumes.mounts(container, site.volumes)
    health, policy = probes.check(container, restart)
    command = environment.expanded(container.texts("command"), variables)
    return CreateOptions(
        image=container.need("image"),
        name=f"{site.pod_name}-{container.need('name')}",
        command=environment.expanded(container.texts("args"), variables),
        entrypoint=command or None,
        env=environment.as_options(variables),
        working_dir=container.text("workingDir") or None,
        labels=_labels(site, container),
        annotations={**site.pod.node("metadata").mapping("annotations"), **site.play.annotations},
        tty=container.flag("tty"),
        interactive=container.flag("stdin"),
        mounts=mounts,
        devices=devices,
        expose=_exposed(container),
        resources=resources(container),
        healthcheck=health,
        health=policy,
        restart=RestartPolicy(restart),
        stop_timeout=_grace(spec),
        source=site.play.source.replace(pull=_pull(container)),
        log=site.play.log,
        no_hosts=site.play.no_hosts,
        no_hostname=site.play.no_hostname,
        lifecycle=Lifecycle(notify="ignore"),
        pod=PodMember(site.pod_id, init=_when(site) if first and not sidecar else ""),
        create_command=site.play.create_command,
        **security.options(container, spec, site.play.seccomp_profile_root),
    )


def _when(site: Site) -> str:
    return site.pod.node("metadata").mapping("annotations").get("io.podman.annotations.init.container.type", "once")


def _grace(spec: Node) -> int | None:
    return spec.number("terminationGracePeriodSeconds") if spec.has("terminationGracePeriodSeconds") else None


def _labels(site: Site, container: Node) -> dict[str, str]:
    """Return the pod's labels, with those that `auto-update` and systemd look for."""
    metadata = site.pod.node("metadata")
    notes = {**metadata.mapping("annotations"), **site.play.annotations}
    policy = notes.get(f"{_UPDATE}/{container.text('name')}", notes.get(_UPDATE, ""))
    more = {
        **({_UPDATE: policy} if policy else {}),
        **({"PODMAN_SYSTEMD_UNIT": site.play.unit} if site.play.unit else {}),
    }
    return {**metadata.mapping("labels"), **more}


def _exposed(container: Node) -> tuple[str, ...]:
    return tuple(
        f"{port.number('containerPort')}/{port.text('protocol', 'TCP').lower()}" for port in container.nodes("ports")
    )


def _pull(container: Node) -> str:
    wanted = container.text("imagePullPolicy")
    if not wanted:
        return "missing"
    if wanted not in _PULL:
        raise container.error("it is Always, IfNotPresent or Never", "imagePullPolicy")
    return _PULL[wanted]


def resources(container: Node) -> Resources:
    """Return the limits of a container; what it requests of memory is what it keeps when memory is short."""
    node = container.node("resources")
    limits, requests = node.node("limits"), node.node("requests")
    memory, wanted = int(quantity(limits, "memory")), int(quantity(requests, "memory"))
    if memory and wanted > memory:
        raise requests.error("more than the limit is requested", "memory")
    return Resources(memory=memory, memory_reservation=wanted, nano_cpus=int(quantity(limits, "cpu") * _CPU_NANOS))
