"""The option syntax is that of pflag, which Docker and Podman use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.cli import argv

SPEC = argv.Spec(
    "x:x",
    {
        "--all": ["all", argv.FLAG],
        "-a": ["all", argv.FLAG],
        "--interactive": ["interactive", argv.FLAG],
        "-i": ["interactive", argv.FLAG],
        "--env": ["env", argv.LIST],
        "-e": ["env", argv.LIST],
        "--name": ["name", argv.TEXT],
        "-n": ["count", argv.INT],
        "--rate": ["rate", argv.FLOAT],
        "--pull": ["pull", argv.TEXT, "always", "never"],
    },
    (["words", argv.MANY, 0, "WORD..."],),
)
STOPPING = SPEC.replace(arguments=(["image", argv.ONE, 1, "IMAGE"], ["command", argv.MANY, 0, "COMMAND"]), stops=True)


def values(*words: str, spec: argv.Spec = SPEC) -> dict[str, object]:
    return argv.parse(spec, words)[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--all"], {"all": True}),
        (["-a"], {"all": True}),
        (["-ai"], {"all": True, "interactive": True}),
        (["--all=false"], {"all": False}),
        (["--all", "--all=F"], {"all": False}),
        (["-a=false"], {"all": False}),
        (["-ia=0"], {"interactive": True, "all": False}),
        (["--name", "x"], {"name": "x"}),
        (["--name=x"], {"name": "x"}),
        (["--name="], {"name": ""}),
        (["--name", "--all"], {"name": "--all"}),
        (["--name=a=b"], {"name": "a=b"}),
        (["--name", "x", "--name", "y"], {"name": "y"}),
        (["-e", "X=1"], {"env": ("X=1",)}),
        (["-eX=1"], {"env": ("X=1",)}),
        (["-e=X"], {"env": ("X",)}),
        (["-ieX"], {"interactive": True, "env": ("X",)}),
        (["-e", "X", "--env=Y"], {"env": ("X", "Y")}),
        (["-e", ""], {"env": ("",)}),
        (["-n", "-1"], {"count": -1}),
        (["-n5"], {"count": 5}),
        (["--rate", "1.5"], {"rate": 1.5}),
        (["--pull", "never"], {"pull": "never"}),
    ],
)
def test_options_have_the_values_that_pflag_gives_them(words: list[str], expected: dict[str, object]) -> None:
    assert values(*words) == {"words": (), **expected}


def test_options_and_words_may_come_in_any_order() -> None:
    assert values("a", "--all", "b", "-n", "1", "c") == {"words": ("a", "b", "c"), "all": True, "count": 1}


def test_two_dashes_end_the_options() -> None:
    assert values("-a", "--", "--all", "-x") == {"all": True, "words": ("--all", "-x")}


def test_a_single_dash_is_a_word() -> None:
    assert values("-", "-a") == {"words": ("-",), "all": True}


def test_after_the_image_everything_belongs_to_the_container() -> None:
    expected = {"all": True, "image": "busybox", "command": ("sh", "-c", "x", "--", "--all", "-n")}
    assert values("-a", "busybox", "sh", "-c", "x", "--", "--all", "-n", spec=STOPPING) == expected


def test_two_dashes_before_the_image_are_not_passed_on() -> None:
    assert values("--", "busybox", "-a", spec=STOPPING) == {"image": "busybox", "command": ("-a",)}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--foo"], "unknown option --foo"),
        (["--foo=1"], "unknown option --foo"),
        (["-ax"], "unknown option -x in -ax"),
        (["--name"], "option --name needs a value"),
        (["-e"], "option -e needs a value"),
        (["-ae"], "option -e needs a value"),
        (["--all=maybe"], "invalid value 'maybe' for --all: it is true or false"),
        (["-n", "x"], "invalid value 'x' for -n: it is a whole number"),
        (["--rate=x"], "invalid value 'x' for --rate: it is a number"),
        (["--pull", "x"], "invalid value 'x' for --pull: it is one of always, never"),
    ],
)
def test_a_mistake_is_named_with_the_option(words: list[str], message: str) -> None:
    with pytest.raises(argv.BadWords) as caught:
        values(*words)
    assert caught.value.message == message


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(argv.BadWords, match=r"^missing argument IMAGE$"):
        values("-a", spec=STOPPING)


def test_too_many_arguments_are_an_error() -> None:
    spec = SPEC.replace(arguments=(["name", argv.OPTIONAL, 0, "NAME"],))
    assert values(spec=spec) == {}
    with pytest.raises(argv.BadWords, match=r"^unexpected argument 'b': the command takes at most 1$"):
        values("a", "b", spec=spec)


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["-ah"], ["x", "--help"]])
def test_help_is_wanted_wherever_options_may_stand(words: list[str]) -> None:
    with pytest.raises(argv.HelpWanted):
        values(*words)


def test_a_command_may_have_h_as_an_option_of_its_own() -> None:
    spec = SPEC.replace(options={**SPEC.options, "-h": ["hostname", argv.TEXT]})
    assert values("-h", "x", spec=spec)["hostname"] == "x"


def test_global_options_may_follow_the_command_in_their_long_form() -> None:
    outer = {"--root": ["root", argv.TEXT], "-D": ["debug", argv.FLAG]}
    own, taken = argv.parse(SPEC, ["--all", "--root", "/x"], outer)
    assert (own, argv.convert(taken.outer)) == ({"all": True, "words": ()}, {"root": "/x"})
    with pytest.raises(argv.BadWords):
        argv.parse(SPEC, ["-D"], outer)


@given(st.lists(st.text(alphabet="-=aenx1 ", max_size=6), max_size=6))
def test_any_words_are_parsed_or_refused(words: list[str]) -> None:
    try:
        values(*words)
    except (argv.BadWords, argv.HelpWanted):
        pass


@given(st.lists(st.text(max_size=8), max_size=5))
def test_what_follows_the_image_arrives_unchanged(words: list[str]) -> None:
    assert values("--name", "x", "busybox", *words, spec=STOPPING)["command"] == tuple(words)


def test_a_refused_option_is_known_takes_its_value_and_names_itself() -> None:
    spec = SPEC.replace(refused=("name",))
    assert values("-a", spec=spec) == {"all": True, "words": ()}
    with pytest.raises(argv.BadWords) as caught:
        values("--name", "x", "-a", spec=spec)
    assert (caught.value.refused, caught.value.unknown) == ("--name", "")
