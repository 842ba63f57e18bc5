"""Write the manual pages: `python -m pod.cli.generate_man [FOLDER]`, by default man/ of this checkout.

A page that no command has any more is removed. A test compares the folder with `pages()`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pod.cli import tree
from pod.cli.man.commands import alias_page, command_page, group_page, main_page, page_name
from pod.cli.man.configuration import configuration_page

FOLDER = Path(__file__).resolve().parents[2] / "man"


def pages(notes: Path = FOLDER / "notes") -> dict[str, str]:
    """Return the file names and contents of all pages."""
    made = {"pod.1": main_page(notes), "pod.conf.5": configuration_page(notes)}
    made |= {f"{page_name(group)}.1": group_page(group) for group in tree.GROUPS}
    for entry in tree.COMMANDS:
        if not entry.hidden:
            first, *others = entry.names
            made |= {f"{page_name(other)}.1": alias_page(entry) for other in others}
            made[f"{page_name(first)}.1"] = command_page(entry, notes)
    return made


def main(argv: list[str]) -> None:
    """Write what has changed."""
    folder = Path(argv[0]) if argv else FOLDER
    made = pages()
    for path in folder.glob("*.[1-9]"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
