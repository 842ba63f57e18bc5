"""Quadlet files become units; what is wrong is said with its line and spoils no other file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pod.systemd.quadlet.generator import Generated, generate
from pod.systemd.unit_file import UnitFile


def generate_in(folder: Path, **files: str) -> Generated:
    """Generate of files; `__` in a name stands for the dot."""
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(text)
    return generate({"QUADLET_UNIT_DIRS": str(folder)}, "/bin/pod")


def unit(generated: Generated, name: str) -> UnitFile:
    made = UnitFile()
    made.read(generated.units[name], name)
    return made


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[Container]\nImage=a\nImages=b\n", "{}:3: [Container] has no key Images"),
        ("[Container]\nExec=a\n", "{}: [Container] says neither Image= nor Rootfs="),
        ("[Container]\nImage=a\nRootfs=/b\n", "{}:3: Rootfs= and Image= exclude each other"),
        ("[Container]\nImage=a.image\n", "{}:2: Image= names a.image, and there is no such file"),
        ("[Container]\nImage=a\nGroup=1\n", "{}:3: Group= needs User= beside it"),
        ("[Container]\nImage=a\nReadOnly=maybe\n", "{}:3: ReadOnly=maybe: it is yes or no"),
        ("[Container]\nImage=a\nAutoUpdate=x\n", "{}:3: AutoUpdate=x: it is registry or local"),
        ("[Container]\nImage=a\nExec='x\n", "{}:3: a quote is not closed: Exec='x"),
        ("[Container]\nImage=a\n[Service]\nType=forking\n", "{}:4: Type=forking cannot work for a .container file"),
        ("garbage\n", "{}:1: neither a section nor KEY=VALUE nor a comment: garbage"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_spoils_no_other(tmp_path: Path, text: str, message: str) -> None:
    generated = generate_in(tmp_path, bad__container=text, good__container="[Container]\nImage=a\n")
    assert [err.message for err in generated.errors] == [message.format(tmp_path / "bad.container")]
    assert "good.service" in generated.units and "bad.service" not in generated.units


def test_a_misspelled_key_suggests_the_right_one(tmp_path: Path) -> None:
    generated = generate_in(tmp_path, a__container="[Container]\nImage=a\nPublishPorts=80\n")
    assert generated.errors[0].hint == "did you mean PublishPort=?"


def test_two_files_of_one_service_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "y.container").write_text("[Container]\nImage=a\nServiceName=x\n")
    generated = generate_in(tmp_path, x__container="[Container]\nImage=a\n")
    assert [err.message for err in generated.errors] == [
        f"{tmp_path}/b/y.container: x.service is what {tmp_path}/x.container becomes already"
    ]


def test_drop_ins_are_merged_and_the_nearer_folder_wins(tmp_path: Path) -> None:
    for folder, value in (("container.d", "far"), ("a-.container.d", "middle"), ("a-b.container.d", "near")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "10-x.conf").write_text(f"[Container]\nHostName={value}\n")
    (tmp_path / "container.d" / "05-y.conf").write_text("[Container]\nTimezone=local\n")
    command = unit(generate_in(tmp_path, **{"a-b__container": "[Container]\nImage=a\n"}), "a-b.service").value(
        "Service", "ExecStart"
    )
    assert "--hostname near" in command and "--tz local" in command


def test_a_link_to_a_template_is_an_instance_with_drop_ins_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "s@1.container").symlink_to("s@.container")
    (tmp_path / "s@1.container.d").mkdir()
    (tmp_path / "s@1.container.d" / "x.conf").write_text("[Container]\nEnvironment=A=1\n")
    text = "[Container]\nImage=a\nExec=sleep %i\n[Install]\nWantedBy=default.target\nDefaultInstance=100\n"
    generated = generate_in(tmp_path, **{"s@__container": text})
    assert "--env A=1" in generated.units["s@1.service"] and "--env" not in generated.units["s@.service"]
    assert generated.links == {
        "default.target.wants/s@100.service": "../s@.service",
        "default.target.wants/s@1.service": "../s@1.service",
    }


def test_no_link_leaves_the_folder_of_the_units(tmp_path: Path) -> None:
    text = "[Container]\nImage=a\n[Install]\nAlias=../../x.service\nWantedBy=../../y.target a.target\n"
    assert generate_in(tmp_path, a__container=text).links == {"a.target.wants/a.service": "../a.service"}


def test_the_users_own_file_comes_before_the_administrators(tmp_path: Path) -> None:
    for folder, image in (("first", "mine"), ("second", "theirs")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.container").write_text(f"[Container]\nImage={image}\n")
    generated = generate({"QUADLET_UNIT_DIRS": f"{tmp_path}/first:{tmp_path}/second"}, "/bin/pod")
    assert generated.units["a.service"].rstrip().endswith("mine")


def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    assert "a.service" in generate_in(tmp_path, a__container="[Container]\nImage=a\n").units


def test_an_empty_word_and_a_quote_at_the_end_are_kept(tmp_path: Path) -> None:
    text = '[Container]\nImage=a\nExec=redis-server --save "" --port 1\nHealthCmd=curl "http://localhost"\n'
    command = unit(generate_in(tmp_path, a__container=text), "a.service").value("Service", "ExecStart")
    assert command.endswith(
        r'--health-cmd "curl \"http://localhost\"" --sdnotify=conmon -d a redis-server --save "" --port 1'
    )


def test_what_a_pod_file_says_of_restarts_holds(tmp_path: Path) -> None:
    for said, restart in (("", "on-failure"), ("[Service]\nRestart=always\n", "always")):
        made = unit(generate_in(tmp_path, a__pod=f"[Pod]\n{said}"), "a-pod.service")
        assert [line.text for line in made.lines("Service", "Restart")] == [restart]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("a__pod", "[Pod]\nPorts=80\n", "{}/a.pod:2: [Pod] has no key Ports"),
        ("a__pod", "[Pod]\n[Service]\nType=notify\n", "{}/a.pod:3: Type=notify cannot work for a .pod file"),
        (
            "a__container",
            "[Container]\nImage=a\nPod=x.pod\n",
            "{}/a.container:3: Pod=x.pod: there is no such .pod file",
        ),
        ("a__kube", "[Kube]\n", "{}/a.kube: [Kube] says no Yaml="),
        ("a__kube", "[Kube]\nYaml=a\nYamls=b\n", "{}/a.kube:3: [Kube] has no key Yamls"),
        (
            "a__kube",
            "[Kube]\nYaml=a\nAutoUpdate=never\n",
            "{}/a.kube:3: AutoUpdate=never: it is registry, local or CONTAINER/registry",
        ),
    ],
)
def test_what_is_wrong_with_pods_and_kube_files(tmp_path: Path, file: str, text: str, message: str) -> None:
    assert [err.message for err in generate_in(tmp_path, **{file: text}).errors] == [message.format(tmp_path)]
