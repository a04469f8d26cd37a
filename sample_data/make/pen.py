"""A small vector pen that draws one animal or object as a shaded, cut-out sprite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]

# Sprites are drawn larger and shrunk, since Pillow's own edges are jagged.
OVERSAMPLE = 2


@dataclass
class Sprite:
    """A picture with transparency, where it touches the ground, and where its eyes are."""

    image: Image.Image
    foot: Point
    eyes: list[tuple[float, float, float]] = field(default_factory=list)

    def mirrored(self) -> Sprite:
        width = self.image.width
        return Sprite(
            self.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
            (width - self.foot[0], self.foot[1]),
            [(width - x, y, r) for x, y, r in self.eyes],
        )


def jitter(rng: np.random.Generator, colour: Colour, spread: float = 10.0) -> Colour:
    """The colour a little lighter or darker, and a little off in each channel."""
    shift = rng.normal(0, spread) + rng.normal(0, spread * 0.35, 3)
    red, green, blue = (int(np.clip(c + s, 0, 255)) for c, s in zip(colour, shift, strict=True))
    return red, green, blue


def shade(colour: Colour, factor: float) -> Colour:
    """The colour made darker (factor under 1) or lighter."""
    red, green, blue = (int(np.clip(c * factor, 0, 255)) for c in colour)
    return red, green, blue


def smooth(points: Sequence[Point], closed: bool, steps: int = 7) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    pts = np.asarray(points, dtype=float)
    ends = (pts[-1:], pts[:2]) if closed else (pts[:1], pts[-1:])
    padded = np.vstack([ends[0], pts, ends[1]])
    out: list[Point] = []
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    for i in range(1, len(padded) - 2):
        p0, p1, p2, p3 = padded[i - 1 : i + 3]
        curve = 0.5 * (
            2 * p1
            + (p2 - p0) * t
            + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
            + (3 * p1 - p0 - 3 * p2 + p3) * t**3
        )
        out.extend((float(x), float(y)) for x, y in curve)
    if not closed:
        out.append((float(pts[-1][0]), float(pts[-1][1])))
    return out


class Pen:
    """Draws in units where y points up, the ground is y = 0 and the body height is about 1."""

    def __init__(self, pixels_per_unit: float, span: tuple[float, float, float, float]) -> None:
        self.scale = pixels_per_unit * OVERSAMPLE
        self.left, self.bottom, right, self.top = span
        size = (
            max(4, int((right - self.left) * self.scale)),
            max(4, int((self.top - self.bottom) * self.scale)),
        )
        self.image = Image.new("RGBA", size, (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)
        self.eyes: list[tuple[float, float, float]] = []

    def place(self, point: Point) -> Point:
        return (point[0] - self.left) * self.scale, (self.top - point[1]) * self.scale

    def blob(self, points: Sequence[Point], colour: Colour) -> None:
        """A closed smooth shape."""
        self.draw.polygon([self.place(p) for p in smooth(points, closed=True)], fill=colour)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        self.draw.polygon([self.place(p) for p in points], fill=colour)

    def limb(self, points: Sequence[Point], widths: Sequence[float], colour: Colour) -> None:
        """A smooth stroke whose width changes along it: a leg, a neck or a tail."""
        path = np.asarray(smooth(points, closed=False, steps=6))
        along = np.linspace(0, 1, len(path))
        radius = np.interp(along, np.linspace(0, 1, len(widths)), widths) / 2
        direction = np.gradient(path, axis=0)
        length = np.maximum(np.hypot(direction[:, 0], direction[:, 1]), 1e-6)
        normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1) / length[:, None]
        left = path + normal * radius[:, None]
        right = path - normal * radius[:, None]
        outline = [(float(x), float(y)) for x, y in np.vstack([left, right[::-1]])]
        self.polygon(outline, colour)
        self.oval(path[0], radius[0], radius[0], colour)
        self.oval(path[-1], radius[-1], radius[-1], colour)

    def oval(
        self, centre: Sequence[float], rx: float, ry: float, colour: Colour, tilt: float = 0.0
    ) -> None:
        """An ellipse, turned by `tilt` degrees anticlockwise."""
        angle = np.linspace(0, 2 * np.pi, 26, endpoint=False)
        turn = np.deg2rad(tilt)
        x, y = rx * np.cos(angle), ry * np.sin(angle)
        xs = centre[0] + x * np.cos(turn) - y * np.sin(turn)
        ys = centre[1] + x * np.sin(turn) + y * np.cos(turn)
        self.polygon(list(zip(xs.tolist(), ys.tolist(), strict=True)), colour)

    def eye(self, centre: Point, radius: float, colour: Colour = (18, 14, 12)) -> None:
        """A dark eye with a glint; its place is kept, for it shines in infrared flash."""
        self.oval(centre, radius, radius, colour)
        glint = (centre[0] + radius * 0.3, centre[1] + radius * 0.35)
        self.oval(glint, radius * 0.33, radius * 0.33, (225, 225, 220))
        x, y = self.place(centre)
        self.eyes.append((x, y, radius * self.scale))

    def sprite(self, rng: np.random.Generator, fur: float = 9.0, volume: float = 0.5) -> Sprite:
        """Shade what was drawn, cut it to its outline and shrink it to its true size."""
        foot = self.place((0.0, 0.0))
        box = self.image.getchannel("A").getbbox() or (0, 0, 2, 2)
        cut = shaded(self.image.crop(box), rng, fur, volume)
        size = max(1, cut.width // OVERSAMPLE), max(1, cut.height // OVERSAMPLE)
        small = cut.resize(size, Image.Resampling.BOX)
        eyes = [
            ((x - box[0]) / OVERSAMPLE, (y - box[1]) / OVERSAMPLE, r / OVERSAMPLE)
            for x, y, r in self.eyes
        ]
        at = ((foot[0] - box[0]) / OVERSAMPLE, (foot[1] - box[1]) / OVERSAMPLE)
        return Sprite(small, at, eyes)


def leg(
    pen: Pen,
    hip: Point,
    foot: Point,
    bend: float,
    widths: tuple[float, float, float],
    colour: Colour,
    paw: float = 0.0,
) -> None:
    """A leg from hip to foot, its joint pushed forwards by `bend`."""
    knee = ((hip[0] + foot[0]) / 2 + bend, (hip[1] + foot[1]) / 2)
    pen.limb([hip, knee, foot], widths, colour)
    if paw:
        pen.oval((foot[0] + paw * 0.6, foot[1] + paw * 0.35), paw, paw * 0.5, colour)


def shaded(image: Image.Image, rng: np.random.Generator, fur: float, volume: float) -> Image.Image:
    """Round a flat cut-out: light from above, darker below and at the rim, with a fur grain."""
    width, height = image.size
    alpha = image.getchannel("A")
    # Thin parts need a small blur, big bodies a large one; the outline's slope stands for the
    # surface's slope.
    quarter = alpha.resize((max(1, width // 4), max(1, height // 4)), Image.Resampling.BOX)
    soft = np.zeros((quarter.height, quarter.width), dtype=np.float32)
    for part in (0.035, 0.09):
        radius = max(1.0, min(quarter.size) * part)
        soft += np.asarray(quarter.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 510
    slope_y, slope_x = np.gradient(soft) if min(soft.shape) > 1 else (soft * 0, soft * 0)
    lit = slope_y * 1.0 + slope_x * 0.45
    lit = lit / (np.abs(lit).max() + 1e-6)
    light = Image.fromarray((1.0 + volume * (0.42 * lit + 0.25 * (soft - 0.8))).astype(np.float32))
    light_full = np.asarray(light.resize((width, height), Image.Resampling.BILINEAR))
    rgb = np.asarray(image.convert("RGB"), dtype=np.float32)
    grain_size = max(1, width // 5), max(1, height // 3)
    grain = Image.fromarray(rng.normal(0, 1, grain_size[::-1]).astype(np.float32))
    grain_full = np.asarray(grain.resize((width, height), Image.Resampling.BILINEAR))
    out = rgb * light_full[..., None] + fur * grain_full[..., None]
    result = Image.fromarray(np.clip(out, 0, 255).astype(np.uint8), "RGB").convert("RGBA")
    result.putalpha(alpha)
    return result
