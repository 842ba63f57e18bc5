"""The manual pages say what the definitions say, are good roff, and fit a terminal of 80 columns."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pod.cli import generate_man, tree
from pod.cli.definitions import define
from pod.cli.man import roff

PAGES = generate_man.pages()


def test_the_pages_in_the_checkout_are_what_the_definitions_say() -> None:
    written = {path.name: path.read_text() for path in generate_man.FOLDER.glob("*.[1-9]")}
    assert sorted(written) == sorted(PAGES)
    differing = [name for name, text in PAGES.items() if written[name] != text]
    assert not differing, "run `python -m pod.cli.generate_man`"


@pytest.mark.parametrize("entry", [e for e in tree.COMMANDS if not e.hidden], ids=lambda entry: entry.names[0])
def test_a_page_tells_of_every_spelling_and_option(entry: tree.Entry) -> None:
    page = PAGES[f"pod-{entry.names[0].replace(' ', '-')}.1"].replace("\\-", "-")
    for option in define(entry).spec.options:
        assert f"\\fB{option}\\fR" in page, f"the page does not tell of {option}"
    for name in entry.names:
        assert f"\\fBpod {name}\\fR" in page
        assert f"pod-{name.replace(' ', '-')}.1" in PAGES


def test_every_note_is_in_a_page_and_every_reference_leads_somewhere() -> None:
    notes = {path.stem for path in (generate_man.FOLDER / "notes").glob("*.md")}
    assert notes <= {name.rpartition(".")[0] for name in PAGES}
    for name, page in PAGES.items():
        for reference in re.findall(r"\\fB(pod(?:\\-[\w]+)*)\\fR\(1\)", page):
            assert f"{reference.replace(chr(92) + '-', '-')}.1" in PAGES, f"{name} refers to {reference}"


def test_the_pages_are_good_roff_and_fit_80_columns(tmp_path: Path) -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("no groff on this machine: apt-get install groff-base")
    (tmp_path / "man1").mkdir()
    texts = [text for text in PAGES.values() if not text.startswith(".so ")]
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.man").write_text(text)
    paths = [str(tmp_path / f"{number}.man") for number in range(len(texts))]
    options = ["-ww", "-man", "-Kutf8", "-Tutf8", "-P-cbou", "-rLL=80n"]
    result = subprocess.run([groff, *options, *paths], capture_output=True, text=True)
    assert result.stderr == ""
    wide = [line for line in result.stdout.splitlines() if len(line) > 80 and not line.startswith("           ")]
    assert not wide


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a-b", "a\\-b"),
        (".x", "\\&.x"),
        ("it's", "it\\(aqs"),
        ('"q" \\n', "\\(dqq\\(dq \\en"),
        ("~ ^ `", "\\(ti \\(ha \\(ga"),
    ],
)
def test_text_is_printed_as_it_stands(text: str, expected: str) -> None:
    assert roff.escape(text) == expected


def test_markdown_becomes_paragraphs_lists_and_examples() -> None:
    text = "## Files\n\nOne `x` and *y*.\n\n- `a`: The tag.\n- no tag\n\n## More\n\n    line 1\n\n    line 2\n"
    assert "\n".join(roff.markdown(text)).split("\n") == [
        *('.SH "FILES"', ".PP", "One \\fBx\\fR and \\fIy\\fR."),
        *(".TP", "\\fBa\\fR", "The tag.", ".IP \\(bu 3", "no tag"),
        '.SH "MORE"',
        *(".PP", ".in +4n", ".EX", "line 1", "\\&", "line 2", ".EE", ".in"),
    ]
