"""Sizes, times, limits, ports and the other small values are those of Docker and Podman."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pod.cli.parsers import hosts, labels, logging_options, namespaces, ports, run_options, security
from pod.cli.parsers.durations import parse_duration, parse_time
from pod.cli.parsers.sizes import parse_size
from pod.cli.parsers.ulimits import parse_ulimits
from pod.errors import UsageError
from pod.network_values import PortMapping
from pod.storage.container_records import LogConfig, RestartPolicy, Ulimit

SECOND = 1_000_000_000


def message(caught: pytest.ExceptionInfo[UsageError]) -> str:
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0), ("64", 64), ("64b", 64), ("1k", 1024), ("1K", 1024), ("1kb", 1024), ("1KiB", 1024), ("1kib", 1024),
        ("64m", 64 << 20), ("64M", 64 << 20), ("64 mb", 64 << 20), ("1.5g", 3 << 29), ("2t", 2 << 40), ("1p", 1 << 50),
        ("0.5k", 512),
    ],
)  # fmt: skip
def test_sizes_are_binary(text: str, size: int) -> None:
    assert parse_size("--shm-size", text) == size


@pytest.mark.parametrize("text", ["", "x", "m", "-1", "1x", "1mm", "1.", ".5m", "1.2.3m", "1bk", "٣m", "1 m b", "0x10"])
def test_what_is_no_size_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_size("--shm-size", text)
    rule = "a size is a number with b, k, m, g, t or p behind it, such as 64m"
    assert message(caught) == f'invalid value "{text}" for --shm-size: {rule}'


@given(st.integers(min_value=0, max_value=1 << 60))
def test_a_plain_number_is_bytes(size: int) -> None:
    assert parse_size("--memory", str(size)) == size


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [("1s", SECOND), ("250ms", SECOND // 4), ("1m30s", 90 * SECOND), ("1.5h", 5400 * SECOND), ("0", 0)],
)
def test_durations_are_written_as_in_go(text: str, nanoseconds: int) -> None:
    assert parse_duration("--interval", text) == nanoseconds


def test_a_bare_number_may_have_a_unit_of_its_own() -> None:
    assert parse_duration("--interval", "250", bare="ms") == SECOND // 4


def test_what_is_no_duration_is_refused_with_the_option() -> None:
    with pytest.raises(UsageError, match=r'^invalid value "1x" for --interval: a duration is written 90s'):
        parse_duration("--interval", "1x")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1700000000", 1700000000 * SECOND),
        ("1700000000.5", 1700000000 * SECOND + SECOND // 2),
        ("1700000000.123456789", 1700000000 * SECOND + 123456789),
        ("2023-11-14T22:13:20Z", 1700000000 * SECOND),
        ("2023-11-14T22:13:20.5Z", 1700000000 * SECOND + SECOND // 2),
        ("2023-11-14T23:13:20+01:00", 1700000000 * SECOND),
        ("2023-11-14Z", 1699920000 * SECOND),
    ],
)
def test_times_are_absolute(text: str, moment: int) -> None:
    assert parse_time("--since", text) == moment


@pytest.mark.parametrize("text", ["2023-11-14", "2023-11-14T00:00", "2023-11-14T00:00:00", "2023-11-14 00"])
def test_a_time_without_a_zone_is_local(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert parse_time("--since", text) == 1699916400 * SECOND
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_duration_is_before_now() -> None:
    assert abs(parse_time("--since", "1h") - (time.time_ns() - 3600 * SECOND)) < SECOND


@pytest.mark.parametrize("text", ["", "yesterday", "2023-13-01", "2023-11-14T25", "12:00", "--1"])
def test_what_is_no_time_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(UsageError, match=r"for --since: a time is 2006-01-02T15:04:05Z"):
        parse_time("--since", text)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        parse_time("--since", text)
    except UsageError:
        pass


def test_a_limit_without_a_hard_value_has_the_soft_one() -> None:
    assert parse_ulimits(["nofile=1024", "core=0:-1"]) == (Ulimit("nofile", 1024, 1024), Ulimit("core", 0, -1))


def test_the_last_limit_of_a_name_wins() -> None:
    assert parse_ulimits(["nofile=1", "RLIMIT_NOFILE=2:3"]) == (Ulimit("nofile", 2, 3),)


def test_the_hosts_limits_are_those_of_this_process() -> None:
    import resource

    limits = {limit.name: (limit.soft, limit.hard) for limit in parse_ulimits(["host"])}
    assert limits["nofile"] == resource.getrlimit(resource.RLIMIT_NOFILE)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("nofile", "it is written NAME=SOFT[:HARD]"),
        ("foo=1", "no limit is called foo"),
        ("nofile=x", "'x' is no whole number; -1 is unlimited"),
        ("nofile=2:1", "the soft limit is above the hard one"),
        ("nofile=-1:5", "the soft limit is above the hard one"),
        ("nofile=1:", "'' is no whole number; -1 is unlimited"),
    ],
)
def test_a_wrong_limit_is_refused_with_the_reason(text: str, rule: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_ulimits([text])
    assert message(caught) == f'invalid value "{text}" for --ulimit: {rule}'


@pytest.mark.parametrize(
    ("text", "mappings"),
    [
        ("80", [PortMapping(80)]),
        ("8080:80", [PortMapping(80, "tcp", "", 8080)]),
        ("8080:80/UDP", [PortMapping(80, "udp", "", 8080)]),
        ("127.0.0.1:8080:80", [PortMapping(80, "tcp", "127.0.0.1", 8080)]),
        ("127.0.0.1::80", [PortMapping(80, "tcp", "127.0.0.1", 0)]),
        ("[::1]:8080:80", [PortMapping(80, "tcp", "::1", 8080)]),
        ("[::1]:80", [PortMapping(80, "tcp", "::1", 0)]),
        ("8000-8001:80-81", [PortMapping(80, "tcp", "", 8000), PortMapping(81, "tcp", "", 8001)]),
    ],
)
def test_published_ports(text: str, mappings: list[PortMapping]) -> None:
    assert ports.parse_ports([text]) == tuple(mappings)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", ""),
        ("x", "a port is a number from 1 to 65535"),
        ("0", "a port is a number from 1 to 65535"),
        ("65536", "a port is a number from 1 to 65535"),
        ("80/foo", "it is written [[ADDRESS:]HOST-PORT:]CONTAINER-PORT[/tcp|/udp|/sctp]"),
        ("a:b:c:d", "it is written [[ADDRESS:]HOST-PORT:]CONTAINER-PORT[/tcp|/udp|/sctp]"),
        ("::1:8080:80", "it is written [[ADDRESS:]HOST-PORT:]CONTAINER-PORT[/tcp|/udp|/sctp]"),
        ("1.2.3:8080:80", "'1.2.3' is no IP address"),
        ("80-82:80-81", "the two ranges of ports differ in length"),
        ("81-80", "the range 81-80 ends before it begins"),
    ],
)
def test_a_wrong_port_is_refused_with_the_reason(text: str, rule: str) -> None:
    if not text:
        assert ports.parse_ports([text]) == ()
        return
    with pytest.raises(UsageError) as caught:
        ports.parse_ports([text])
    assert message(caught) == f'invalid value "{text}" for --publish: {rule}'


def test_added_hosts_in_all_their_spellings() -> None:
    given_hosts = ["a:1.2.3.4", "b=1.2.3.4", "c:[::1]", "d:::1", "e;f:1.2.3.4", "g:host-gateway"]
    assert hosts.parse_hosts(given_hosts) == (
        *("a:1.2.3.4", "b:1.2.3.4", "c:::1", "d:::1", "e:1.2.3.4", "f:1.2.3.4"),
        "g:host-gateway",
    )


@pytest.mark.parametrize("text", ["foo", "a:", ":1.2.3.4", "a:b", "a;:1.2.3.4", ""])
def test_a_wrong_host_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"for --add-host: "):
        hosts.parse_hosts([text])


def test_name_servers_are_addresses() -> None:
    assert hosts.parse_dns(["1.1.1.1,8.8.8.8", "::1"]) == ("1.1.1.1", "8.8.8.8", "::1")
    assert hosts.parse_dns(["none"]) == ("none",)
    with pytest.raises(UsageError, match=r'^invalid value "x" for --dns: \'x\' is no IP address$'):
        hosts.parse_dns(["x"])


def test_a_label_alone_has_an_empty_value() -> None:
    assert labels.parse_labels(["a=1", "b", "c=x=y", "a=2"]) == {"a": "2", "b": "", "c": "x=y"}


def test_a_label_without_a_name_is_refused() -> None:
    with pytest.raises(UsageError, match=r'^invalid value "=x" for --label: it is written KEY=VALUE$'):
        labels.parse_labels(["=x"])


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, None), ("", ()), ("sh", ("sh",)), ("sh -c", ("sh -c",)), ('["sh", "-c"]', ("sh", "-c")), ("[]", ())],
)
def test_an_entrypoint_is_one_word_or_a_json_list(text: str | None, words: tuple[str, ...] | None) -> None:
    assert run_options.parse_entrypoint(text) == words


@pytest.mark.parametrize("text", ["[1]", '["a"', "[x]"])
def test_a_broken_json_entrypoint_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"for --entrypoint: "):
        run_options.parse_entrypoint(text)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("", RestartPolicy("no")), ("no", RestartPolicy("no")), ("always", RestartPolicy("always")),
        ("unless-stopped", RestartPolicy("unless-stopped")), ("on-failure", RestartPolicy("on-failure")),
        ("on-failure:3", RestartPolicy("on-failure", 3)),
    ],
)  # fmt: skip
def test_restart_policies(text: str, policy: RestartPolicy) -> None:
    assert run_options.parse_restart(text) == policy


@pytest.mark.parametrize("text", ["never", "always:3", "on-failure:", "on-failure:x", "on-failure:-1"])
def test_a_wrong_restart_policy_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"for --restart: it is no, always, unless-stopped, or on-failure"):
        run_options.parse_restart(text)


def test_streams_to_attach_to() -> None:
    assert run_options.parse_attach(["stdout,STDERR", "stdout"]) == ("stdout", "stderr")
    with pytest.raises(UsageError, match=r'^invalid value "x" for --attach: it is stdin, stdout or stderr$'):
        run_options.parse_attach(["x"])


def test_namespaces_are_words_or_of_another_container() -> None:
    for mode in ("", "host", "private", "container:web", "ns:/proc/1/ns/pid"):
        assert namespaces.parse_namespace("--pid", mode) == mode
    with pytest.raises(UsageError, match=r'^invalid value "container:" for --pid: it is private, host, container:NAME'):
        namespaces.parse_namespace("--pid", "container:")


def test_log_options_are_checked() -> None:
    assert logging_options.parse_log("", []) == LogConfig()
    assert logging_options.parse_log("json-file", ["max-size=1m", "labels=x"]) == LogConfig(
        "json-file", {"max-size": "1048576", "labels": "x"}
    )
    assert logging_options.parse_log("", ["max-file=3", "path=log"]).options["path"] == os.path.abspath("log")
    with pytest.raises(UsageError, match=r'^invalid value "syslog" for --log-driver: it is one of k8s-file, json-file'):
        logging_options.parse_log("syslog", [])
    with pytest.raises(
        UsageError, match=r'^invalid value "path=/x" for --log-opt: the log driver none writes no file$'
    ):
        logging_options.parse_log("none", ["path=/x"])
    with pytest.raises(UsageError, match=r'^invalid value "0" for --log-opt max-file: it is a number from 1 to 999$'):
        logging_options.parse_log("", ["max-file=0"])
    with pytest.raises(UsageError, match=r'^invalid value "foo=1" for --log-opt: there is no foo$'):
        logging_options.parse_log("", ["foo=1"])


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("no-new-privileges", "no-new-privileges=true"),
        ("no-new-privileges:false", "no-new-privileges=false"),
        ("seccomp=unconfined", "seccomp=unconfined"),
        ("seccomp:/a=b.json", "seccomp=/a=b.json"),
        ("mask=/a:/b", "mask=/a:/b"),
    ],
)
def test_security_options_have_one_spelling(text: str, option: str) -> None:
    assert security.parse_security_options([text]) == (option,)


def test_an_unknown_security_option_lists_those_that_exist() -> None:
    with pytest.raises(UsageError) as caught:
        security.parse_security_options(["foo=bar"])
    assert "no-new-privileges" in caught.value.hint


def test_capabilities_have_the_kernels_names() -> None:
    assert security.parse_capabilities(["net_admin,CAP_SYS_TIME", "all"]) == ("CAP_NET_ADMIN", "CAP_SYS_TIME", "ALL")
