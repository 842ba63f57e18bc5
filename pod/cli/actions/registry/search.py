"""What `search` does: look, and print what was found."""

from __future__ import annotations

import sys

from pod.cli import exitcodes, tables
from pod.cli.parsers.registry_options import parse_credentials
from pod.cli.template import Fields, Row
from pod.engine.images import search as engine
from pod.errors import UsageError
from pod.registry.options import RegistryOptions
from pod.registry.search import FoundRepository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.commands.registry.search import SearchFlags
    from pod.cli.context import Context
    from pod.engine.images.search import Hit

_USUAL_LIMIT = 25
_SHORT = 44  # characters of a description, as Docker and Podman show them
_TITLES = {
    "Name": "NAME",
    "Description": "DESCRIPTION",
    "Stars": "STARS",
    "StarCount": "STARS",
    "Official": "OFFICIAL",
    "IsOfficial": "OFFICIAL",
    "Automated": "AUTOMATED",
    "IsAutomated": "AUTOMATED",
    "Index": "INDEX",
    "Tag": "TAG",
}
_PODMAN = ("Index", "Name", "Description", "Stars", "Official", "Automated", "Tag")
_DOCKER = ("Description", "IsAutomated", "IsOfficial", "Name", "StarCount")


def search(context: Context, flags: SearchFlags) -> int:
    """Print repositories, or with --list-tags the tags of one."""
    if not flags.term:
        raise UsageError("search needs something to look for", hint="pod search busybox")
    if flags.limit < 0:
        raise UsageError(f"invalid --limit {flags.limit}: it is a number of results")
    credentials = parse_credentials(flags.creds) if flags.creds else None
    options = RegistryOptions(flags.authfile, credentials, flags.tls_verify, flags.cert_dir)
    if flags.list_tags:
        return _list_tags(context, flags, options)
    fits = parse_filters(flags.filters)
    limit = flags.limit or _USUAL_LIMIT
    hits = engine.search(context.engine, flags.term, options, limit=limit, fits=fits)
    rows = [_row(context, hit, shorten=not flags.no_trunc) for hit in hits]
    if context.as_docker:
        columns: tuple[str, ...] = ("Name", "Description", "StarCount", "Official")
    else:
        columns = ("Name", "Description", *(("Stars", "Official", "Automated") if flags.compatible else ()))
    _print(context, flags.format, rows, columns)
    return exitcodes.OK


def _list_tags(context: Context, flags: SearchFlags, options: RegistryOptions) -> int:
    if flags.filters:
        raise UsageError("--list-tags excludes --filter: tags have no stars")
    name, tags = engine.tags(flags.term, options, limit=flags.limit)
    if flags.format == "json":
        from pod.cli.render import json_text

        sys.stdout.write(json_text([Fields({"Name": name, "Tags": tags})], indent=4))
        return exitcodes.OK
    _print(context, flags.format, [Row({"Name": name, "Tag": tag}) for tag in tags], ("Name", "Tag"))
    return exitcodes.OK


def _print(context: Context, format: str, rows: Sequence[Row], columns: Sequence[str]) -> None:
    if not rows and not context.as_docker and format in ("", "table"):
        return  # Podman prints no heading where there is nothing
    if format == "json" and not context.as_docker:
        from pod.cli.render import json_text

        shown = [Fields({name: row[name] for name in _PODMAN}) for row in rows]
        sys.stdout.write(json_text(shown, indent=4))
        return
    if format == "json":
        rows = [Row({name: str(row[name]) for name in _DOCKER}) for row in rows]
    layout = tables.DOCKER if context.as_docker else tables.PODMAN
    text = tables.format_rows(format, rows, _TITLES, columns=columns, layout=layout, bold=context.on_terminal)
    sys.stdout.write(text)


def _row(context: Context, hit: Hit, *, shorten: bool) -> Row:
    """Return the fields that `--format` knows: Podman's and Docker's."""
    found = hit.found
    description = found.description
    if shorten and len(description) > _SHORT:
        description = f"{description[:_SHORT]}..."
    official, automated = ("[OK]" if told else "" for told in (found.official, found.automated))
    docker_name = context.as_docker and hit.registry == "docker.io"
    return Row(
        {
            "Index": hit.registry,
            "Name": found.name if docker_name else hit.name,
            "Description": description,
            "Stars": found.stars,
            "StarCount": found.stars,
            "Official": official,
            "IsOfficial": found.official,
            "Automated": automated,
            "IsAutomated": found.automated,
            "Tag": "",
        }
    )


def parse_filters(texts: Sequence[str]) -> Callable[[FoundRepository], bool]:
    """Return what tells whether a repository fits every filter. Raises UsageError."""
    wanted: list[Callable[[FoundRepository], bool]] = []
    for text in texts:
        key, equals, value = text.partition("=")
        if key == "stars" and value.isdecimal():
            wanted.append(lambda one, stars=int(value): one.stars >= stars)  # type: ignore[misc]
        elif key in ("is-official", "is-automated") and (not equals or value in ("true", "false")):
            field, yes = key.removeprefix("is-"), value != "false"
            wanted.append(lambda one, field=field, yes=yes: getattr(one, field) is yes)  # type: ignore[misc]
        else:
            raise UsageError(
                f"invalid filter {text!r:.80}", hint="filters are stars=NUMBER, is-official and is-automated (=false)"
            )
    return lambda one: all(fits(one) for fits in wanted)
