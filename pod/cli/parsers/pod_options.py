"""From the options of `pod create` as typed to the engine's PodOptions.

What containers have, too, is parsed as theirs is: by way of their flags.
"""

from __future__ import annotations

import os

from pod.cli.commands.container.create_flags import CreateFlags
from pod.cli.parsers import split_commas
from pod.cli.parsers.create_options import parse_create_options
from pod.engine.pods.options import PodOptions
from pod.errors import UsageError
from pod.storage.pod_records import SHARED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.cli.commands.pod.clone import PodCloneFlags
    from pod.cli.commands.pod.create import PodCreateFlags
    from pod.cli.commands.pod.flags import InfraFlags
    from pod.cli.context import Context

_NOT_OF_CONTAINERS = ("name", "pod", "pod_id_file", "replace_existing")


def parse_pod_options(context: Context, flags: PodCreateFlags) -> PodOptions:
    """Return what the engine is asked for. Raises UsageError for the first value that is wrong."""
    if flags.pod_name and flags.name and flags.pod_name != flags.name:
        raise UsageError(f"the pod is named twice: {flags.name} and {flags.pod_name}")
    if flags.infra_command and not flags.infra_image:
        raise UsageError("--infra-command goes with --infra-image: pod's own infra container has one command only")
    return PodOptions(
        **_shared(context, flags),
        name=flags.name or flags.pod_name,
        share=parse_share(flags.share),
        infra=flags.infra,
        infra_name=flags.infra_name,
        infra_command=tuple(flags.infra_command.split()),
        infra_image=flags.infra_image,
        exit_policy=flags.exit_policy,
        id_file=os.path.abspath(flags.pod_id_file) if flags.pod_id_file else "",
    )


def parse_pod_changes(context: Context, flags: PodCloneFlags) -> dict[str, Any]:
    """Return those options of a clone that were given."""
    found, usual = PodOptions(**_shared(context, flags)), PodOptions()
    changes = {name: getattr(found, name) for name in found._fields if getattr(found, name) != getattr(usual, name)}
    return {**changes, "infra_name": flags.infra_name, "create_command": found.create_command}


def _shared(context: Context, flags: InfraFlags) -> dict[str, Any]:
    """Return the options that containers have, too."""
    shared = set(flags._defaults) & set(CreateFlags._fields) - set(_NOT_OF_CONTAINERS)
    same = {name: getattr(flags, name) for name in shared if getattr(flags, name) != flags._defaults[name]}
    found = parse_create_options(context, CreateFlags(image="", **same))
    return {name: getattr(found, name) for name in set(PodOptions._fields) & set(found._fields) - {"name"}}


def parse_share(text: str) -> tuple[str, ...]:
    """Return the namespaces to share: a list, `none`, or with a plus sign more than the usual ones."""
    if not text:
        return SHARED
    if text == "none":
        return ()
    words = split_commas((text.removeprefix("+"),))
    return (*SHARED, *words) if text.startswith("+") else words
