"""The results as a picture that can be read on light and dark pages."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from bench.sync.results import Result

WIDTH, MARGIN = 880, 24
TOP, ROW, APART = 92, 30, 34
SKEW_LEFT, SKEW_WIDTH = 196, 384
CALLS_LEFT, CALLS_WIDTH = 664, 144
LEAST_MS, MOST_MS = 30.0, 50_000.0
TICKS_MS = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
FOR_COMPARISON = "baseline: "

STYLE = """
  .card { fill: #ffffff; stroke: #d9d6e4 }
  text { fill: #1d1b26; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
  .quiet { fill: #625f70; font-size: 12px }
  .head { font-weight: 600 }
  .grid { stroke: #e7e5ee }
  .span { stroke: #b9aef5; stroke-width: 8; stroke-linecap: round }
  .bar { fill: #b9aef5 }
  .p50 { fill: #4b32c9 }
  .p95 { fill: #8b7bea }
  .other .span { stroke: #d6d3dd }
  .other .bar { fill: #d6d3dd }
  .other .p50 { fill: #5f5b6b }
  .other .p95 { fill: #9d99a8 }
  @media (prefers-color-scheme: dark) {
    .card { fill: #17161d; stroke: #35323f }
    text { fill: #efedf6 }
    .quiet { fill: #aaa6b8 }
    .grid { stroke: #2b2934 }
    .span { stroke: #4d42a0 }
    .bar { fill: #5d50bd }
    .p50 { fill: #d5ccff }
    .p95 { fill: #8f80f0 }
    .other .span { stroke: #3d3a47 }
    .other .bar { fill: #4a4655 }
    .other .p50 { fill: #d2cfdb }
    .other .p95 { fill: #86828f }
  }
"""


def draw(results: Sequence[Result]) -> str:
    """Skew (p50 and p95, on a logarithmic scale) and calls per listener and hour of every scenario, as SVG."""
    ours = [result for result in results if not result.name.startswith(FOR_COMPARISON)]
    others = [result for result in results if result.name.startswith(FOR_COMPARISON)]
    bottom = TOP + ROW * len(results) + (APART if others else 0)
    height = bottom + 44
    most_calls = max((result.calls_per_listener_hour for result in results), default=1.0)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f"<style>{STYLE}</style>",
        f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="12"/>',
        *_heads(bottom),
    ]
    for place, result in enumerate(ours):
        lines += _row(result, TOP + ROW * place, "ours", most_calls)
    if others:
        lines.append(f'<text class="quiet" x="{MARGIN}" y="{TOP + ROW * len(ours) + 26}">For comparison</text>')
    for place, result in enumerate(others, len(ours)):
        lines += _row(result, TOP + APART + ROW * place, "other", most_calls)
    return "\n".join([*lines, "</svg>", ""])


def _heads(bottom: int) -> Iterator[str]:
    yield f'<text class="head" x="{SKEW_LEFT}" y="38">How far apart a listener and the host are</text>'
    yield f'<circle class="p50" cx="{SKEW_LEFT + 5}" cy="56" r="5"/>'
    yield f'<text class="quiet" x="{SKEW_LEFT + 16}" y="60">half of the time less (p50)</text>'
    yield f'<circle class="p95" cx="{SKEW_LEFT + 187}" cy="56" r="5"/>'
    yield f'<text class="quiet" x="{SKEW_LEFT + 198}" y="60">95 % of the time less (p95)</text>'
    yield f'<text class="head" x="{CALLS_LEFT}" y="38">Calls to Spotify</text>'
    yield f'<text class="quiet" x="{CALLS_LEFT}" y="60">per listener and hour</text>'
    for ms in TICKS_MS:
        x = _x(ms)
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP - 16}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="quiet" x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{_name(ms)}</text>'
    yield f'<line class="grid" x1="{CALLS_LEFT}" y1="{TOP - 16}" x2="{CALLS_LEFT}" y2="{bottom}"/>'


def _row(result: Result, top: int, kind: str, most_calls: float) -> Iterator[str]:
    y = top + ROW // 2
    name = result.name.removeprefix(FOR_COMPARISON)
    yield f'<g class="{kind}">'
    yield f'<text x="{MARGIN}" y="{y + 4}">{escape(name)}</text>'
    if result.skew_ms is not None:
        p50, p95 = _x(result.skew_ms.p50), _x(result.skew_ms.p95)
        yield f'<line class="span" x1="{p50:.1f}" y1="{y}" x2="{p95:.1f}" y2="{y}"/>'
        yield f'<circle class="p50" cx="{p50:.1f}" cy="{y}" r="6"/>'
        yield f'<circle class="p95" cx="{p95:.1f}" cy="{y}" r="6"/>'
        yield f'<text class="quiet" x="{p50 - 11:.1f}" y="{y + 4}" text-anchor="end">{result.skew_ms.p50:,.0f}</text>'
        yield f'<text class="quiet" x="{p95 + 11:.1f}" y="{y + 4}">{result.skew_ms.p95:,.0f} ms</text>'
    calls = result.calls_per_listener_hour
    length = CALLS_WIDTH * calls / most_calls
    yield f'<rect class="bar" x="{CALLS_LEFT}" y="{y - 7}" width="{length:.1f}" height="14" rx="3"/>'
    yield f'<text class="quiet" x="{CALLS_LEFT + length + 8:.1f}" y="{y + 4}">{calls:,.0f}</text>'
    yield "</g>"


def _x(ms: float) -> float:
    share = math.log(min(max(ms, LEAST_MS), MOST_MS) / LEAST_MS) / math.log(MOST_MS / LEAST_MS)
    return SKEW_LEFT + SKEW_WIDTH * share


def _name(ms: int) -> str:
    return f"{ms} ms" if ms == TICKS_MS[0] else f"{ms}" if ms < 1_000 else f"{ms // 1_000} s"
