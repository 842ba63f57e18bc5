"""Plain SVG pictures of measurements: lines over counts, and time as nested boxes (a flame graph)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _LEGEND = 960, 660, 60, 40, 50, 250
_COLORS = "#1b6ca8 #c0392b #27865a #8e44ad #b9770e #16808d #7f4f24 #2c3e50 #d1495b #5c6b00".split()
_STYLE = "<style>text{font:12px sans-serif;fill:#222}.small{font-size:10px}</style>"


def growth(lines: Sequence[tuple[str, Sequence[float], bool]], counts: Sequence[int], note: str) -> str:
    """Draw a line for each command over the number of objects, both axes logarithmic; dashed ones list them all."""
    least = min(min(values) for _, values, _ in lines) * 0.8
    most = max(max(values) for _, values, _ in lines) * 1.2
    right = _WIDTH - _LEGEND

    def x(count: float) -> float:
        span = math.log(counts[-1] / counts[0]) or 1.0
        return _LEFT + (right - _LEFT) * math.log(count / counts[0]) / span

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * math.log(value / least) / math.log(most / least)

    title = f"Processor time (ms) over the number of containers, images, volumes and networks; {escape(note)}"
    parts = [f'<text x="{_LEFT}" y="20">{title}</text>']
    for tick in (value for value in (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if least <= value <= most):
        parts.append(f'<line x1="{_LEFT}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
    for count in counts:
        parts.append(f'<text x="{x(count):.1f}" y="{_HEIGHT - 25}" text-anchor="middle">{count:,}</text>')
    ends = _spread(sorted((y(values[-1]), name) for name, values, _ in lines))
    for number, (name, values, lists) in enumerate(lines):
        color = _COLORS[number % len(_COLORS)]
        points = " ".join(f"{x(count):.1f},{y(value):.1f}" for count, value in zip(counts, values, strict=True))
        dashes = ' stroke-dasharray="6 4"' if lists else ""
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.5"{dashes}/>')
        label = f"{name} ({values[0]:.0f} → {values[-1]:.0f})"
        parts.append(f'<text x="{right + 8}" y="{ends[name] + 4:.1f}" style="fill:{color}">{escape(label)}</text>')
    return _svg(_WIDTH, _HEIGHT, parts)


def _spread(ends: list[tuple[float, str]]) -> dict[str, float]:
    """Return the labels' places, moved apart where they would cover each other."""
    places: dict[str, float] = {}
    last = -math.inf
    for place, name in ends:
        last = places[name] = max(place, last + 14)
    overlap = last - (_HEIGHT - 8)
    return {name: place - overlap for name, place in places.items()} if overlap > 0 else places


Box = tuple[str, float, float, int]
"""A name, where it begins and ends in milliseconds, and how deep it is."""


def flames(boxes: Sequence[Box], title: str, width: int = 1200) -> str:
    """Draw time from left to right and calls below their callers."""
    total = max(end for _, _, end, _ in boxes)
    depth = max(box[3] for box in boxes) + 1
    scale, row = (width - 20) / total, 18
    parts = [f'<text x="10" y="20">{escape(title)}</text>']
    for name, begin, end, level in boxes:
        left, wide, top = 10 + begin * scale, max(0.5, (end - begin) * scale), 34 + level * row
        color = f"hsl({sum(map(ord, name.rpartition('.')[0] or name)) * 37 % 360},60%,80%)"
        shown = name if len(name) * 6.2 < wide else name.rpartition(".")[2]
        text = f'<text class="small" x="{left + 3:.1f}" y="{top + 12}">{escape(shown)}</text>'
        parts.append(
            f'<g><title>{escape(name)}: {end - begin:.2f} ms</title><rect x="{left:.1f}" y="{top}" width="{wide:.1f}" '
            f'height="{row - 1}" fill="{color}"/>{text if len(shown) * 6.2 < wide else ""}</g>'
        )
    return _svg(width, 50 + depth * row, parts)


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    back = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return "\n".join((start, _STYLE, back, *parts, "</svg>")) + "\n"
