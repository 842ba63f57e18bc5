"""What is written for one start of a container: hosts, hostname, resolv.conf, and the OCI bundle."""

from __future__ import annotations

from pod.engine import name_files, security, sharing, spec
from pod.errors import UsageError
from pod.linux import files, jsonfile
from pod.oci.runtime_spec import Mount, Rlimit
from pod.runtime.bundle import Bundle
from pod.storage.container_records import ContainerRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.mounts.plan import MountPlan
    from pod.net.attach import NetworkPlan
    from pod.runtime.accounts import NewAccounts

_CONTAINERENV = 'engine="pod"\nrootless=1\n'


def write_bundle(engine: Engine, record: ContainerRecord, plan: NetworkPlan, mounts: MountPlan) -> Bundle:
    """Write the generated files and config.json; return the bundle, its root file system still to be attached."""
    run_folder = engine.layout.run_container(record.id)
    hostname = sharing.hostname(engine, record)
    name_files.write_names(engine, record, plan)
    name_files.write_in_place(engine, record, "hostname", hostname + "\n")
    name_files.write_in_place(engine, record, "containerenv", _CONTAINERENV)
    if record.timezone:
        from pod.engine import timezone

        files.write_atomic(f"{run_folder}/localtime", timezone.data(record.timezone), mode=0o644, durable=False)
    last = _mounts(engine, record, mounts)
    named = record.replace(hostname=hostname) if record.uts_mode.startswith("container:") else record
    document = spec.build(named, run_folder, sharing.paths(engine, record), _limits(record), last)
    more_groups: tuple[str, ...] = ()
    if devices := tuple(device for device in record.devices if not device.startswith("/")):
        from pod.engine import cdi

        document, more_groups = cdi.apply(engine, document, devices)
    folder = engine.layout.container(record.id)
    jsonfile.write(f"{folder}/config.json", document.to_json(), durable=False)
    if record.secrets:
        from pod.engine import secrets

        document = secrets.with_variables(engine, record, document)
    return Bundle(
        spec=document,
        rootfs=f"{folder}/rootfs",
        user=record.user,
        group_add=(*spec.groups(record), *more_groups),
        seccomp=security.seccomp_program(engine, record),
        cap_add=record.cap_add,
        init=record.init and not record.init_path,
        accounts=_accounts(record),
    )


def _mounts(engine: Engine, record: ContainerRecord, mounts: MountPlan) -> tuple[Mount, ...]:
    """Return the mounts of the user, and those of secrets, which nothing may hide."""
    if not record.secrets:
        return mounts.mounts
    from pod.engine import secrets

    return (*mounts.mounts, *secrets.mounts(engine, record))


def _accounts(record: ContainerRecord) -> NewAccounts | None:
    """Return what is to be known of users in the container: nothing where it runs as one that the image names."""
    user, _, group = record.user.partition(":")
    numbers = (user.isdecimal() and int(user)) or (group.isdecimal() and int(group))
    if not numbers and record.accounts.host_users == () and record.users.mode != "keep-id":
        return None
    from pod.engine import accounts

    return accounts.for_start(record)


def _limits(record: ContainerRecord) -> tuple[Rlimit, ...]:
    import resource

    limits = []
    for limit in record.ulimits:
        name = f"RLIMIT_{limit.name.upper()}"
        if not hasattr(resource, name):
            raise UsageError(f"unknown ulimit {limit.name!r}")
        unlimited = resource.RLIM_INFINITY
        limits.append(
            Rlimit(name, unlimited if limit.soft < 0 else limit.soft, unlimited if limit.hard < 0 else limit.hard)
        )
    return tuple(limits)
