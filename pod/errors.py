"""Every error that pod raises on purpose, drawn as a tree. This module imports nothing.

    PodError                    what failed, on what; a hint says what to do; an exit code for the front door
    ├── UsageError              the command's words are wrong
    ├── NotFound                the named object does not exist
    │   ├── NoSuchContainer
    │   ├── NoSuchImage
    │   ├── NoSuchNetwork
    │   ├── NoSuchPod
    │   ├── NoSuchVolume
    │   ├── NoSuchSecret
    │   └── NoSuchUser          a user or group that the image does not know
    ├── AmbiguousName           an id prefix that fits several objects
    ├── NameTaken               another object has that name
    ├── InUse                   the object is needed by another one
    ├── WrongState              the verb does not fit the container's state
    ├── InvalidReference        text that is no image reference, digest or name
    ├── ArchiveError            a broken or hostile archive
    ├── DigestMismatch          bytes that are not what their digest says
    ├── StorageError            the store cannot be read or written
    ├── PluginError             a volume plugin is down, slow, or talks nonsense
    ├── KernelRefused           the kernel or the machine's set-up forbids a step
    ├── RuntimeFailure          the container could not be made or entered
    │   ├── CannotExecute       the command exists but cannot be run (126)
    │   └── CommandNotFound     the command does not exist in the container (127)
    ├── NetworkError            a network could not be set up
    ├── BuildError              an image could not be built
    │   ├── DockerfileError     a Dockerfile that is no such, with file, line and column
    │   └── StepFailed          a command of a Dockerfile ended with an error
    ├── RegistryError           a registry cannot be reached, refuses, or gives nonsense
    │   ├── NoSuchManifest      it has no such repository or tag
    │   └── NotAuthorized       it wants other credentials
    ├── NotTrusted              the policy does not allow an image, or a signature cannot be made
    └── TemplateError           a --format template that does not parse or evaluate

Messages are lower case, have no full stop, and name the object and the attempt. Exit codes are Docker's:
https://docs.docker.com/reference/cli/docker/container/run/#exit-status
"""

from __future__ import annotations


class PodError(Exception):
    """Something failed that the user should hear about in one sentence."""

    exit_code = 125

    def __init__(self, message: str, *, hint: str = "", exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code


class UsageError(PodError):
    """The words of the command do not make sense."""


class NotFound(PodError):
    """The named object does not exist."""


class NoSuchContainer(NotFound):
    """No container has that name or id."""

    def __init__(self, name: str) -> None:
        super().__init__(f'no such container: "{name}"', hint="`pod ps -a` lists the containers there are")
        self.name = name


class NoSuchImage(NotFound):
    """No image has that name or id."""

    def __init__(self, name: str, *, hint: str = "`pod images` lists the images there are") -> None:
        super().__init__(f"no such image: {name}", hint=hint)
        self.name = name


class NoSuchVolume(NotFound):
    """No volume has that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no such volume: {name}", hint="`pod volume ls` lists the volumes there are")
        self.name = name


class NoSuchSecret(NotFound):
    """No secret has that name or id."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no such secret: {name}", hint="`pod secret ls` lists the secrets there are")
        self.name = name


class NoSuchPod(NotFound):
    """No pod has that name or id."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no such pod: {name}", hint="`pod pod ps` lists the pods there are")
        self.name = name


class NoSuchUser(NotFound):
    """The image has no such user or group."""


class NoSuchNetwork(NotFound):
    """No network has that name or id."""

    def __init__(self, name: str) -> None:
        hint = f"`pod network ls` lists the networks there are; make it with: pod network create {name}"
        super().__init__(f"no such network: {name}", hint=hint)
        self.name = name


class AmbiguousName(PodError):
    """An id prefix that fits several objects."""

    def __init__(self, kind: str, name: str, candidates: tuple[str, ...]) -> None:
        shown = ", ".join(candidates[:5]) + (", …" if len(candidates) > 5 else "")
        hint = "give more characters of the id, or the name"
        super().__init__(f"{kind} id {name} is ambiguous: it fits {shown}", hint=hint)
        self.candidates = candidates


class NameTaken(PodError):
    """Another object has that name already."""


class InUse(PodError):
    """The object is needed by another one."""


class WrongState(PodError):
    """The verb does not fit the state that the container is in."""


class InvalidReference(PodError):
    """Text that is not an image reference, a digest or a name."""


class ArchiveError(PodError):
    """An archive that is broken, or that tries to leave its place."""


class DigestMismatch(PodError):
    """Bytes that are not what their digest says."""

    def __init__(self, what: str, expected: str, found: str) -> None:
        hint = "fetch it again; nothing was stored"
        super().__init__(f"{what} is damaged: its digest is {found}, not {expected}", hint=hint)
        self.expected = expected
        self.found = found


class StorageError(PodError):
    """The store cannot be read or written."""


class PluginError(PodError):
    """A volume plugin cannot be reached, refuses, or gives an answer that makes no sense."""


class KernelRefused(PodError):
    """The kernel, or how this machine is set up, forbids a step."""


class RuntimeFailure(PodError):
    """The container could not be made, started or entered."""


class CannotExecute(RuntimeFailure):
    """The command exists in the container but cannot be executed."""

    exit_code = 126


class CommandNotFound(RuntimeFailure):
    """The command does not exist in the container."""

    exit_code = 127


class NetworkError(PodError):
    """A network could not be set up."""


class BuildError(PodError):
    """An image could not be built."""

    exit_code = 1  # as for Docker and, mostly, for Podman


class DockerfileError(BuildError):
    """A place in a Dockerfile that makes no sense; the hint shows the line."""


class StepFailed(BuildError):
    """A command of a Dockerfile ended with an error."""


class RegistryError(PodError):
    """A registry cannot be reached, refuses, or gives nonsense. What is temporary may be tried again."""

    def __init__(self, message: str, *, hint: str = "", temporary: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.temporary = temporary


class NoSuchManifest(RegistryError):
    """The registry has no such repository, tag or digest."""


class NotAuthorized(RegistryError):
    """The registry wants other credentials for this."""


class NotTrusted(PodError):
    """The policy (policy.json) does not allow an image, or a signature cannot be checked or made."""


class TemplateError(PodError):
    """A --format template that does not parse or evaluate; the message points at the place."""
