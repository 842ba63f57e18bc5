"""`pod-user-generator NORMAL [EARLY LATE]`: the generator that systemd's user manager calls (systemd.generator(7)).

Without a folder, or with --dryrun, the units go to stdout. A Quadlet file that is wrong is named on stderr, which
systemd keeps in the journal, and spoils no other.
"""

from __future__ import annotations

import os
import sys

from pod.errors import PodError
from pod.systemd.program import own_program
from pod.systemd.quadlet.generator import Generated, generate, write

_FLAGS = {"--dryrun", "-dryrun", "--user", "-user", "-v", "--verbose", "--no-kmsg-log", "-no-kmsg-log", "--version"}


def main() -> None:
    """Generate, and exit with 1 where a file was wrong."""
    arguments = sys.argv[1:]
    unknown = [word for word in arguments if word.startswith("-") and word not in _FLAGS]
    if unknown:
        sys.exit(f"Error: unknown option: {unknown[0]}\nUsage: pod-user-generator [--dryrun] [-v] NORMAL [EARLY LATE]")
    if "--version" in arguments:
        from pod import __version__

        print(__version__)
        return
    folders = [word for word in arguments if not word.startswith("-")]
    generated = generate(os.environ, own_program())
    if "-v" in arguments or "--verbose" in arguments:
        print(*(f"read {source.path}" for source in generated.sources), sep="\n", file=sys.stderr)
    for notice in map(_sentence, generated.errors):
        print(f"pod-user-generator: {notice}", file=sys.stderr)
    if not folders or {"--dryrun", "-dryrun"} & set(arguments):
        print(listing(generated), end="")
    else:
        try:
            write(generated, folders[0])
        except PodError as err:
            sys.exit(f"pod-user-generator: {err.message}")
    sys.exit(1 if generated.errors else 0)


def listing(generated: Generated) -> str:
    """Return all units in one text."""
    return "".join(f"---{name}---\n{text}\n" for name, text in generated.units.items())


def _sentence(err: PodError) -> str:
    return f"{err.message} ({err.hint})" if err.hint else err.message


if __name__ == "__main__":
    main()
