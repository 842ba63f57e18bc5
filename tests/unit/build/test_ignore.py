""".dockerignore: Docker's patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.build import ignore
from pod.errors import BuildError


@pytest.mark.parametrize(
    ("patterns", "hidden", "seen"),
    [
        ("*.log", ["a.log"], ["d/a.log", "a.log2"]),
        ("**/*.log", ["a.log", "d/a.log", "d/e/a.log"], ["a.logs"]),
        ("node_modules", ["node_modules", "node_modules/x/y"], ["d/node_modules"]),
        ("/build/", ["build", "build/x"], ["d/build"]),
        ("*/temp*", ["a/temp", "a/temporary.txt"], ["temp", "a/b/temp"]),
        ("temp?", ["tempa"], ["temp", "tempab"]),
        ("*\n!README.md", ["a", "d/README.md"], ["README.md"]),
        ("docs\n!docs/keep", ["docs", "docs/x"], ["docs/keep", "docs/keep/y"]),
        ("**/a\n!b/a\nb/a/x", ["a", "b/a/x"], ["b/a", "b/a/y"]),
        ("[a-c].txt", ["b.txt"], ["d.txt"]),
        ("[^a-c].txt", ["d.txt"], ["b.txt"]),
        ("a\\*b", ["a*b"], ["axb"]),
        ("# comment\n\n  x  ", ["x"], ["# comment"]),
        ("./y", ["y"], ["x"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["z", "a"]),
        ("**", ["a", "b/c"], []),
        (".", [], ["a"]),
        ("foo/**", ["foo/a"], ["foo"]),
    ],
)
def test_patterns(patterns: str, hidden: list[str], seen: list[str]) -> None:
    rules = ignore.parse(patterns)
    assert [path for path in [*hidden, *seen] if rules.hides(path)] == hidden


# The examples of https://docs.docker.com/build/concepts/context/#dockerignore-files, with what it says of each.
@pytest.mark.parametrize(
    ("patterns", "hidden", "seen"),
    [
        (
            "# comment\n*/temp*\n*/*/temp*\ntemp?\n",
            ["somedir/temporary.txt", "somedir/temp", "somedir/subdir/temporary.txt", "tempa", "tempb"],
            ["temp", "temporary.txt", "a/b/c/temporary.txt", "# comment"],
        ),
        ("**/*.go", ["a.go", "d/a.go", "d/e/f/a.go"], ["a.gox"]),
        ("*.md\n!README.md", ["x.md"], ["README.md", "d/x.md"]),
        ("*.md\n!README*.md\nREADME-secret.md", ["x.md", "README-secret.md"], ["README.md", "README-other.md"]),
        ("*.md\nREADME-secret.md\n!README*.md", ["x.md"], ["README.md", "README-secret.md"]),
        ("/foo/bar", ["foo/bar", "foo/bar/x"], ["bar", "x/foo/bar"]),
        ("foo/bar", ["foo/bar", "foo/bar/x"], ["bar", "x/foo/bar"]),
        ("  spaced  \n\ttabbed\t", ["spaced", "tabbed"], ["other"]),
        ("a/../b/./c//d", ["b/c/d"], ["a"]),
        ("../x\n", [], ["a"]),
    ],
)
def test_examples_of_the_documentation(patterns: str, hidden: list[str], seen: list[str]) -> None:
    rules = ignore.parse(patterns)
    assert [path for path in [*hidden, *seen] if rules.hides(path)] == hidden


def test_a_bad_pattern_names_its_line() -> None:
    with pytest.raises(BuildError) as caught:
        ignore.parse("ok\n[a-\n")
    assert caught.value.message.startswith(".dockerignore:2: ")


def test_hidden_folders_are_entered_only_where_an_exception_may_be_in_them() -> None:
    rules = ignore.parse("*\n!src/*.c")
    assert rules.may_show_below("src") and not rules.may_show_below("docs")


NAMES = st.lists(st.sampled_from(["a", "b", "ab", ".x"]), min_size=1, max_size=4).map("/".join)
PATTERNS = st.lists(st.sampled_from("a|b|*|**|?|/|!|[a-b]|[|\\|.x|..|\n|#".split("|")), max_size=12).map("".join)


@given(PATTERNS, NAMES)
def test_any_text_is_patterns_or_a_located_error(text: str, path: str) -> None:
    try:
        rules = ignore.parse(text)
    except BuildError as err:
        assert err.message.startswith(".dockerignore:")
        return
    hidden = rules.hides(path)
    assert hidden == (rules.rule_for(path) is not None)


@given(NAMES, NAMES)
def test_what_is_below_a_hidden_folder_is_hidden_until_an_exception_shows_it(folder: str, inner: str) -> None:
    assert ignore.parse(folder).hides(f"{folder}/{inner}")
    assert not ignore.parse(f"{folder}\n!{folder}/{inner}").hides(f"{folder}/{inner}")


@given(PATTERNS, NAMES)
def test_a_shown_path_lies_where_the_walk_comes(text: str, path: str) -> None:
    """The walk enters a hidden folder only where `may_show_below` says so: that must never lose a file."""
    try:
        rules = ignore.parse(text)
    except BuildError:
        return
    parents = path.split("/")[:-1]
    if not rules.hides(path):
        for count in range(1, len(parents) + 1):
            folder = "/".join(parents[:count])
            assert not rules.hides(folder) or rules.may_show_below(folder)
