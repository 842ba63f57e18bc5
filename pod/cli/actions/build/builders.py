"""What is said of builders: there is one, and it is this program."""

from __future__ import annotations

from pod import __version__
from pod.cli.tables import render_table
from pod.oci.emulation import platforms


def echo(name: str) -> int:
    """Print a name, as `buildx create` does with that of the builder it has made."""
    print(name)
    return 0


def show_all() -> int:
    """Print the table of builders."""
    titles = ("NAME/NODE", "DRIVER/ENDPOINT", "STATUS", "BUILDKIT", "PLATFORMS")
    names = ", ".join(map(str, platforms()))
    print(
        render_table(titles, [("default*", "pod", "", "", ""), (" default", "", "running", __version__, names)]), end=""
    )
    return 0


def show(name: str) -> int:
    """Print what there is to know of the builder."""
    print(f"Name:   {name}\nDriver: pod\n\nNodes:\nName:      default\nStatus:    running")
    print(f"Version:   {__version__}\nPlatforms: {', '.join(map(str, platforms()))}")
    return 0
