"""`.kube`: a service that plays a Kubernetes YAML file."""

from __future__ import annotations

import os

from pod.systemd.quadlet import options, references, service
from pod.systemd.quadlet.options import Shapes
from pod.systemd.quadlet.references import Site
from pod.systemd.quadlet.source import Source
from pod.systemd.unit_file import UnitError, UnitFile

SHAPES = Shapes(
    text={"LogDriver": "--log-driver", "UserNS": "--userns"},
    each={"PublishPort": "--publish"},
    special=(
        *("AutoUpdate", "ConfigMap", "ExitCodePropagation", "KubeDownForce", "Network", "SetWorkingDirectory", "Yaml"),
    ),
)


def convert(site: Site, source: Source) -> UnitFile:
    """Return the unit of a `.kube` file. Raises UnitError."""
    options.check_keys(source, SHAPES)
    kind = service.check_type(source, "notify", "oneshot")
    service.check_kill_mode(source)
    yaml = source.unit.value("Kube", "Yaml")
    if not yaml:
        raise UnitError(f"{source.path}: [Kube] says no Yaml=")
    yaml = options.resolve(source, yaml)
    made = service.begin(source)
    service.default(made, "KillMode", "mixed")
    made.add("Service", "Environment", "PODMAN_SYSTEMD_UNIT=%n")
    if kind != "oneshot":
        service.default(made, "Type", "notify")
        service.default(made, "NotifyAccess", "all")
    service.default(made, "SyslogIdentifier", "%N")
    program = options.program(source, site.program)
    codes = options.choice(source, "ExitCodePropagation", "all", "any", "none")
    play = [
        *(*program, "kube", "play", "--replace", "--service-container=true"),
        *([f"--service-exit-code-propagation={codes}"] if codes else []),
        *options.options(source, SHAPES),
        *references.networks(site, source, made),
        *_auto_update(source),
        *references.file_paths(source, "ConfigMap", "--configmap"),
        *options.last_arguments(source),
        yaml,
    ]
    service.add_command(made, "ExecStart", play)
    force = ["--force"] if source.unit.flag("Kube", "KubeDownForce") else []
    service.add_command(made, "ExecStopPost", [*program, "kube", "down", *force, yaml])
    where = options.choice(source, "SetWorkingDirectory", "yaml", "unit")
    if where:
        service.default(made, "WorkingDirectory", os.path.dirname(yaml) if where == "yaml" else source.folder)
    return made


def _auto_update(source: Source) -> list[str]:
    found = []
    for line in source.unit.lines("Kube", "AutoUpdate"):
        container, slash, policy = line.text.rpartition("/")
        if policy not in ("registry", "local"):
            raise UnitError(f"{line.place}: AutoUpdate={line.text}: it is registry, local or CONTAINER/registry")
        found.append(f"--annotation=io.containers.autoupdate{slash}{container}={policy}")
    return found
