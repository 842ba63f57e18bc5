"""What `manifest inspect` does."""

from __future__ import annotations

import json
import sys

from pod.cli import exitcodes
from pod.engine.manifests import view
from pod.registry.options import RegistryOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.manifest.inspect import InspectFlags
    from pod.cli.context import Context


def inspect(context: Context, flags: InspectFlags) -> int:
    """Print a list, or one manifest of it."""
    verify = False if flags.insecure else flags.tls_verify
    options = RegistryOptions(flags.authfile, None, verify, flags.cert_dir)
    look = view.verbose if flags.verbose else view.plain
    document = look(context.engine, flags.name, flags.image, options)
    print(json.dumps(document, indent=4, ensure_ascii=False), file=sys.stdout)  # with its members as they are
    return exitcodes.OK
