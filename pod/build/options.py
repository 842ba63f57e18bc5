"""What a front door asks of a build: parsed, typed, and not yet mixed with the Dockerfile."""

from __future__ import annotations

from pod.engine.options import ImageSource
from pod.record import Record
from pod.storage.container_records import Mount, Resources, Ulimit


class Secret(Record):
    """A secret for RUN --mount=type=secret: a file of the host, or a value (of a variable of the environment)."""

    id: str
    source: str = ""
    value: bytes | None = None


class Output(Record):
    """Where the result goes besides, or instead of, the store: type local, tar, oci, docker, image or none."""

    type: str
    target: str = ""  # a path; "-" is stdout
    attributes: dict[str, str] = {}

    @property
    def is_files(self) -> bool:
        """True for the files of the last stage, in a folder or a tarball."""
        return self.type in ("local", "tar")

    @property
    def is_archive(self) -> bool:
        """True for the image as an archive."""
        return self.type in ("oci", "docker")


class StepOptions(Record):
    """What the containers of RUN get."""

    network: str = ""
    add_host: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    devices: tuple[str, ...] = ()
    ulimits: tuple[Ulimit, ...] = ()
    resources: Resources = Resources()
    cgroup_parent: str = ""
    group_add: tuple[str, ...] = ()
    stdin: bool = False  # RUN reads that of the build
    shm_size: int | None = None
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    dns_option: tuple[str, ...] = ()
    hostname: str = "buildkitsandbox"
    no_hosts: bool = False
    no_hostname: bool = False
    modes: dict[str, str] = {}  # of namespaces: pid, ipc, uts
    secrets: tuple[Secret, ...] = ()
    ssh: dict[str, str] = {}  # id → socket of an agent
    insecure: bool = False  # RUN --security=insecure is allowed
    proxies: dict[str, str] = {}  # variables of the caller that RUN sees and the image does not
    debug_shell: bool = False


class ImageOptions(Record):
    """What the image is to be beyond what its Dockerfile says."""

    names: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    unset_labels: tuple[str, ...] = ()
    annotations: dict[str, str] = {}
    env: tuple[tuple[str, str], ...] = ()
    unset_env: tuple[str, ...] = ()
    created_by: str = ""
    docker_types: bool = False
    squash: str = ""  # "new": the layers of this build become one; "all": those of its base, too
    timestamp: int | None = None  # seconds since the epoch, of everything
    omit_history: bool = False
    os_version: str = ""
    os_features: tuple[str, ...] = ()
    inherit_labels: bool = True


class BuildOptions(Record):
    """All that was asked."""

    context: str = "."
    file: str = ""  # of the Dockerfile: a path, "-" or a URL; "" looks in the context
    file_text: bytes | None = None  # of a Dockerfile that came on stdin
    build_args: dict[str, str] = {}
    target: str = ""
    platforms: tuple[str, ...] = ()  # none: this machine's
    label: str = ""  # what the names of steps begin with, where several builds are shown together
    images: ImageSource = ImageSource()  # how base images are fetched
    from_image: str = ""  # in place of the first FROM's
    no_cache: bool = False
    no_cache_stages: tuple[str, ...] = ()
    cache_ttl: int | None = None  # nanoseconds: steps that were done longer ago are done anew
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    ignore_file: str = ""
    contexts: dict[str, str] = {}  # named ones: name → folder, image (docker-image://…), URL
    jobs: int = 0  # 0: as many as there are processors
    step: StepOptions = StepOptions()
    image: ImageOptions = ImageOptions()
    outputs: tuple[Output, ...] = ()
    push: bool = False
    manifest: str = ""  # a list that the image is added to

    @property
    def platform(self) -> str:
        """The one platform that is built for, "" for this machine's."""
        return self.platforms[0] if self.platforms else ""
