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
    hue, spread = rng.uniform(0, 360), rng.uniform(24, 44)
    is_dark = rng.random() < 0.6
    lightness = (0.44, 0.56, 0.68) if is_dark else (0.82, 0.70, 0.55)
    first, second, third = (_oklch(lightness[i], rng.uniform(0.09, 0.14), hue + spread * i) for i in range(3))
    ground = _oklch(0.24, 0.04, hue - spread) if is_dark else _oklch(0.95, 0.025, hue - spread)
    return Palette(ground, (first, second, third), _oklch(0.80 if is_dark else 0.68, 0.15, hue + 180 + spread))


def _oklch(lightness: float, chroma: float, hue: float) -> str:
    """A colour as #rrggbb by how it looks (Björn Ottosson's OKLCH), so that all hues are equally strong."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, part)))):02x}" for part in linear)


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _dunes(rng: random.Random, palette: Palette) -> str:
    """A disc in the sky over hills."""
    x, y, radius = rng.uniform(160, 480), rng.uniform(150, 260), rng.uniform(70, 130)
    parts = [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{palette.accent}"/>']
    for layer in range(5):
        base, swell = 290 + layer * 72, rng.uniform(24, 62)
        phase, stretch = rng.uniform(0, math.tau), rng.uniform(5.5, 8.5)
        crest = " ".join(f"L{step * 16} {base + swell * math.sin(phase + step / stretch):.1f}" for step in range(41))
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
    for line in range(19):
        y, phase = 70 + line * 28, rng.uniform(0, math.tau)
        points = []
        for step in range(65):
            x = step * 10
            envelope = math.exp(-(((x - centre) / spread) ** 2))
            height = envelope * 62 * (0.6 + 0.4 * math.sin(phase + step * 0.7))
            points.append(f"{x} {y - height:.1f}")
        colour = palette.accent if line == 9 else palette.shapes[line % 3]
        d = "M" + " L".join(points)
        parts.append(
            f'<path d="{d}" fill="{palette.ground}" stroke="{colour}" stroke-width="6" stroke-linejoin="round"/>'
        )
    return "".join(parts)


_MOTIFS: tuple[Motif, ...] = (_dunes, _rings, _tiles, _veils, _blinds, _groove)
