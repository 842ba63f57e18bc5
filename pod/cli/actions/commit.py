"""What `commit` does: the options that are files, and the id."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.engine import commit as engine
from pod.linux import files, jsonfile
from pod.oci.image_config import RunConfig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context
    from pod.engine.commit import CommitOptions


def commit(context: Context, container: str, options: CommitOptions, *, config: str, iidfile: str) -> int:
    """Make an image of a container and print its id."""
    if config:
        options = options.replace(config=_read_config(config))
    image_id = engine.commit(context.engine, container, options)
    if iidfile:
        files.write_atomic(iidfile, str(image_id).encode(), mode=0o644, durable=False)
    print(str(image_id) if context.as_docker else image_id.hex)
    return 0


def _read_config(path: str) -> RunConfig:
    """Read `config` of an image configuration, or a document that is only that."""
    try:
        document = jsonfile.read(path)
        return RunConfig.from_json(document.get("config", document))
    except OSError as err:
        raise invalid("--config", path, f"cannot read it: {err.strerror}") from err
    except (ValueError, AttributeError) as err:
        raise invalid("--config", path, str(err)) from err
