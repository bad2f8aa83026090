"""The results as a table and as a picture."""

from collections.abc import Sequence
from html import escape

from bench.sync.night import Result

COLUMNS = (
    "scenario",
    "skew p50/p95 ms",
    "follow p50/p95 s",
    "p95 by kind (pause resume seek skip)",
    "off %",
    "glitches/h",
    "host",
    "calls/h",
    "peak 30 s",
    "429",
    "blocked",
)
"""glitches and calls are per listener and hour; host: interruptions of the host; blocked: calls made while blocked."""


def row(result: Result) -> tuple[str, ...]:
    """One line of the table."""
    figures = result.figures
    kinds = figures.follow_p95_s_by_kind
    return (
        result.scenario.name,
        f"{figures.skew_p50_ms:,.0f} / {figures.skew_p95_ms:,.0f}",
        f"{figures.follow_p50_s:.1f} / {figures.follow_p95_s:.1f}",
        " ".join(f"{kinds[kind]:.1f}" if kind in kinds else "–" for kind in ("pause", "resume", "seek", "skip")),
        f"{figures.time_off_percent:.2f}",
        f"{figures.glitches_per_listener_hour:.2f}",
        str(result.interruptions),
        f"{result.calls_per_listener_hour:.0f}",
        str(result.peak_30s),
        str(result.limited),
        str(result.while_blocked),
    )


def table(results: Sequence[Result]) -> str:
    """All results, aligned; then the calls of each by family."""
    rows = [COLUMNS, *map(row, results)]
    widths = [max(len(line[column]) for line in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    calls = [
        f"{result.scenario.name}: {result.calls} calls in {result.scenario.hours:g} h: "
        + ", ".join(f"{count} {family}" for family, count in result.calls_by_family.items())
        for result in results
    ]
    return "\n".join([*lines, "", *calls, ""])


BAR, GAP, LEFT, WIDTH = 18, 8, 220, 420
MOST_MS = 2_000.0


def draw(results: Sequence[Result]) -> str:
    """Skew of every scenario as bars (p50 dark, p95 light) on a scale that ends at 2 s."""
    height = 56 + len(results) * (BAR + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 110} {height}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="100%" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-weight="600" fill="#1b1a22">Skew in ms: p50 and p95</text>',
    ]
    for place, result in enumerate(results):
        y = 36 + place * (BAR + GAP)
        p50_ms, p95_ms = result.figures.skew_p50_ms, result.figures.skew_p95_ms
        parts.append(
            f'<text x="{LEFT - 10}" y="{y + 13}" text-anchor="end" fill="#1b1a22">{escape(result.scenario.name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{_length(p95_ms):.1f}" height="{BAR}" rx="3" fill="#c9c2f5"/>'
            f'<rect x="{LEFT}" y="{y}" width="{_length(p50_ms):.1f}" height="{BAR}" rx="3" fill="#5b45d6"/>'
            f'<text x="{LEFT + _length(p95_ms) + 6:.1f}" y="{y + 13}" fill="#55525f">'
            f"{p50_ms:,.0f} / {p95_ms:,.0f}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _length(ms: float) -> float:
    return WIDTH * min(ms, MOST_MS) / MOST_MS
