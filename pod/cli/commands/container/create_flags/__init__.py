"""The options that `run` and `create` share. A field is an option: its annotation for Typer, its default here."""

from __future__ import annotations

from pod.cli.commands.container.create_flags.health import HealthFlags
from pod.cli.commands.container.create_flags.image import ImageFlags
from pod.cli.commands.container.create_flags.lifecycle import LifecycleFlags
from pod.cli.commands.container.create_flags.limits import LimitFlags
from pod.cli.commands.container.create_flags.logging import LoggingFlags
from pod.cli.commands.container.create_flags.namespaces import NamespaceFlags
from pod.cli.commands.container.create_flags.network import NetworkFlags
from pod.cli.commands.container.create_flags.pods import PodFlags
from pod.cli.commands.container.create_flags.process import ProcessFlags
from pod.cli.commands.container.create_flags.refused import RefusedFlags
from pod.cli.commands.container.create_flags.resources import ResourceFlags
from pod.cli.commands.container.create_flags.security import SecurityFlags
from pod.cli.commands.container.create_flags.storage import StorageFlags


class CreateFlags(
    ImageFlags,
    HealthFlags,
    LifecycleFlags,
    LoggingFlags,
    RefusedFlags,
    ResourceFlags,
    LimitFlags,
    StorageFlags,
    NamespaceFlags,
    PodFlags,
    SecurityFlags,
    NetworkFlags,
    ProcessFlags,
):
    """What `run` and `create` are given, as typed; pod.cli.parsers.create_options makes it the engine's."""
