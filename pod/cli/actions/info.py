"""What `info` prints: the engine's facts as YAML, JSON, or through a template."""

from __future__ import annotations

import sys

from pod.cli.render import json_text
from pod.cli.tables import format_documents
from pod.cli.template import Fields
from pod.engine.info import info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.cli.context import Context


class _Facts(Fields):
    """A group of facts. Templates name them as Podman's structs do, `.Host.OCIRuntime`; the keys are `ociRuntime`."""

    def __missing__(self, name: str) -> Any:
        for key in self:
            if key.lower() == name.lower():
                return self[key]
        raise KeyError(name)


def show_info(context: Context, format: str) -> int:
    """Print what is known of the machine and the store."""
    facts = info(context.engine)
    if context.as_docker:
        _show_dockers(context, facts, format)
        return 0
    if format.strip() in ("json", "{{json .}}"):
        sys.stdout.write(json_text(_struct(facts)))
    elif format:
        sys.stdout.write(format_documents(format, [_struct(facts)]))
    else:
        import yaml

        yaml.safe_dump(facts, sys.stdout, sort_keys=False, allow_unicode=True)
    return 0


def _show_dockers(context: Context, facts: dict[str, Any], format: str) -> None:
    from pod.cli.actions.docker_info import docker_document, docker_text

    log_driver = context.engine.settings.config.values.get("containers.log_driver", "k8s-file")
    document = docker_document(facts, str(log_driver))
    if format.strip() == "json":
        format = "{{json .}}"
    sys.stdout.write(format_documents(format, [document]) if format else docker_text(document))


def _struct(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_struct(item) for item in value]
    return _Facts({key: _struct(item) for key, item in value.items()}) if isinstance(value, dict) else value
