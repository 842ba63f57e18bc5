"""What the `inspect` commands do: find each object, and print all of them as JSON or through a template."""

from __future__ import annotations

import sys

from pod.cli.template import Fields
from pod.errors import NoSuchContainer, NoSuchPod, NotFound, PodError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pod.cli.context import Context

_DOCKER_VOLUME = ("CreatedAt", "Driver", "Labels", "Mountpoint", "Name", "Scope")
_TIMES = ("Interval", "Timeout", "StartPeriod", "StartInterval")
_MAPS = (
    "Annotations",
    "Containers",
    "Data",
    "Labels",
    "Networks",
    "Options",
    "PortBindings",
    "Ports",
    "Sysctls",
    "Tmpfs",
    "Volumes",
)
_CHECKS = ("Healthcheck", "StartupHealthCheck")
_NESTED = (dict, list)


def show(
    context: Context,
    names: Sequence[str],
    *,
    format: str,
    kind: str,
    size: bool = False,
    platform: str = "",
    may_be_none: bool = False,
) -> int:
    """Print the documents of the objects; those that do not exist are told of afterwards, and give the exit code."""
    if not names and not may_be_none:
        raise UsageError("no object is named", hint="give names or ids of containers or images")
    templated = format not in ("", "json")
    documents: list[Any] = []
    errors: list[PodError] = []
    for name in names:
        try:
            documents.append(_document(context, name, kind, size=size, platform=platform, templated=templated))
        except PodError as err:
            errors.append(err)
    if documents or not format:  # Docker and Podman print [] where nothing was found
        from pod.cli.tables import format_documents

        sys.stdout.write(format_documents(format, documents))
        sys.stdout.flush()
    for error in errors:
        from pod.cli import errors_output

        errors_output.show(error, context.debug)
    return max((error.exit_code for error in errors), default=0)


def _document(context: Context, name: str, kind: str, *, size: bool, platform: str, templated: bool) -> Any:
    if kind in ("all", "container"):
        try:
            return _container(context, name, size)
        except NoSuchContainer:
            if kind == "container":
                raise
    if kind in ("all", "volume"):
        try:
            return _volume(context, name)
        except NotFound:
            if kind == "volume":
                raise
    if kind in ("all", "network"):
        try:
            return _network(context, name, templated=templated)
        except NotFound:
            if kind == "network":
                raise
    if kind in ("all", "pod"):
        try:
            return _pod(context, name)
        except NoSuchPod:
            if kind == "pod":
                raise
    try:
        return _image(context, name, platform)
    except NotFound as err:
        if kind == "image":
            raise
        hint = "`pod ps -a` and `pod images` list what there is"
        raise NotFound(f"no such object: {name}", hint=hint) from err


def _container(context: Context, name: str, size: bool) -> Any:
    from pod.engine.inspect import inspect

    document = inspect(context.engine, name)
    if size:
        from pod.engine import containers
        from pod.engine.sizes import container_size

        own, whole = container_size(context.engine, containers.find(context.engine.layout, name))
        document = {**document, "SizeRw": own, "SizeRootFs": whole}
    if context.as_docker:
        from pod.cli.actions.docker_inspection import docker_document

        document = docker_document(document)
    return _struct(document)


def _volume(context: Context, name: str) -> Any:
    from pod.engine.volumes.inspect import inspect_volume

    document = inspect_volume(context.engine, name)
    if context.as_docker:
        options = document["Options"] or None
        shown = {**{key: document[key] for key in _DOCKER_VOLUME}, "Options": options}
        document = {key: shown[key] for key in sorted(shown)}
    return _struct(document)


def _network(context: Context, name: str, *, templated: bool) -> Any:
    """Return the document of the peer that pod is called as; a template may use the names of both."""
    from pod.engine.network import inspect

    found = inspect.inspect(context.engine, name)
    if templated:
        return _struct(inspect.for_templates(*found))
    return _struct(inspect.dockers(*found) if context.as_docker else inspect.podmans(*found))


def _pod(context: Context, name: str) -> Any:
    from pod.engine.pods.inspect import inspect

    return _struct(inspect(context.engine, name))


def _struct(document: dict[str, Any]) -> Fields:
    """Return a document with its structs told apart from its maps, as templates and the order of JSON need it."""
    fields = Fields(document)
    for key, value in document.items():
        if isinstance(value, _NESTED):
            fields[key] = _member(key, value)
    return fields


def _member(key: str, value: Any) -> Any:
    if key in _MAPS:
        return {name: _typed(item) for name, item in value.items()} if isinstance(value, dict) else value
    found = _typed(value)
    return with_times(found) if key in _CHECKS else found


def _typed(value: Any) -> Any:
    if isinstance(value, list):
        return [_typed(item) for item in value] if any(isinstance(item, _NESTED) for item in value) else value
    return _struct(value) if isinstance(value, dict) else value


def with_times(healthcheck: dict[str, Any]) -> Any:
    """Return a health check as templates see it: times print as Go's durations do, and what is not given is zero."""
    from pod.cli.template.values import Duration

    class Check(Fields):
        def __missing__(self, name: str) -> Any:
            if name in _TIMES:
                return Duration(0)
            if name == "Retries":
                return 0
            raise KeyError(name)

    return Check({key: Duration(value) if key in _TIMES else value for key, value in healthcheck.items()})


def _image(context: Context, name: str, platform: str) -> Any:
    from pod.cli.actions.images.inspect import document

    return document(context, name, platform=platform)
