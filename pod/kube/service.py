"""The service container of a play: systemd takes its monitor for the main process, and it ends with the last pod."""

from __future__ import annotations

from pod.engine import create
from pod.engine.options import CreateOptions
from pod.engine.pods import exit_policy, infra
from pod.engine.remove import remove as remove_container
from pod.engine.start import start as start_container
from pod.errors import NoSuchContainer
from pod.storage.container_records import ControlGroup, Lifecycle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.handover import Handover
    from pod.kube.options import PlayOptions


def name(key: str) -> str:
    """Return what the service container of a file is called."""
    return f"{key}-service"


def make(engine: Engine, key: str, options: PlayOptions) -> str:
    """Make the container, in place of one of an earlier play; return its id."""
    remove(engine, name(key))
    labels = {"PODMAN_SYSTEMD_UNIT": options.unit} if options.unit else {}
    wanted = CreateOptions(
        image=infra.root(engine),
        rootfs=True,
        command=infra.COMMAND,
        name=name(key),
        labels=labels,
        network="none",
        read_only=True,
        read_only_tmpfs=False,
        control_group=ControlGroup("disabled"),  # its monitor stays in the unit, and so does it
        lifecycle=Lifecycle(notify="conmon"),
        annotations={exit_policy.EXIT_CODES: options.exit_codes},
        create_command=options.create_command,
    )
    return create.create(engine, wanted).id


def start(engine: Engine, container: str, handover: Handover | None) -> None:
    """Start it, and have its monitor tell the service manager that the pods are up."""
    if handover is None:
        start_container(engine, container)
    else:
        start_container(engine, container, handover=handover)
    exit_policy.end_service(engine, container)  # where the pods have ended already


def remove(engine: Engine, container: str) -> None:
    """Remove it, where it is there."""
    try:
        remove_container(engine, container, force=True)
    except NoSuchContainer:
        pass
