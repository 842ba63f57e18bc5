"""The verbs on stored images, with the words and exit codes of Docker and Podman."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import busybox
from tests.support.commands import CommandLine
from tests.support.images import Image, write_docker_archive
from tests.support.members import file, layer
from tests.system.images.stores import IMAGES, blobs, images, inspect, left_behind, root, tiny

BUSYBOX = busybox.image()


def made(created: str, *tags: str, labels: dict[str, str] | None = None) -> Image:
    """An image of one small layer that was made at a certain time."""

    class Dated(Image):
        def config_json(self) -> bytes:
            return json.dumps({**json.loads(super().config_json()), "created": created}).encode()

    return Dated([layer([file("a", b"1" * 1000)])], {"Labels": labels or {}}, tags)


@pytest.fixture
def load(empty: CommandLine, folder: Path) -> Callable[..., CommandLine]:
    """Load images into the store of the test."""

    def load_images(*images: Image) -> CommandLine:
        empty("load", "-i", write_docker_archive(folder / "load.tar", *images)).ok()
        return empty

    return load_images


# images


def test_images_prints_dockers_columns(load: Callable[..., CommandLine]) -> None:
    image = tiny("docker.io/library/tiny:1", "quay.io/me/tiny:2")
    pod = load(image)
    short = image.id()[:12]
    assert [line.split() for line in images(pod).ok().lines] == [
        ["REPOSITORY", "TAG", "IMAGE", "ID", "CREATED", "SIZE"],
        ["tiny", "1", short, *_ago(pod), "10kB"],
        ["quay.io/me/tiny", "2", short, *_ago(pod), "10kB"],
    ]
    assert images(pod, "-q").ok().lines == [short]
    assert images(pod, "-q", "--no-trunc").ok().lines == [f"sha256:{image.id()}"]
    assert images(pod, "--noheading").ok().lines == images(pod).lines[1:]
    assert pod("image", "ls").ok().stdout == pod("image", "list").ok().stdout == pod("images").ok().stdout
    digests = images(pod, "--digests").ok().lines
    assert digests[0].split()[2] == "DIGEST"
    assert digests[1].split()[2] == inspect(pod, "tiny:1", "{{.Digest}}")


def _ago(pod: CommandLine) -> list[str]:
    return images(pod, "--format", "{{.CreatedSince}}").ok().lines[0].split()


def test_an_empty_store_prints_a_heading_only(empty: CommandLine) -> None:
    assert images(empty).ok().stdout.split() == ["REPOSITORY", "TAG", "IMAGE", "ID", "CREATED", "SIZE"]
    assert images(empty, "-q").ok().stdout == ""
    assert json.loads(images(empty, "--format", "json").ok().stdout) == []


def test_the_newest_image_comes_first_and_columns_can_be_sorted(load: Callable[..., CommandLine]) -> None:
    pod = load(made("2024-01-01T00:00:00Z", "old:1"), made("2025-01-01T00:00:00Z", "new:1"), tiny("abc:1"))
    names = [*IMAGES, "--format", "{{.Repository}}"]
    assert pod(*names).ok().lines == ["abc", "new", "old"]
    assert pod(*names, "--sort", "repository").ok().lines == ["abc", "new", "old"]
    assert pod(*names, "--sort", "size").ok().lines[-1] == "abc"
    assert pod(*names, "--sort", "weight").code == 125


def test_images_takes_a_name_a_pattern_or_an_id(load: Callable[..., CommandLine]) -> None:
    image = tiny("tiny:1", "tiny:2", "quay.io/me/tool:x")
    pod = load(image, made("2024-01-01T00:00:00Z", "other:1"))
    shown = [*IMAGES, "--format", "{{.Repository}}:{{.Tag}}"]
    assert pod(*shown, "tiny").ok().lines == ["tiny:1", "tiny:2"]
    assert pod(*shown, "tiny:2").ok().lines == ["tiny:2"]
    assert pod(*shown, "t*").ok().lines == ["tiny:1", "tiny:2", "quay.io/me/tool:x"]
    assert pod(*shown, "quay.io/*").ok().lines == []
    assert pod(*shown, "quay.io/*/*").ok().lines == ["quay.io/me/tool:x"]
    assert pod(*shown, image.id()[:12]).ok().lines == ["tiny:1", "tiny:2", "quay.io/me/tool:x"]
    assert pod(*shown, "nope").ok().lines == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["reference=old"], ["old"]),
        (["reference=o*", "reference=new:*"], ["new", "old"]),
        (["label=a"], ["new", "old"]),
        (["label=a=1"], ["old"]),
        (["label=a", "label=b"], ["new"]),
        (["label!=b"], ["<none>", "old"]),
        (["before=new:1"], ["old"]),
        (["since=old:1"], ["<none>", "new"]),
        (["after=old:1"], ["<none>", "new"]),
        (["digest=sha256:zz"], []),
        (["until=2024-06-01"], ["old"]),
        (["until=1h"], ["<none>", "new", "old"]),
        (["dangling=true"], ["<none>"]),
        (["dangling=false"], ["new", "old"]),
        (["dangling=false", "label=b"], ["new"]),
        (["containers=true"], []),
        (["intermediate=true"], []),
        (["readonly=false"], ["<none>", "new", "old"]),
    ],
)
def test_filters_choose(filtered: CommandLine, filters: list[str], expected: list[str]) -> None:
    words = [word for text in filters for word in ("--filter", text)]
    assert images(filtered, "--format", "{{.Repository}}", *words).ok().lines == expected


@pytest.fixture(scope="module")
def filtered(make_pod: Callable[[str], CommandLine], scratch: Path) -> CommandLine:
    """A store with an old image, a new one, and one without a name."""
    pod = make_pod("filters")
    images = (
        made("2024-01-01T00:00:00Z", "old:1", labels={"a": "1"}),
        made("2025-01-01T00:00:00Z", "new:1", labels={"a": "2", "b": ""}),
        Image([layer([])]),
    )
    pod("load", "-i", write_docker_archive(scratch / "filters.tar", *images)).ok()
    return pod


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--filter", "size=1"], "there is no filter 'size'"),
        (["--filter", "dangling"], "it is written KEY=VALUE"),
        (["--filter", "dangling=maybe"], "true or false"),
        (["--filter", "before=nope"], "no such image: nope"),
        (["--filter", "until=soon"], "soon"),
        (["--format", "{{.Nope}}"], "Nope"),
        (["--format", "{{"], "{{"),
    ],
)
def test_a_filter_or_format_that_makes_no_sense_is_quoted(
    filtered: CommandLine, words: list[str], complaint: str
) -> None:
    result = images(filtered, *words)
    assert result.code == 125
    assert complaint in result.stderr


def test_json_is_podmans_array_and_dockers_lines_where_pod_is_called_docker(
    load: Callable[..., CommandLine], podman: CommandLine, folder: Path
) -> None:
    pod = load(BUSYBOX)
    ours = json.loads(images(pod, "--format", "json").ok().stdout)[0]
    theirs = json.loads(podman("images", "--format", "json").ok().stdout)[0]
    for key in ("Id", "ParentId", "Labels", "Names", "Created", "Containers"):
        assert ours[key] == theirs[key], key
    (folder / "docker").symlink_to(pod.prefix[0])
    docker = CommandLine([str(folder / "docker"), *pod.prefix[1:]], pod.env)
    line = json.loads(images(docker, "--format", "json").ok().stdout)
    assert (line["Repository"], line["Tag"], line["ID"]) == ("busybox", "latest", BUSYBOX.id()[:12])


# the embedded image


def test_the_embedded_image_is_always_shown_and_answers_to_every_verb(empty: CommandLine) -> None:
    assert empty("images", "--format", "{{.Repository}}:{{.Tag}}").ok().lines == ["host:latest"]
    (image_id,) = empty("images", "-q", "--no-trunc").ok().lines
    assert not (root(empty) / "images" / "index.json").exists() or blobs(empty) == set(), "looking writes nothing"
    assert inspect(empty, image_id, "{{.RepoTags}}") == "[host:latest]"
    assert empty("rmi", "host").ok().lines == ["Untagged: host:latest", f"Deleted: {image_id}"]
    empty("tag", "host", "mine:1").ok()
    assert inspect(empty, "mine:1", "{{.Id}}") == image_id
    assert empty("untag", "host", "mine:1").ok().stdout == ""
    assert empty("rmi", image_id[7:19]).ok().lines[-1] == f"Deleted: {image_id}"
    path = empty("image", "mount", "host").ok().stdout.strip()
    assert "bin" in empty("unshare", "ls", path).ok().stdout.split()
    empty("image", "unmount", "host").ok()
    empty("rmi", "host").ok()
    assert left_behind(empty) == []
    assert empty("images", "-q", "--no-trunc").ok().lines == [image_id]


# inspect


def test_inspect_has_dockers_document_with_podmans_members(
    load: Callable[..., CommandLine], podman: CommandLine
) -> None:
    pod = load(BUSYBOX)
    (ours,) = json.loads(pod("image", "inspect", "busybox").ok().stdout)
    (theirs,) = json.loads(podman("image", "inspect", "busybox").ok().stdout)
    assert ours["Id"] == f"sha256:{theirs['Id']}"
    for key in ("Created", "Architecture", "Os", "RootFS", "Author", "Comment", "User", "History", "Parent"):
        assert ours[key] == theirs[key], key
    assert set(theirs) <= set(ours)
    assert {key: value for key, value in ours["Config"].items() if value} == {
        key: value for key, value in theirs["Config"].items() if value
    }
    assert ours["RepoTags"] == ["busybox:latest"]
    assert ours["RepoDigests"] == [f"busybox@{ours['Digest']}"]
    docker_has = {"Id", "RepoTags", "RepoDigests", "Parent", "Comment", "Created", "DockerVersion", "Author", "Config"}
    docker_has |= {"Architecture", "Os", "Size", "GraphDriver", "RootFS", "Metadata"}
    assert docker_has <= set(ours)


def test_inspect_of_what_is_not_there_prints_an_empty_list_and_fails(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX)
    result = pod("image", "inspect", "nope")
    assert (result.code, json.loads(result.stdout)) == (125, [])
    assert "no such image: nope" in result.stderr
    both = pod("image", "inspect", "--format", "{{.Id}}", "nope", "busybox")
    assert (both.code, both.stdout) == (125, f"sha256:{BUSYBOX.id()}\n")
    assert pod("inspect", "--type", "image", "-f", "{{.Os}}", "busybox").ok().stdout == "linux\n"


def test_exists_answers_by_its_exit_code(load: Callable[..., CommandLine], podman: CommandLine) -> None:
    pod = load(BUSYBOX)
    for name, code in (("busybox", 0), (BUSYBOX.id()[:6], 0), ("nope", 1), ("Bad Name", 1)):
        result = pod("image", "exists", name)
        assert (result.code, result.stdout, result.stderr) == (code, "", ""), name
    assert podman("image", "exists", "nope").code == 1


# tag, untag


def test_tag_gives_names_and_untag_takes_them(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX)
    assert pod("tag", "busybox", "one", "quay.io/me/two:2").ok().stdout == ""
    assert inspect(pod, "one", "{{.RepoTags}}") == "[busybox:latest one:latest quay.io/me/two:2]"
    pod("untag", "busybox", "one").ok()
    assert inspect(pod, "busybox", "{{.RepoTags}}") == "[busybox:latest quay.io/me/two:2]"
    assert pod("untag", "busybox", "one").code == 125
    pod("untag", "busybox").ok()
    assert images(pod, "--format", "{{.Repository}} {{.Tag}}").ok().lines == ["<none> <none>"]


def test_a_name_moves_from_one_image_to_another(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX, tiny("tiny:1"))
    pod("tag", "tiny:1", "busybox").ok()
    assert inspect(pod, "busybox", "{{.Id}}") == f"sha256:{tiny().id()}"
    assert inspect(pod, BUSYBOX.id(), "{{.RepoTags}}") == "[]"


@pytest.mark.parametrize("name", ["Upper", "a b", "a:", "a@sha256:" + "0" * 64, "a" * 64, ":tag", "-x/y"])
def test_a_bad_name_is_refused_and_changes_nothing(load: Callable[..., CommandLine], name: str) -> None:
    pod = load(BUSYBOX)
    result = pod("tag", "busybox", "good", "--", name)
    assert result.code == 125
    assert result.stderr.startswith("Error: invalid ")
    assert inspect(pod, "busybox", "{{.RepoTags}}") == "[busybox:latest]"


def test_a_store_that_cannot_be_written_is_named(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX)
    folder = root(pod) / "images"
    folder.chmod(0o555)
    try:
        result = pod("tag", "busybox", "other")
    finally:
        folder.chmod(0o700)
    assert result.code == 125
    assert result.stderr.startswith(f"Error: cannot write to the image store: Permission denied: {folder}/index.json")
    assert images(pod, "-q").ok().lines == [BUSYBOX.id()[:12]]


def test_an_unknown_image_has_the_same_words_for_every_verb(own: CommandLine, podman: CommandLine) -> None:
    for words in (["tag", "nope", "x"], ["untag", "nope"], ["save", "nope"], ["image", "mount", "nope"]):
        result = own(*words)
        assert (result.code, result.stderr.splitlines()[0]) == (125, "Error: no such image: nope"), words
        if words[1] != "mount":
            assert podman(*words).code == 125
    for words in (["rmi", "nope"], ["rmi", "-f"], ["rmi"]):
        assert own(*words).code == podman(*words).code, words


# rmi


def test_rmi_takes_a_name_and_with_the_last_one_the_image(load: Callable[..., CommandLine]) -> None:
    image = tiny("tiny:1", "tiny:2")
    pod = load(image)
    assert pod("rmi", "tiny:1").ok().stdout == "Untagged: tiny:1\n"
    assert pod("rmi", "tiny:2").ok().stdout == f"Untagged: tiny:2\nDeleted: sha256:{image.id()}\n"
    assert left_behind(pod) == []


def test_rmi_by_id_asks_for_force_where_there_are_several_names(load: Callable[..., CommandLine]) -> None:
    image = tiny("tiny:1", "tiny:2")
    pod = load(image)
    refused = pod("rmi", image.id()[:12])
    assert refused.code == 125
    assert "it has several names: tiny:1, tiny:2" in refused.stderr
    assert pod("rmi", "-f", image.id()[:12]).ok().lines == [
        "Untagged: tiny:1",
        "Untagged: tiny:2",
        f"Deleted: sha256:{image.id()}",
    ]


def test_rmi_of_several_goes_on_after_one_that_fails(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX, tiny("tiny:1"))
    result = pod("rmi", "busybox", "nope", "tiny:1")
    assert result.code == 1
    assert [line.split()[0] for line in result.lines] == ["Untagged:", "Deleted:"] * 2
    assert result.stderr.splitlines()[0] == "Error: no such image: nope"
    assert pod("rmi", "--ignore", "nope").ok().stderr == ""
    assert pod("rmi", "-f", "nope").ok().stderr == ""


def test_rmi_all_removes_everything(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX, tiny("tiny:1", "tiny:2"), Image([layer([])]))
    pod("rmi", "--all").ok()
    assert images(pod, "-q").ok().stdout == ""
    assert left_behind(pod) == []


def test_layers_and_blobs_that_another_image_needs_stay(load: Callable[..., CommandLine]) -> None:
    shared = tiny("one:1")
    other = Image([*shared.layers, layer([file("more")])], {}, ["two:1"])
    pod = load(shared, other)
    pod("rmi", "one:1").ok()
    for diff_id in other.diff_ids():
        assert diff_id.removeprefix("sha256:") in blobs(pod)
        assert (root(pod) / "layers" / diff_id.removeprefix("sha256:") / "diff").is_dir()
    assert shared.id() not in blobs(pod)


def test_an_image_with_a_container_stays_until_it_is_forced(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX)
    pod("create", "--name", "keeper", "busybox", "true").ok()
    for word in ("busybox", BUSYBOX.id()[:12]):
        refused = pod("rmi", word)
        assert refused.code == 2, "as podman-rmi(1) says"
        assert f"cannot remove image {word}: container keeper" in refused.stderr
    assert pod("rmi", "-f", BUSYBOX.id()[:12]).ok().lines[-1] == f"Deleted: sha256:{BUSYBOX.id()}"
    assert images(pod, "-q").ok().stdout == ""
    assert (root(pod) / "layers" / BUSYBOX.diff_ids()[0].removeprefix("sha256:")).is_dir(), "the container needs it"
    pod("rm", "keeper").ok()
    pod("image", "prune", "-f").ok()
    assert left_behind(pod) == []


def test_a_forced_name_of_a_used_image_goes_and_the_image_stays(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX)
    pod("create", "--name", "keeper", "busybox", "true").ok()
    assert pod("rmi", "-f", "busybox").ok().lines == ["Untagged: busybox:latest"]
    assert images(pod, "--format", "{{.Repository}}").ok().lines == ["<none>"]
    assert pod("image", "prune", "-f").ok().lines == ["Total reclaimed space: 0B"]
    pod("rm", "keeper").ok()
    assert f"Deleted: sha256:{BUSYBOX.id()}" in pod("image", "prune", "-f").ok().lines


# prune


def test_prune_removes_unnamed_images_and_tells_what_that_freed(load: Callable[..., CommandLine]) -> None:
    unnamed = Image([layer([file("big", b"x" * 2_000_000)])])
    pod = load(tiny("tiny:1"), unnamed)
    result = pod("image", "prune", "--force").ok()
    assert result.lines[:2] == ["Deleted Images:", f"Deleted: sha256:{unnamed.id()}"]
    freed = result.lines[-1].removeprefix("Total reclaimed space: ")
    assert freed.endswith("MB") and 4.0 <= float(freed.removesuffix("MB")) < 4.2, "its blob and its files"
    assert images(pod, "--format", "{{.Repository}}").ok().lines == ["tiny"]


def test_prune_all_removes_what_no_container_uses(load: Callable[..., CommandLine]) -> None:
    pod = load(BUSYBOX, tiny("tiny:1"))
    pod("create", "--name", "keeper", "busybox", "true").ok()
    assert "Untagged: tiny:1" in pod("image", "prune", "-a", "-f").ok().lines
    assert images(pod, "--format", "{{.Repository}}").ok().lines == ["busybox"]
    pod("rm", "keeper").ok()


def test_prune_asks_and_takes_no_for_an_answer(load: Callable[..., CommandLine]) -> None:
    pod = load(tiny("tiny:1"))
    for answer in ("n\n", "\n", ""):
        result = pod("image", "prune", "-a", input=answer).ok()
        assert result.lines[0].startswith("WARNING! This will remove all images without")
    assert images(pod, "-q").ok().lines
    assert "Total reclaimed space" in pod("image", "prune", "-a", input="y\n").ok().stdout
    assert images(pod, "-q").ok().lines == []


def test_prune_takes_filters(load: Callable[..., CommandLine]) -> None:
    pod = load(made("2024-01-01T00:00:00Z", "old:1", labels={"keep": ""}), made("2025-01-01T00:00:00Z", "new:1"))
    pod("image", "prune", "-a", "-f", "--filter", "until=2024-06-01", "--filter", "label!=keep").ok()
    assert len(images(pod, "-q").ok().lines) == 2
    pod("image", "prune", "-a", "-f", "--filter", "until=2024-06-01").ok()
    assert images(pod, "--format", "{{.Repository}}").ok().lines == ["new"]


# mount


@pytest.mark.parametrize("driver", ["overlay", "fuse-overlayfs", "vfs"])
def test_a_mounted_image_is_seen_inside_the_namespace_until_it_is_unmounted(
    load: Callable[..., CommandLine], driver: str
) -> None:
    image = Image([layer([file("a", b"1"), file("b", b"1")]), layer([file("b", b"2")])], {}, ["two:1"])
    pod = load(image).with_options("--storage-driver", driver)
    mounted = pod("image", "mount", "two:1")
    if mounted.code and "does not work with" in mounted.stderr:
        pytest.skip(mounted.stderr)
    path = mounted.ok().stdout.strip()
    assert pod("unshare", "cat", f"{path}/a", f"{path}/b").ok().stdout == "12"
    assert pod("unshare", "touch", f"{path}/a").code != 0, "it is read-only"
    assert pod("image", "mount").ok().lines == [f"two:1  {path}"]
    refused = pod("rmi", "two:1")
    assert (refused.code, "it is mounted" in refused.stderr) == (2, True)
    assert pod("image", "unmount", "two:1").ok().stdout == "two:1\n"
    assert pod("image", "mount").ok().stdout == ""
    assert pod("image", "unmount", "two:1").code == 125


def test_an_image_mounted_twice_is_unmounted_twice_or_by_force(load: Callable[..., CommandLine]) -> None:
    pod = load(tiny("tiny:1"))
    path = pod("image", "mount", "tiny:1").ok().stdout
    assert pod("image", "mount", "tiny:1").ok().stdout == path
    pod("image", "unmount", "tiny:1").ok()
    assert pod("image", "mount").ok().lines != []
    pod("image", "mount", "tiny:1").ok()
    pod("image", "unmount", "--force", "tiny:1").ok()
    assert pod("image", "mount").ok().lines == []
    pod("image", "mount", "--all").ok()
    pod("image", "umount", "--all").ok()
    assert pod("image", "mount").ok().lines == []


def test_a_forced_rmi_unmounts(load: Callable[..., CommandLine]) -> None:
    pod = load(tiny("tiny:1"))
    pod("image", "mount", "tiny:1").ok()
    pod("rmi", "-f", "tiny:1").ok()
    assert pod("image", "mount").ok().stdout == ""
    assert left_behind(pod) == []


# history, tree


def test_history_shows_the_steps_that_made_an_image(load: Callable[..., CommandLine], podman: CommandLine) -> None:
    image = tiny("tiny:1")
    pod = load(image, BUSYBOX)
    lines = [line.split() for line in pod("history", "tiny:1").ok().lines]
    assert lines[0] == ["IMAGE", "CREATED", "CREATED", "BY", "SIZE", "COMMENT"]
    assert [line[0] for line in lines[1:]] == [image.id()[:12], "<missing>", "<missing>"]
    assert pod("history", "--format", "{{.CreatedBy}} {{.Size}}", "tiny:1").ok().lines == [
        "layer 2 5kB",
        "layer 1 30B",
        "layer 0 5kB",
    ]
    assert pod("history", "-q", "--no-trunc", "tiny:1").ok().lines[0] == f"sha256:{image.id()}"
    ours = json.loads(pod("history", "--format", "json", "busybox").ok().stdout)
    theirs = json.loads(podman("history", "--format", "json", "busybox").ok().stdout)
    assert [(step["id"], step["created"], step["CreatedBy"]) for step in ours] == [
        (step["id"], step["created"], step["CreatedBy"]) for step in theirs
    ]


def test_tree_shows_layers_with_the_images_that_end_there(load: Callable[..., CommandLine]) -> None:
    base = Image([layer([file("one", b"1" * 1000)])], {}, ["base:1"])
    above = Image([*base.layers, layer([file("two", b"2" * 2000)])], {}, ["above:1"])
    pod = load(base, above)
    lines = pod("image", "tree", "above:1").ok().lines
    assert lines[:4] == [
        f"Image ID: {above.id()[:12]}",
        "Tags:     [above:1]",
        "Size:     3kB",
        "Image Layers",
    ]
    assert lines[4:] == [
        f"├── ID: {base.diff_ids()[0][7:19]} Size:     1kB Top Layer of: [base:1]",
        f"└── ID: {above.diff_ids()[1][7:19]} Size:     2kB Top Layer of: [above:1]",
    ]
    assert pod("image", "tree", "--whatrequires", "base:1").ok().lines[-1] == f"└── {above.id()[:12]} [above:1]"


def test_an_image_for_another_platform_is_left_alone(pod: CommandLine) -> None:
    for verb in ("history", "rmi"):
        result = pod(verb, "--platform", "linux/s390x", "busybox")
        assert (result.code, result.stdout) == (125, "")
        assert result.stderr.startswith("Error: image busybox is for linux/"), result.stderr
    pod("image", "exists", "busybox").ok()


def test_the_tree_of_images_has_their_platform_below_their_names(pod: CommandLine) -> None:
    lines = [line.split() for line in pod("images", "--tree").ok().lines]
    at = next(number for number, line in enumerate(lines) if line[0] == "busybox:latest")
    assert lines[0] == ["IMAGE", "ID", "DISK", "USAGE"]
    following = next(line for line in lines[at:] if line[0] == "└─")
    assert following[1].startswith("linux/") and following[2] == lines[at][1]
