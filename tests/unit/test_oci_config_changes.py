"""`--change`: Dockerfile instructions on an image's configuration, as Docker and Podman read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.errors import UsageError
from pod.oci.config_changes import apply_changes, split_words
from pod.oci.durations import parse_duration
from pod.oci.image_config import Healthcheck, RunConfig

SECOND = 1_000_000_000


def changed(*changes: str, config: RunConfig | None = None) -> RunConfig:
    return apply_changes(config or RunConfig(), changes)


@pytest.mark.parametrize(
    ("change", "cmd"),
    [
        ('CMD ["sh", "-c", "a b"]', ("sh", "-c", "a b")),
        ("CMD echo hi", ("/bin/sh", "-c", "echo hi")),
        ("cmd echo hi", ("/bin/sh", "-c", "echo hi")),
        ("CMD=/bin/bash", ("/bin/sh", "-c", "/bin/bash")),
        ("CMD []", ()),
        ("CMD ['sh']", ("/bin/sh", "-c", "['sh']")),
    ],
)
def test_cmd_takes_a_json_list_or_a_line_for_the_shell(change: str, cmd: tuple[str, ...]) -> None:
    assert changed(change).cmd == cmd
    assert changed(change.replace("CMD", "ENTRYPOINT").replace("cmd", "entrypoint")).entrypoint == cmd


@pytest.mark.parametrize(
    ("change", "env"),
    [
        ("ENV A=b", ("A=b",)),
        ('ENV A="b c" D=e', ("A=b c", "D=e")),
        ("ENV A b c", ("A=b c",)),
        ("ENV A=", ("A=",)),
        ("ENV A=b=c", ("A=b=c",)),
        ("ENV A='b\"c' D=e\\ f", ('A=b"c', "D=e f")),
    ],
)
def test_env_takes_pairs_with_quotes_or_one_name_and_the_rest(change: str, env: tuple[str, ...]) -> None:
    assert changed(change).env == env


def test_env_replaces_a_variable_of_the_same_name() -> None:
    assert changed("ENV A=2", config=RunConfig(env=("A=1", "B=1"))).env == ("B=1", "A=2")


def test_expose_takes_ports_ranges_and_protocols() -> None:
    ports = changed("EXPOSE 80 53/udp 8000-8002", "EXPOSE 443").exposed_ports
    assert sorted(ports) == ["443/tcp", "53/udp", "80/tcp", "8000/tcp", "8001/tcp", "8002/tcp"]


def test_labels_volumes_user_workdir_and_the_rest_end_up_in_their_fields() -> None:
    config = changed(
        'LABEL a=1 b="x y"',
        'VOLUME ["/data", "/with space"]',
        "VOLUME /more /again",
        "USER www-data:adm",
        "WORKDIR /srv",
        "WORKDIR app/../www",
        "STOPSIGNAL SIGINT",
        "ONBUILD RUN make",
    )
    assert config.labels == {"a": "1", "b": "x y"}
    assert sorted(config.volumes) == ["/again", "/data", "/more", "/with space"]
    assert (config.user, config.working_dir, config.stop_signal) == ("www-data:adm", "/srv/www", "SIGINT")
    assert config.on_build == ("RUN make",)


def test_healthcheck_takes_its_options_in_gos_durations() -> None:
    change = "HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=2s --retries=5 CMD curl -f localhost"
    assert changed(change).healthcheck == Healthcheck(
        ("CMD-SHELL", "curl -f localhost"), 90 * SECOND, SECOND // 2, 2 * SECOND, 0, 5
    )
    assert changed('HEALTHCHECK CMD ["true"]').healthcheck == Healthcheck(("CMD", "true"))
    assert changed("HEALTHCHECK NONE").healthcheck == Healthcheck(("NONE",))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("RUN make", "'RUN' cannot be changed"),
        ("FROM x", "'FROM' cannot be changed"),
        ("", "'' cannot be changed"),
        ("ENV", "ENV needs a value"),
        ("ENV A", "A has no value"),
        ("ENV A=b C", "'C' is not KEY=VALUE"),
        ('LABEL a="b', 'quotation mark " is not closed'),
        ("EXPOSE http", "'http' is no port"),
        ("EXPOSE 0", "'0' is no port"),
        ("EXPOSE 70000", "'70000' is no port"),
        ("EXPOSE 9-8", "'9-8' is no port"),
        ("EXPOSE 80/icmp", "no known protocol"),
        ("HEALTHCHECK curl", "followed by CMD"),
        ("HEALTHCHECK --every=1s CMD x", "--every=1s is no option"),
        ("HEALTHCHECK --interval=soon CMD x", "invalid duration 'soon'"),
    ],
)
def test_a_change_that_cannot_be_made_is_quoted_with_the_reason(change: str, complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        changed(change)
    assert complaint in caught.value.message


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=5))
def test_words_survive_being_quoted(words: list[str]) -> None:
    quoted = " ".join("'" + word.replace("'", "'\"'\"'") + "'" for word in words)
    assert split_words(quoted) == words


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("30s", 30 * SECOND),
        ("1h2m3s", 3723 * SECOND),
        ("1.5s", SECOND * 3 // 2),
        ("250ms", SECOND // 4),
        ("1us", 1000),
        ("1µs", 1000),
        ("7ns", 7),
        ("-2s", -2 * SECOND),
        (".5m", 30 * SECOND),
    ],
)
def test_durations_are_read_as_go_reads_them(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "1", "s", "1x", "1s2", "1..5s", "--1s", "1 s", "-"])
def test_what_is_no_duration_is_quoted(text: str) -> None:
    with pytest.raises(UsageError, match="invalid duration"):
        parse_duration(text)
