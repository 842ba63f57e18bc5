"""What `stats` does: measure, print, and on a terminal do it again in the same place."""

from __future__ import annotations

import sys
import time

from pod.cli import tables, units
from pod.cli.parsers import invalid
from pod.cli.template import Row
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pod.cli.context import Context
    from pod.engine.stats import Sample

_FIRST_LOOK = 0.5  # seconds between the two samples that the first answer compares
_HOME, _CLEAR_REST = "\x1b[H\x1b[2J", "\x1b[J"

_TITLES = {
    "ID": "CONTAINER ID",
    "Container": "CONTAINER",
    "Name": "NAME",
    "CPUPerc": "CPU %",
    "MemUsage": "MEM USAGE / LIMIT",
    "MemUsageBytes": "MEM USAGE / LIMIT",
    "MemPerc": "MEM %",
    "NetIO": "NET I/O",
    "BlockIO": "BLOCK I/O",
    "PIDs": "PIDS",
    "Pod": "POD",
    "CID": "CID",
    "PIDS": "PIDS",
    "CPU": "CPU TIME",
    "AvgCPU": "AVG CPU %",
    "Up": "UP",
    "UpTime": "UP TIME",
}
_DOCKER = ("ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs")
_OF_PODS = ("Pod", "CID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs")
_DOCKER_JSON = ("BlockIO", "CPUPerc", "Container", "ID", "MemPerc", "MemUsage", "Name", "NetIO", "PIDs")


class StatsView(Record):
    """The options of `stats`."""

    names: tuple[str, ...]
    all: bool
    format: str
    interval: int
    reset: bool
    stream: bool
    truncate: bool
    pods: dict[str, str] | None = None  # of `pod stats`: the pod of each container, which is then shown, too


def show_stats(context: Context, view: StatsView) -> int:
    """Print what containers use, once or until interrupted."""
    if view.interval < 1:
        raise invalid("--interval", str(view.interval), "it is a number of seconds")
    samples = _samples(context, view)
    if view.stream and view.reset and context.on_terminal and view.format in ("", "table"):
        from pod.cli.actions.stats_live import draw

        draw(_columns(context, view), _TITLES, samples)
        return 0
    in_place = view.stream and view.reset and context.on_terminal
    for rows in samples:
        text = _text(context, view, rows)
        sys.stdout.write(_HOME + text + _CLEAR_REST if in_place else text)
        sys.stdout.flush()
        if not view.stream:
            break
    return 0


def _samples(context: Context, view: StatsView) -> Iterator[list[Row]]:
    """Yield what the containers used since the time before, again and again."""
    from pod.engine.stats import sample

    before = {found.id: found for found in sample(context.engine, _chosen(context, view))}
    pause = _FIRST_LOOK if any(found.started for found in before.values()) else 0.0
    while True:
        time.sleep(pause)
        now = sample(context.engine, _chosen(context, view))
        yield [_row(found, before.get(found.id), view) for found in now]
        before = {found.id: found for found in now}
        pause = float(view.interval)


def _columns(context: Context, view: StatsView) -> tuple[str, ...]:
    if view.pods is not None:
        return _OF_PODS
    return _DOCKER if context.as_docker else (*_DOCKER, "CPU", "AvgCPU")


def _chosen(context: Context, view: StatsView) -> list[str]:
    """Return the containers to be shown; without names those that run now."""
    from pod.engine import containers

    if view.names or view.pods is not None:
        return list(view.names)
    found = [container for container in containers.every(context.engine.layout) if view.all or container.running]
    return [container.id for container in sorted(found, key=lambda container: container.record.created)]


def _text(context: Context, view: StatsView, rows: Sequence[Row]) -> str:
    if view.format.strip() in ("json", "{{json .}}"):
        if context.as_docker:
            rows = [Row({name: row[name] for name in _DOCKER_JSON}) for row in rows]
        else:
            return _podman_json(rows)
    columns = _columns(context, view)
    return tables.format_rows(view.format, rows, _TITLES, columns=columns, bold=context.on_terminal)


def _row(found: Sample, before: Sample | None, view: StatsView) -> Row:
    shown_id = found.id[:12] if view.truncate else found.id
    memory, limit = units.binary_size(found.memory), units.binary_size(found.memory_limit)
    return Row(
        AvgCPU=f"{found.average_cpu if found.started else 0:.2f}%",
        BlockIO=f"{units.decimal_size(found.read)} / {units.decimal_size(found.written)}",
        BlockInput=found.read,
        BlockOutput=found.written,
        CID=shown_id,
        CPU=units.go_duration(found.cpu),
        CPUNano=found.cpu,
        CPUSystemNano=found.system,
        CPUPerc=f"{found.cpu_percent(before) if found.started else 0:.2f}%",
        Container=shown_id,
        ContainerID=found.id,
        Duration=found.cpu,
        ID=shown_id,
        MemLimit=found.memory_limit,
        MemPerc=f"{found.memory_percent:.2f}%",
        MemUsage=f"{memory} / {limit}",
        MemUsageBytes=f"{memory} / {limit}",
        Name=found.name,
        NetIO=f"{units.decimal_size(found.received)} / {units.decimal_size(found.sent)}",
        NetInput=found.received,
        NetOutput=found.sent,
        Network={},  # Podman's answer where it does not count by interface
        PIDS=str(found.threads),
        PIDs=str(found.threads),
        PerCPU=[],
        Pod=(view.pods or {}).get(found.id, ""),
        SystemNano=time.time_ns(),
        Up=units.go_duration(found.moment - found.started),
        UpTime=units.go_duration(found.moment - found.started),
    )


def _podman_json(rows: Sequence[Row]) -> str:
    from pod.cli.render import json_text

    names = {
        "id": "ID",
        "name": "Name",
        "cpu_time": "CPU",
        "cpu_percent": "CPUPerc",
        "avg_cpu": "AvgCPU",
        "mem_usage": "MemUsage",
        "mem_percent": "MemPerc",
        "net_io": "NetIO",
        "block_io": "BlockIO",
        "pids": "PIDs",
    }
    return json_text([{key: row[field] for key, field in names.items()} for row in rows])
