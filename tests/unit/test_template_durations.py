"""Times of a health check in templates, as Go's time.Duration."""

from __future__ import annotations

import pytest

from pod.cli.actions.inspection import with_times
from pod.cli.template import Fields, parse
from pod.errors import TemplateError

DATA = Fields(
    Healthcheck=with_times({"Test": ["CMD-SHELL", "true"], "Interval": 90_000_000_000, "Timeout": 1_500_000_000})
)


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{.Healthcheck.Interval}}", "1m30s"),
        ("{{println .Healthcheck.Timeout}}", "1.5s\n"),
        (
            '{{printf "%v %s %d" .Healthcheck.Interval .Healthcheck.Interval .Healthcheck.Interval}}',
            "1m30s 1m30s 90000000000",
        ),
        ('{{printf "%8v|%q" .Healthcheck.Timeout .Healthcheck.Timeout}}', '    1.5s|"1.5s"'),
        ("{{.Healthcheck.StartPeriod}} {{.Healthcheck.Retries}}", "0s 0"),
        ("{{.Healthcheck}}", "{[CMD-SHELL true] 1m30s 1.5s}"),
        ("{{json .Healthcheck.Interval}}", "90000000000"),
        ("{{.Healthcheck.Timeout.Seconds}} {{.Healthcheck.Timeout.Milliseconds}}", "1.5 1500"),
        ("{{if gt .Healthcheck.Interval .Healthcheck.Timeout}}longer{{end}}", "longer"),
    ],
)
def test_they_print_as_in_go(template: str, printed: str) -> None:
    assert parse(template).render(DATA) == printed


def test_a_method_that_they_do_not_have_is_an_error() -> None:
    with pytest.raises(TemplateError, match="Fortnights"):
        parse("{{.Healthcheck.Timeout.Fortnights}}").render(DATA)
