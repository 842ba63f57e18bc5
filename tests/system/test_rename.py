"""`pod rename`: another name at once, whatever the container is doing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.commands import CommandLine


def created(pod: CommandLine, name: str) -> str:
    return pod("create", "--name", name, "busybox", "true").ok().stdout.strip()


def test_a_container_answers_to_its_new_name_only(pod: CommandLine) -> None:
    container = created(pod, "rn-old")
    assert pod("rename", "rn-old", "rn-new").ok().stdout == ""
    assert pod("inspect", "-f", "{{.Id}} {{.Name}}", "rn-new").ok().stdout.split() == [container, "rn-new"]
    assert pod("container", "exists", "rn-old").code == 1
    assert pod("ps", "-aq", "--no-trunc", "--filter", "name=^rn-new$").lines == [container]


def test_an_id_prefix_names_the_container_and_the_old_name_is_free(pod: CommandLine) -> None:
    container = created(pod, "rn-prefix")
    pod("rename", container[:12], "rn-prefix2").ok()
    assert created(pod, "rn-prefix") != container


def test_a_running_container_goes_on_and_stops_under_its_new_name(pod: CommandLine) -> None:
    pod("run", "-d", "--name", "rn-run", "busybox", "sleep", "1000").ok()
    pod("rename", "rn-run", "rn-run2").ok()
    assert "rn-run" in pod("exec", "rn-run2", "cat", "/etc/hosts").ok().stdout
    pod("rm", "-f", "rn-run2").ok()
    assert pod("container", "exists", "rn-run2").code == 1
    created(pod, "rn-run2")


def test_a_taken_name_stays_with_its_owner(pod: CommandLine) -> None:
    created(pod, "rn-a")
    owner = created(pod, "rn-b")
    result = pod("rename", "rn-a", "rn-b")
    assert (result.code, result.stdout) == (125, "")
    assert f'the container name "rn-b" is already in use by container {owner[:12]}' in result.stderr
    assert pod("container", "exists", "rn-a").code == 0


def test_the_same_name_is_no_error_as_for_podman(pod: CommandLine, podman: CommandLine) -> None:
    created(pod, "rn-same")
    podman("create", "--name", "rn-same", "busybox", "true").ok()
    for program in (pod, podman):
        assert program("rename", "rn-same", "rn-same").code == 0
        assert program("container", "exists", "rn-same").code == 0


def test_mistakes_are_named(pod: CommandLine) -> None:
    created(pod, "rn-bad")
    for words, code, text in (
        (("rn-nobody", "x1"), 125, 'no such container: "rn-nobody"'),
        (("rn-bad", "no/slash"), 125, "invalid container name 'no/slash'"),
    ):
        result = pod("rename", *words)
        assert (result.code, text in result.stderr) == (code, True), str(result)


def test_of_many_who_want_one_name_exactly_one_gets_it(pod: CommandLine) -> None:
    ids = [created(pod, f"rn-race{number}") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(lambda one: pod("rename", one, "rn-prize").code, ids))
    assert sorted(codes) == [0, 125, 125, 125]
    winner = ids[codes.index(0)]
    assert pod("inspect", "-f", "{{.Id}}", "rn-prize").ok().stdout.strip() == winner
