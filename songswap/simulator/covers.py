"""Drawn covers: each id gives one abstract picture in a palette of its own."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Five colours that go together: a ground, three for shapes, one that stands out."""

    ground: str
    shapes: tuple[str, str, str]
    accent: str


Motif = Callable[[random.Random, Palette], str]


def draw_cover(seed: int, thing_id: str, size: int = 640) -> str:
    """The picture of an id as SVG text, `size` pixels wide and high."""
    rng = random.Random(f"{seed}/{thing_id}")
    palette = _palette(rng)
    motif = rng.choice(_MOTIFS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 640" width="{size}" height="{size}">'
        f'<rect width="640" height="640" fill="{palette.ground}"/>{motif(rng, palette)}</svg>'
    )


def _palette(rng: random.Random) -> Palette:
    """Neighbouring hues for the shapes, the opposite one to stand out; a light or a dark ground."""
    hue, spread = rng.uniform(0, 360), rng.uniform(22, 40)
    dark = rng.random() < 0.6
    lightness = (34, 47, 60) if dark else (72, 58, 42)
    shapes = tuple(_hsl(hue + spread * i, rng.uniform(48, 68), lightness[i]) for i in range(3))
    ground = _hsl(hue - spread, 38, 15) if dark else _hsl(hue - spread, 46, 91)
    return Palette(ground, (shapes[0], shapes[1], shapes[2]), _hsl(hue + 180 + spread, 82, 66 if dark else 56))


def _hsl(hue: float, saturation: float, lightness: float) -> str:
    return f"hsl({hue % 360:.0f} {saturation:.0f}% {lightness:.0f}%)"


def _dunes(rng: random.Random, palette: Palette) -> str:
    """A disc in the sky over hills."""
    x, y, radius = rng.uniform(160, 480), rng.uniform(150, 260), rng.uniform(70, 130)
    parts = [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{palette.accent}"/>']
    for layer in range(5):
        base, swell = 290 + layer * 72, rng.uniform(24, 62)
        phase = rng.uniform(0, math.tau)
        crest = " ".join(
            f"L{step * 32} {base + swell * math.sin(phase + step / rng.uniform(3.4, 3.6)):.0f}" for step in range(21)
        )
        fill = palette.shapes[layer % 3]
        parts.append(f'<path d="M0 640 {crest} L640 640Z" fill="{fill}" opacity="{0.95 - layer * 0.06:.2f}"/>')
    return "".join(parts)


def _rings(rng: random.Random, palette: Palette) -> str:
    """Rings around a point off the centre."""
    x, y, width = rng.uniform(200, 440), rng.uniform(200, 440), rng.uniform(26, 40)
    colours = (*palette.shapes, palette.ground)
    parts = [
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius * width + 14:.0f}" fill="{colours[radius % 4]}"/>'
        for radius in range(16, 0, -1)
    ]
    return "".join(parts) + f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{width * 0.7:.0f}" fill="{palette.accent}"/>'


def _tiles(rng: random.Random, palette: Palette) -> str:
    """Quarter discs on a grid, one tile lit."""
    count = rng.choice((4, 5))
    side = 640 / count
    lit = rng.randrange(count * count)
    parts = []
    for tile in range(count * count):
        x, y = tile % count * side, tile // count * side
        corner_x, corner_y = x + side * rng.randint(0, 1), y + side * rng.randint(0, 1)
        fill = palette.accent if tile == lit else rng.choice(palette.shapes)
        parts.append(
            f'<svg x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}">'
            f'<circle cx="{corner_x - x:.1f}" cy="{corner_y - y:.1f}" r="{side:.1f}" fill="{fill}"/></svg>'
        )
    return "".join(parts)


def _veils(rng: random.Random, palette: Palette) -> str:
    """Large translucent discs over one another."""
    colours = (*palette.shapes, palette.accent)
    return "".join(
        f'<circle cx="{rng.uniform(60, 580):.0f}" cy="{rng.uniform(60, 580):.0f}" r="{rng.uniform(110, 230):.0f}" '
        f'fill="{colours[i % 4]}" opacity="0.72"/>'
        for i in range(7)
    )


def _blinds(rng: random.Random, palette: Palette) -> str:
    """Slanted bars of different widths with a disc between them."""
    parts, at = [], -240.0
    disc_after, angle = rng.randint(4, 7), rng.choice((-24, 18, 32))
    for number in range(18):
        width = rng.uniform(22, 74)
        parts.append(
            f'<rect x="{at:.0f}" y="-320" width="{width:.0f}" height="1280" fill="{palette.shapes[number % 3]}"/>'
        )
        if number == disc_after:
            parts.append(
                f'<circle cx="{at + 60:.0f}" cy="320" r="{rng.uniform(90, 140):.0f}" fill="{palette.accent}"/>'
            )
        at += width + rng.uniform(8, 30)
    return f'<g transform="rotate({angle} 320 320)">{"".join(parts)}</g>'


def _groove(rng: random.Random, palette: Palette) -> str:
    """Fine lines that swell like a sound."""
    parts = []
    centre, spread = rng.uniform(230, 410), rng.uniform(70, 120)
    for line in range(26):
        y, phase = 56 + line * 21, rng.uniform(0, math.tau)
        points = []
        for step in range(65):
            x = step * 10
            envelope = math.exp(-(((x - centre) / spread) ** 2))
            height = envelope * 46 * (0.6 + 0.4 * math.sin(phase + step * 0.7))
            points.append(f"{x} {y - height:.1f}")
        colour = palette.accent if line == 13 else palette.shapes[line % 3]
        d = "M" + " L".join(points)
        parts.append(
            f'<path d="{d}" fill="{palette.ground}" stroke="{colour}" stroke-width="4" stroke-linejoin="round"/>'
        )
    return "".join(parts)


_MOTIFS: tuple[Motif, ...] = (_dunes, _rings, _tiles, _veils, _blinds, _groove)
