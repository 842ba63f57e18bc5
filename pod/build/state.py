"""What goes from one instruction to the next, and from one stage to those that build on it."""

from __future__ import annotations

from pod.oci.digest import Digest
from pod.oci.image_config import History, ImageConfig, RunConfig
from pod.oci.manifest import Descriptor
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class StageState(Record):
    """A stage at some point: layers, configuration, and the variables in force."""

    image: ImageConfig  # of the base: platform, author and all that no instruction changes
    layers: tuple[Descriptor, ...] = ()  # as a manifest names them, one for each diff id
    diff_ids: tuple[Digest, ...] = ()
    base_layers: int = 0  # how many of them the base brought
    config: RunConfig = RunConfig()
    history: tuple[History, ...] = ()
    created: str = ""  # of the last layer
    args: dict[str, str] = {}  # ARGs declared so far that have a value
    cmd_is_own: bool = False  # CMD was given in this stage: ENTRYPOINT does not reset it
    author: str = ""

    @property
    def env(self) -> dict[str, str]:
        """The environment as a dict."""
        return dict(split_pairs(self.config.env))

    @property
    def variables(self) -> dict[str, str]:
        """What `$x` means in an instruction: ENV comes before ARG."""
        return {**self.args, **self.env}

    @property
    def working_dir(self) -> str:
        return self.config.working_dir or "/"

    @property
    def shell(self) -> tuple[str, ...]:
        return self.config.shell or ("/bin/sh", "-c")


def split_pairs(items: Iterable[str]) -> list[tuple[str, str]]:
    """Return NAME=VALUE texts as pairs."""
    return [(item.partition("=")[0], item.partition("=")[2]) for item in items]
