"""pod.conf(5): every setting of every file, what it does here, or why it means nothing here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pod.cli.man import roff
from pod.settings import keys
from pod.settings.keys import Setting


def configuration_page(notes: Path) -> str:
    """Return the page."""
    lines = [roff.title("pod.conf", 5), roff.heading("Name"), "pod.conf \\- the configuration files that pod reads"]
    before, _, after = (notes / "pod.conf.md").read_text().partition("## Files")
    lines += roff.markdown(before)
    lines += [roff.heading("Settings of pod.conf"), *_settings(keys.POD)]
    lines.append(roff.heading("Settings of containers.conf"))
    for table, settings in keys.CONTAINERS_CONF.items():
        lines += [roff.subheading(f"[{table}]"), *_settings(settings)]
    lines.append(roff.subheading("Other tables"))
    for table, reason in keys.ELSEWHERE.items():
        lines += roff.item(roff.bold(f"[{table}]"), f"Has no effect: {reason}.")
    lines += [roff.heading("Settings of storage.conf"), *_settings(keys.STORAGE)]
    lines += [roff.heading("Settings of Docker's config.json"), *_settings(keys.DOCKER)]
    lines += roff.markdown(f"## Files{after}")
    return "\n".join(lines) + "\n"


def _settings(settings: Mapping[str, Setting]) -> Iterator[str]:
    """Return what each does; those without effect after those that have one."""
    for name, setting in sorted(settings.items(), key=lambda pair: (bool(pair[1].reason), pair[0])):
        text = f"Has no effect: {setting.reason}." if setting.reason else f"{setting.effect}."
        choices = f" One of {', '.join(filter(None, setting.choices))}." if setting.choices else ""
        yield from roff.item(f"{roff.bold(name)} ({roff.escape(setting.kind)})", text[:1].upper() + text[1:] + choices)
