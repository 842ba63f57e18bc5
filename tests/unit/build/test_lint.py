"""The rules of `build --check`, by BuildKit's names."""

from __future__ import annotations

import pytest

from pod.build import ignore, lint
from pod.build.dockerfile.parse import parse
from pod.build.lint import Base
from pod.oci.platform import Platform


def rules(text: str, ignored: str = "") -> list[str]:
    file = parse(text, "Dockerfile")
    bases = {
        "scratch": Base({}, None),
        "known": Base({"PATH": "/bin"}, Platform("amd64", "linux")),
        "foreign": Base({}, Platform("arm64", "linux")),
    }
    found = lint.check(file, {}, bases, ignore.parse(ignored), Platform("amd64", "linux"))
    return [f"{warned.rule}:{warned.location.line}" for warned in found]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("FROM a AS Build\n", "StageNameCasing:1"),
        ("FROM a as build\n", "FromAsCasing:1"),
        ("FROM a\nRUN x \\\n\n y\n", "NoEmptyContinuation:2"),
        ("FROM a\nRUN x\nrun y\n", "ConsistentInstructionCasing:3"),
        ("FROM a AS b\nFROM c AS b\n", "DuplicateStageName:2"),
        ("FROM a AS scratch\n", "ReservedStageName:1"),
        ("FROM a\nCMD x\n", "JSONArgsRecommended:2"),
        ("FROM a\nMAINTAINER x\n", "MaintainerDeprecated:2"),
        ("FROM $A\n", "UndefinedArgInFrom:1"),
        ("FROM known\nCOPY $x /\n", "UndefinedVar:2"),
        ("FROM a\nWORKDIR x\n", "WorkdirRelativePath:2"),
        ("ARG A\nFROM a:$A\n", "InvalidDefaultArgInFrom:2"),
        ("FROM --platform=linux/amd64 a\n", "FromPlatformFlagConstDisallowed:1"),
        ("FROM --platform=$TARGETPLATFORM a\n", "RedundantTargetPlatform:1"),
        ("FROM a\nENV k v\n", "LegacyKeyValueFormat:2"),
        ('FROM a\nCMD ["x"]\nCMD ["y"]\n', "MultipleInstructionsDisallowed:2"),
        ("FROM a\nARG DB_PASSWORD\n", "SecretsUsedInArgOrEnv:2"),
        ("FROM a\nEXPOSE 80/TCP\n", "ExposeProtoCasing:2"),
        ("FROM a\nEXPOSE 127.0.0.1:80:80\n", "ExposeInvalidFormat:2"),
        ("FROM foreign\n", "InvalidBaseImagePlatform:1"),
        ("# check=experimental=all\n\n# of the base\nARG A=1\nFROM a\n", "InvalidDefinitionDescription:4"),
        (
            "# check=experimental=InvalidDefinitionDescription\n\n# why so\nFROM a AS b\n",
            "InvalidDefinitionDescription:4",
        ),
    ],
)
def test_rule_fires_at_its_line(text: str, rule: str) -> None:
    assert rules(text) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        'ARG T=1\nFROM a:$T AS b\nARG T\nENV X=$T\nSHELL ["x"]\nCMD y\n',
        "FROM a\nCOPY $of_the_base /\n",
        "FROM known\nENV A=$PATH B=${http_proxy}\nWORKDIR /x\nWORKDIR y\n",
        "FROM --platform=$BUILDPLATFORM a\nARG PUBLIC_KEY\nARG MONKEYS\nEXPOSE 80/tcp\n",
        "from a as b\nrun x\n",
        "# check=skip=all\nFROM a\nMAINTAINER x\n",
        "# about the base\nARG A=1\n# why so\nFROM a AS b\n",
        "# check=experimental=all\n# A version of the base\nARG A=1\n# b the last\nFROM a:$A AS b\n",
        "# check=experimental=all\n\n# two lines\n# of comment\nARG A=1\n\n# apart\n\nFROM a:$A AS b\n",
        "FROM --platform=$BUILDPLATFORM foreign\n",
        "# check=skip=MaintainerDeprecated,JSONArgsRecommended\nFROM a\nMAINTAINER x\nCMD x\n",
    ],
)
def test_what_is_wise_is_left_alone(text: str) -> None:
    assert rules(text) == []


def test_source_that_the_ignore_file_hides() -> None:
    assert rules("FROM a\nCOPY secret.txt ok.txt /x/\n", "secret*\n") == ["CopyIgnoredFile:2"]


def test_page_of_a_rule() -> None:
    (warned,) = lint.check(parse("FROM a\nCMD x\n", "f"), {}, {}, ignore.Ignore())
    assert warned.page.endswith("/rule/json-args-recommended/")
