"""The language of Dockerfiles: lines, words, instructions, and errors that show their place."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pod.build.dockerfile.expand import BadSubstitution, expand, expand_heredoc
from pod.build.dockerfile.instructions import Command, Dockerfile, Pairs, Transfer
from pod.build.dockerfile.lines import Heredoc
from pod.build.dockerfile.parse import parse
from pod.errors import DockerfileError

VALUES = {"x": "value", "empty": "", "path": "/a/b/c.tar.gz", "n": "1"}


def first(text: str) -> object:
    return parse(f"FROM scratch\n{text}\n", "Dockerfile").stages[0].instructions[0]


def test_continuations_join_and_comments_between_them_vanish() -> None:
    run = first("RUN a \\\n  # told to nobody\n\n  b \\   \n c")
    assert isinstance(run, Command)
    assert run.text == "a   b  c"


def test_backtick_as_escape_character_leaves_backslashes_alone() -> None:
    file = parse("# escape=`\nFROM scratch\nRUN dir c:\\ `\n  x\n", "Dockerfile")
    assert file.stages[0].instructions[0].text == "dir c:\\   x"


def test_directives_end_at_the_first_other_line() -> None:
    assert parse("# syntax=x\n# check=skip=all\nFROM a", "f").source.directives == {"syntax": "x", "check": "skip=all"}
    assert parse("# a comment\n# escape=`\nFROM a", "f").source.directives == {}


def test_heredocs_take_the_lines_behind_an_instruction() -> None:
    copy = first("COPY <<one.txt <<-'TWO' /to/\n$x\none.txt\n\tindented\n\tTWO")
    assert isinstance(copy, Transfer)
    assert copy.sources == (Heredoc("one.txt", "$x\n"), Heredoc("TWO", "indented\n", expands=False))
    assert copy.target == "/to/"
    run = first("RUN <<EOF bash\necho $HOME\nEOF")
    assert isinstance(run, Command)
    assert run.heredocs[0].content == "echo $HOME\n"


@pytest.mark.parametrize("text", ["RUN cat <<<word", "RUN echo a<<b", 'RUN ["sh", "-c", "x <<EOF"]'])
def test_what_only_looks_like_a_heredoc_is_none(text: str) -> None:
    run = first(text)
    assert isinstance(run, Command) and run.heredocs == ()


def test_exec_form_is_json_and_anything_else_the_shell_form() -> None:
    run = first('CMD ["a", "b c"]')
    assert isinstance(run, Command) and run.argv == ("a", "b c")
    run = first("CMD ['a']")
    assert isinstance(run, Command) and run.argv is None


def test_pairs_in_both_spellings() -> None:
    env = first("ENV a=1 b='x y' c=p\\ q")
    assert isinstance(env, Pairs) and env.pairs == (("a", "1"), ("b", "'x y'"), ("c", "p\\ q"))
    env = first("ENV a  the rest of = it")
    assert isinstance(env, Pairs) and env.pairs == (("a", "the rest of = it"),)
    arg = first("ARG a b=c")
    assert isinstance(arg, Pairs) and arg.pairs == (("a", None), ("b", "c"))


def test_flags_come_first_and_may_be_quoted() -> None:
    run = first('RUN --mount=type=cache,target=/x "--network=none" x --y')
    assert [(flag.name, flag.value) for flag in run.flags] == [("mount", "type=cache,target=/x")]  # type: ignore[attr-defined]
    copy = first("COPY --link --chown=a:b -- --odd /to")
    assert isinstance(copy, Transfer) and copy.sources == ("--odd",)


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("$x", "value"), ("${x}y", "valuey"), ("'$x'", "$x"), ('"$x"', "value"), ("\\$x", "$x"), ("$none", ""),
        ("${none:-d}", "d"), ("${empty:-d}", "d"), ("${empty-d}", ""), ("${x:+set}", "set"), ("${empty+set}", "set"),
        ("${path#*/}", "a/b/c.tar.gz"), ("${path##*/}", "c.tar.gz"), ("${path%.*}", "/a/b/c.tar"),
        ("${path%%.*}", "/a/b/c"), ("${path/a/z}", "/z/b/c.tar.gz"), ("${path//\\//-}", "-a-b-c.tar.gz"),
        ("${none:-${x}-$n}", "value-1"), ("a$", "a$"), ("$x$x", "valuevalue"), ('a"b c"d', "ab cd"), ("$1x", "x"),
        ("${x:?told}", "value"), ("${x/v/}", "alue"), ("${x#?}", "alue"), ('"a\\"b"', 'a"b'), ("'a\\b'", "a\\b"),
    ],
)  # fmt: skip
def test_expansion(word: str, wanted: str) -> None:
    assert expand(word, VALUES) == wanted


@pytest.mark.parametrize("word", ["${x", "${}", "'x", '"x', "${x!y}", "${x:#y}", "${none:?needed}"])
def test_bad_substitutions_are_told(word: str) -> None:
    with pytest.raises(BadSubstitution):
        expand(word, VALUES)


def test_quotes_in_a_heredoc_mean_themselves() -> None:
    assert expand_heredoc("\"$x\" '$x' \\$x \\n", VALUES) == "\"value\" 'value' $x \\n"


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("FRM x", "1:1", "unknown instruction: FRM"),
        ("", "1:1", "the file has no instructions"),
        ("ENV a=b\nFROM x", "1:1", "ENV before the first FROM"),
        ("FROM x\n  COPY a", "2:8", "COPY needs a source and a target"),
        ("FROM x\nRUN a && \\\n  b\nRUN --mout=x y", "4:5", "unknown flag: --mout"),
        ("FROM x AS 1", "1:11", "'1' is no name for a stage"),
        ("FROM x\nENV a", "2:5", "ENV a has no value"),
        ("FROM x\nENV a=1 b", "2:9", "'b' is not NAME=VALUE"),
        ("FROM x\nCOPY <<E /x\nno end", "2:6", "the here-document E has no end"),
        ("FROM x\nSHELL /bin/sh", "2:7", "SHELL takes the JSON form only"),
        ("FROM x\nHEALTHCHECK --interval=1s CDM x", "2:27", "HEALTHCHECK is followed by CMD or NONE"),
        ("FROM x\nONBUILD FROM y", "2:9", "FROM cannot be a trigger"),
        ("# escape=x\nFROM y", "1:1", "the escape character is"),
    ],
)
def test_errors_name_file_line_and_column_and_show_the_line(text: str, where: str, message: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        parse(text, "Dockerfile")
    assert caught.value.message.startswith(f"Dockerfile:{where}: {message}")
    assert "|" in caught.value.hint and "^" in caught.value.hint


def test_a_slip_of_the_pen_is_answered_with_what_was_meant() -> None:
    with pytest.raises(DockerfileError) as caught:
        parse("FROM x\nRUN --mout=type=cache x", "Dockerfile")
    assert "did you mean --mount?" in caught.value.hint


PIECES = st.sampled_from(
    "FROM scratch|RUN |COPY |ADD |ENV |ARG |LABEL |CMD |ONBUILD |HEALTHCHECK |SHELL |EXPOSE |a=b|$x|${x|:-|}|'|\"|\\\n|"
    '\n|<<EOF|EOF|["a"]|[|#|# escape=`\n|--mount=|--from=| AS |\t|\r\n|--|`|\\|é|\ufeff'.split("|")
)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
@example("FROM a\nRUN " + "[" * 5000)
@example("\\")
@example("FROM a\n\\\n\\\n")
def test_any_text_parses_or_is_a_located_error(text: str) -> None:
    try:
        parsed = parse(text, "Dockerfile")
    except DockerfileError as err:
        assert err.message.startswith("Dockerfile:") or err.message.startswith("ONBUILD")
        return
    assert isinstance(parsed, Dockerfile) and parsed.stages


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join)))
def test_any_word_expands_or_is_told(word: str) -> None:
    try:
        expand(word, VALUES)
        expand_heredoc(word, VALUES)
    except BadSubstitution as err:
        assert 0 <= err.offset <= len(word)
